import Foundation
import Testing

@testable import Libvirt

/// Connections to libvirt's test driver, whose state all connections of the process share.
enum TestDriver {
  static let uri = "test:///default"

  static func connection() throws -> Connection {
    try Connection.open(uri)
  }

  /// A name that no other test uses.
  static func name(_ purpose: String) -> String {
    "\(purpose)-\(UUID().uuidString.lowercased().prefix(8))"
  }

  static func domainXML(name: String) -> String {
    """
    <domain type='test'><name>\(name)</name><memory>262144</memory><vcpu>2</vcpu>
    <os><type>hvm</type></os></domain>
    """
  }

  static func volumeXML(name: String, bytes: Int) -> String {
    "<volume><name>\(name)</name><capacity>\(bytes)</capacity>"
      + "<target><format type='raw'/></target></volume>"
  }
}
