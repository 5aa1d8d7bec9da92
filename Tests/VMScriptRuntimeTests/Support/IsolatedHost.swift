import Foundation
import Libvirt
import TestSupport
import Testing

@testable import VMScriptPlan
@testable import VMScriptRuntime

/// A pool folder of its own on an isolated libvirtd, whose URI the environment names.
final class IsolatedHost {
  static let uri = ProcessInfo.processInfo.environment["VMSCRIPT_TEST_URI"]

  let pool = "pool-" + Storage.nonce()
  let folder: ScratchFolder
  let connections: ConnectionPool

  init() async throws {
    let folder = try ScratchFolder()
    let connections = ConnectionPool(uri: Self.uri, size: 4)
    let xml =
      "<pool type='dir'><name>\(pool)</name><target><path>\(folder.path)</path></target></pool>"
    self.folder = folder
    self.connections = connections
    try await connections.run { try $0.definePool(xml: xml).start() }
  }

  func close() async throws {
    let name = pool
    try await connections.run { connection in
      try connection.pool(named: name)?.destroy()
      try connection.pool(named: name)?.undefine()
    }
    await connections.close()
  }

  func volumes() async throws -> [String] {
    let name = pool
    return try await connections.run { connection in
      try #require(try connection.pool(named: name)).volumes().map(\.name).sorted()
    }
  }
}
