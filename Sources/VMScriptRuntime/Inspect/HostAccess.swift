import Foundation
import Libvirt
import VMScriptSyntax

/// A host that work can be done on.
protocol HostAccess: Sendable {
  /// Does work by way of connections to the host.
  ///
  /// - Parameter doing: what is being done, for messages.
  /// - Throws: VM0701 without a connection, what `work` throws, and what libvirt refuses.
  func onHost<T: Sendable>(
    _ doing: String, _ work: @escaping @Sendable (ConnectionPool) async throws -> T
  ) async throws(Diagnostic) -> T
}

extension LiveSession: HostAccess {}

/// A host that is connected to for one piece of work.
struct BriefAccess: HostAccess {
  /// nil takes `LIBVIRT_DEFAULT_URI`, else libvirt's own default.
  let uri: String?

  func onHost<T: Sendable>(
    _ doing: String, _ work: @escaping @Sendable (ConnectionPool) async throws -> T
  ) async throws(Diagnostic) -> T {
    let uri = uri ?? ProcessInfo.processInfo.environment["LIBVIRT_DEFAULT_URI"]
    let pool = ConnectionPool(uri: uri, size: 2)
    do {
      try await pool.run { _ in }
    } catch {
      await pool.close()
      throw HostMessages.noConnection(uri, error)
    }
    do {
      let result = try await work(pool)
      await pool.close()
      return result
    } catch {
      await pool.close()
      throw HostMessages.diagnostic(error, doing, at: nil)
    }
  }
}
