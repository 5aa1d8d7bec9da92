import Libvirt
import VMScriptPlan
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

/// How long a host may take to answer a connection, and who hears of a slow one.
public struct HostPatience: Sendable {
  /// The longest wait.
  public var limit: Duration
  /// Takes what is waited for, such as `qemu:///system to answer`, from any thread.
  public var notice: @Sendable (String) -> Void

  /// A patience; what is left out is half a minute without a notice.
  public init(
    limit: Duration = .seconds(30), notice: @escaping @Sendable (String) -> Void = { _ in }
  ) {
    self.limit = limit
    self.notice = notice
  }
}

/// A host that is connected to for one piece of work.
struct BriefAccess: HostAccess {
  /// nil takes `LIBVIRT_DEFAULT_URI`, else libvirt's own default.
  let uri: String?
  var patience = HostPatience()

  func onHost<T: Sendable>(
    _ doing: String, _ work: @escaping @Sendable (ConnectionPool) async throws -> T
  ) async throws(Diagnostic) -> T {
    let uri = HostURI.resolve(uri)
    let notice = patience.notice
    let pool = ConnectionPool(
      uri: uri, size: 2,
      patience: ConnectionPatience(limit: patience.limit) { notice(HostMessages.answer(of: uri)) })
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
