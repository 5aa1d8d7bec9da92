import Foundation
import VMScript
import VMScriptPlan

/// Where a guest's SSH server is, and how to get there.
public struct SSHDestination: Sendable, Hashable {
  /// The guest's address, as the host knows it.
  public let address: IPAddress
  /// The domain's UUID, by which its host key is remembered: addresses pass from guest to guest.
  public let uuid: String
  /// The libvirt host's URI.
  public let host: String

  /// The command that connects, with `ssh` itself as its first word.
  ///
  /// A guest of a host that libvirt reaches by SSH (`qemu+ssh://`) is reached through that host.
  ///
  /// - Parameters:
  ///   - user: whom to sign in as; nil leaves it to ssh.
  ///   - command: what to run there; none is a shell.
  public func command(user: String?, running command: [String] = []) -> [String] {
    let place = address.description
    return ["ssh", "-o", "HostKeyAlias=\(uuid)"] + (jump.map { ["-J", $0] } ?? [])
      + ["--", user.map { "\($0)@\(place)" } ?? place] + command
  }

  /// The user and the domain that `USER@NAME`, or `NAME` alone, names.
  public static func parts(of text: String) -> (user: String?, domain: String) {
    guard let at = text.lastIndex(of: "@") else { return (nil, text) }
    return (String(text[..<at]), String(text[text.index(after: at)...]))
  }

  /// Whether the host's URI names a host, and a user, that ssh takes for what they are.
  var hasPlainHost: Bool {
    guard let parts = URLComponents(string: host), parts.scheme?.hasSuffix("+ssh") == true else {
      return true
    }
    return [parts.host, parts.user].compactMap(\.self).allSatisfy { $0.isEmpty || Self.isPlain($0) }
  }

  /// The host to go through, as ssh's `-J` takes it.
  private var jump: String? {
    guard let parts = URLComponents(string: host), let server = parts.host, !server.isEmpty,
      parts.scheme?.hasSuffix("+ssh") == true
    else { return nil }
    let user = parts.user.map { "\($0)@" } ?? ""
    let port = parts.port.map { ":\($0)" } ?? ""
    let place = server.contains(":") && !server.hasPrefix("[") ? "[\(server)]" : server
    return user + place + port
  }

  /// Whether ssh takes a user's or a host's name for that, and not for an option, for several hosts
  /// or for something that a shell reads.
  private static func isPlain(_ name: String) -> Bool {
    !name.isEmpty && !name.hasPrefix("-")
      && name.utf8.allSatisfy {
        (48...57).contains($0) || (65...90).contains($0) || (97...122).contains($0)
          || "-._:[]%+".utf8.contains($0)
      }
  }
}

extension DeclarationSet {
  /// The first user that a domain's `cloud_init` makes; nil if there is none.
  public func signInUser(of domain: String) -> String? {
    declarations.first { $0.kind == .domain && $0.name == domain }?
      .body.blocks.first { $0.schema.name == "cloud_init" }?
      .blocks.first { $0.schema.name == "user" }?.label
  }
}
