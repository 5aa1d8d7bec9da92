import Foundation
import VMScript

/// A test driver's host that holds a domain, a network or both of a stack from the beginning.
///
/// `test:///default` begins anew with each process, so that nothing of an earlier run is there to be
/// changed or removed; this one is what an earlier run would have left.
struct OwnedHost {
  let stack: String
  private let file: URL

  /// Writes the host's description.
  init(stack: String, domains: [String] = [], networks: [String] = []) throws {
    self.stack = stack
    file = FileManager.default.temporaryDirectory
      .appendingPathComponent("\(UUID().uuidString).xml")
    let domains = domains.map { name in
      """
      <domain type="test"><name>\(name)</name>\
      <uuid>\(Identity.uuid(stack: stack, kind: .domain, name: name))</uuid>\
      <memory>65536</memory><os><type arch="i686">hvm</type></os></domain>
      """
    }
    let networks = networks.map { name in
      """
      <network><name>\(name)</name>\
      <uuid>\(Identity.uuid(stack: stack, kind: .net, name: name))</uuid>\
      <ip address="10.99.0.1" netmask="255.255.255.0"/></network>
      """
    }
    let description = "<node>\((domains + networks).joined())</node>"
    try Data(description.utf8).write(to: file)
  }

  /// For `--connect`.
  var uri: String { "test://\(file.path)" }

  func remove() { try? FileManager.default.removeItem(at: file) }
}
