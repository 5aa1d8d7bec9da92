import Foundation
import Libvirt
import VMScript

/// libvirt's own test driver, in this process and shared by all of its connections.
enum TestHost {
  static let pool = ConnectionPool(uri: "test:///default", size: 2)

  /// A name that no other test uses.
  static func name(_ stem: String) -> String { "\(stem)-\(UUID().uuidString.prefix(8))" }

  /// Defines a domain, owned by `stack` through its UUID or, without one, by nobody.
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

  /// The domain's state in the language's words; nil if there is none of that name.
  static func exists(_ name: String) async throws -> Bool {
    try await pool.run { try $0.domain(named: name) != nil }
  }
}
