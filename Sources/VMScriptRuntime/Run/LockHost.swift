import Foundation
import Libvirt
import VMScript
import VMScriptPlan

/// The identity of a host, whatever its URI, and the pool for claims on it.
struct LockHost: Sendable {
  let identity: String
  /// The pool for claims; nil if there is none, and on the test driver, which no other process sees.
  let pool: String?

  /// Reads the identity from the host; blocks.
  init(_ connection: Connection) throws {
    let name = try connection.hostName()
    guard !connection.isTestDriver else {
      // The test host exists in this process only.
      identity = "test\0\(connection.uri)\0\(getpid())"
      pool = nil
      return
    }
    if let found = try Self.pool(of: connection) {
      // The pool's UUID also distinguishes two daemons of one machine.
      identity = "\(connection.driverType)\0\(name)\0\(found.uuid)"
      pool = found.name
    } else {
      identity = "\(connection.driverType)\0\(name)\0\(Self.daemon(of: connection.uri))"
      pool = nil
    }
  }

  /// Returns the pool `default`, else the first pool by name that keeps volumes as files.
  private static func pool(of connection: Connection) throws -> StoragePool? {
    if let pool = try connection.pool(named: "default"), try isFit(pool) { return pool }
    return try connection.pools().sorted { $0.name < $1.name }.first(where: isFit)
  }

  private static func isFit(_ pool: StoragePool) throws -> Bool {
    guard try pool.isActive() else { return false }
    let type = try XMLElement.parse(pool.xml(), root: "pool")["type"] ?? ""
    return ["dir", "fs", "netfs"].contains(type)
  }

  /// Returns the parts of a URI that distinguish daemons of one machine: `/system` or `/session`, the
  /// user of a session, and an unusual socket.
  private static func daemon(of uri: String) -> String {
    let components = URLComponents(string: uri)
    let path = components?.path ?? uri
    let socket = components?.queryItems?.first { $0.name == "socket" }?.value ?? ""
    let isUsual = ["/run/libvirt/", "/var/run/libvirt/"].contains { socket.hasPrefix($0) }
    let user = path == "/session" ? String(getuid()) : ""
    return [path, user, isUsual ? "" : socket].joined(separator: "\0")
  }
}
