import Foundation
import Libvirt
import VMScript
import VMScriptPlan
import VMScriptSyntax

/// A graphical display of a running guest, and its address.
public struct GuestDisplay: Sendable, Hashable {
  /// The protocols of displays.
  public enum Kind: String, Sendable, CaseIterable {
    case vnc, spice
  }

  /// The protocol.
  public let kind: Kind
  /// The address or the name of the machine that serves it.
  public let host: String
  /// The TCP port.
  public let port: Int

  /// The address as a URI, such as `vnc://127.0.0.1:5900`.
  public var uri: String {
    "\(kind.rawValue)://\(host.contains(":") ? "[\(host)]" : host):\(port)"
  }

  /// `{"type", "host", "port", "uri"}`.
  public var document: Value {
    .map([
      "type": .string(kind.rawValue), "host": .string(host), "port": .int(Int64(port)),
      "uri": .string(uri),
    ])
  }

  /// The commands of viewers that show it, the most fitting first.
  public var viewers: [[String]] {
    let vncviewer = ["vncviewer", host.contains(":") ? "[\(host)]::\(port)" : "\(host)::\(port)"]
    return [["remote-viewer", "--", uri]] + (kind == .vnc ? [vncviewer] : [])
  }
}

extension GuestDisplay {
  /// Reads a `<graphics>` element of a running domain; nil for one without a TCP port.
  ///
  /// - Parameters:
  ///   - server: the name of the libvirt host; nil if it is this machine.
  init?(_ element: XMLElement, on server: String?) {
    guard let kind = element["type"].flatMap(Kind.init),
      let port = element["port"].flatMap({ Int($0) }), port > 0
    else { return nil }
    let listen = element.text(at: "listen/@address") ?? element["listen"] ?? "127.0.0.1"
    self.kind = kind
    self.port = port
    host = Self.isAny(listen) ? server ?? "127.0.0.1" : listen
  }

  /// Whether only programs on the libvirt host itself reach it.
  var isLoopback: Bool { host.hasPrefix("127.") || host == "::1" || host == "localhost" }

  private static func isAny(_ listen: String) -> Bool { ["0.0.0.0", "::", ""].contains(listen) }
}

extension GuestReach {
  /// Returns the displays of a running guest that this machine can reach, VNC first.
  ///
  /// - Throws: VM0790 if there is no such domain, VM0792 if it is off, VM0780 if it has no display
  ///   with a port, VM0781 if its displays listen only on another machine, and libvirt's errors.
  public func displays(of name: String) async throws(Diagnostic) -> [GuestDisplay] {
    try await looking("looking for the displays of `\(name)`") { connection in
      let root = try XMLElement.parse(running(name, connection).xml(), root: "domain")
      let uri = connection.uri
      let server = HostFiles.isLocal(uri) ? nil : URLComponents(string: uri)?.host
      let all = (root.first("devices")?.all("graphics") ?? [])
        .compactMap { GuestDisplay($0, on: server) }
        .sorted { $0.kind == .vnc && $1.kind != .vnc }
      guard let first = all.first else { throw ReachMessages.noDisplay(name) }
      let reachable = server == nil ? all : all.filter { !$0.isLoopback }
      guard !reachable.isEmpty else {
        throw ReachMessages.displayOfOtherHost(name, first, server: server ?? "")
      }
      return reachable
    }
  }
}
