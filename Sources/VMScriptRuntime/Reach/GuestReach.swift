import Foundation
import Libvirt
import VMScript
import VMScriptPlan
import VMScriptSyntax

/// Ways to a guest: its console, its screen, its SSH server.
///
///     try await GuestReach(uri: "qemu:///system").withConsole(of: "web") { console in print(console) }
public struct GuestReach: Sendable {
  private let host: any HostAccess

  /// On a host that is connected to for each use.
  ///
  /// - Parameters:
  ///   - uri: nil takes `LIBVIRT_DEFAULT_URI`, else libvirt's own default.
  ///   - patience: how long the host may take to answer.
  public init(uri: String?, patience: HostPatience = HostPatience()) {
    host = BriefAccess(uri: uri, patience: patience)
  }

  /// By way of a session's own connections.
  public init(_ session: LiveSession) { host = session }

  /// Opens the guest's text console (`virDomainOpenConsole`) for as long as `body` takes.
  ///
  /// - Parameters:
  ///   - name: the domain's name.
  ///   - takesOver: ends another session that has the console.
  ///   - body: is given the console.
  /// - Returns: what `body` gives.
  /// - Throws: VM0790 if there is no such domain, VM0792 if it is off, VM0794 if it has no console, and
  ///   what libvirt refuses.
  public func withConsole<T: Sendable>(
    of name: String, takesOver: Bool = false, _ body: @escaping @Sendable (Console) async -> T
  ) async throws(Diagnostic) -> T {
    try await host.onHost("opening the console of `\(name)`") { pool in
      let console = try await pool.run { connection in
        let domain = try running(name, connection)
        let devices = try XMLElement.parse(domain.xml(), root: "domain").first("devices")
        guard devices?.first("console") != nil || devices?.first("serial") != nil else {
          throw ReachMessages.noConsole(name)
        }
        return try domain.openConsole(takesOver: takesOver)
      }
      defer { console.close() }
      return await body(console)
    }
  }

  /// Takes a picture of what the guest shows (`virDomainScreenshot`).
  ///
  /// - Throws: VM0790 if there is no such domain, VM0792 if it is off, and what libvirt refuses, such
  ///   as a guest without a video device.
  public func screenshot(of name: String) async throws(Diagnostic) -> Domain.Screenshot {
    try await looking("taking a picture of `\(name)`") { connection in
      try running(name, connection).screenshot()
    }
  }

  /// Finds out how to reach the guest's SSH server.
  ///
  /// - Throws: VM0790 if there is no such domain, VM0792 if it is off, VM0793 if the host knows no
  ///   address of it, VM0808 if the host's own name is none that ssh may be given.
  public func ssh(to name: String) async throws(Diagnostic) -> SSHDestination {
    try await looking("looking for the address of `\(name)`") { connection in
      let domain = try running(name, connection)
      guard let address = try LiveAddresses.of(domain).first else {
        throw ReachMessages.noAddress(name)
      }
      let destination = SSHDestination(
        address: address, uuid: domain.uuid, host: connection.uri)
      guard destination.hasPlainHost else { throw ReachMessages.unfitHost(connection.uri) }
      return destination
    }
  }

  private func looking<T: Sendable>(
    _ doing: String, _ look: @escaping @Sendable (Connection) throws -> T
  ) async throws(Diagnostic) -> T {
    try await host.onHost(doing) { pool in try await pool.run(look) }
  }
}

private func running(_ name: String, _ connection: Connection) throws -> Domain {
  guard let domain = try connection.domain(named: name) else {
    let names = try connection.domains().map(\.name)
    throw InspectionMessages.nothingNamed(name, closest: closest(to: name, among: names))
  }
  guard try domain.isActive() else { throw ReachMessages.notRunning(name) }
  return domain
}

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
