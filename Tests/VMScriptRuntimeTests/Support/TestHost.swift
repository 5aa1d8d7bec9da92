import Foundation
import Libvirt
import VMScript

/// libvirt's own test driver, in this process and shared by all of its connections.
enum TestHost {
  static let pool = ConnectionPool(uri: "test:///default", size: 2)

  private static let keeper = Task { try await pool.run { $0 } }

  /// Keeps the driver's state until the process ends: it goes with the last connection.
  static func keep() async throws { _ = try await keeper.value }

  /// A name that no other test uses.
  static func name(_ stem: String) -> String { "\(stem)-\(UUID().uuidString.prefix(8))" }

  /// Defines a domain whose UUID belongs to `stack`; without a stack, nobody owns it.
  static func define(_ name: String, stack: String? = nil) async throws {
    let uuid =
      stack.map { Identity.uuid(stack: $0, kind: .domain, name: name) }
      ?? UUID().uuidString.lowercased()
    _ = try await pool.run { connection in
      try connection.defineDomain(
        xml: """
          <domain type='test'><name>\(name)</name><uuid>\(uuid)</uuid>
          <memory unit='KiB'>131072</memory><os><type>hvm</type></os></domain>
          """
      ).name
    }
  }

  /// Whether there is a domain of this name.
  static func exists(_ name: String) async throws -> Bool {
    try await pool.run { try $0.domain(named: name) != nil }
  }
}
