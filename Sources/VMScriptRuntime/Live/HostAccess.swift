import Foundation
import Libvirt
import VMScriptPlan
import VMScriptSyntax

/// Access to a host.
protocol HostAccess: Sendable {
  /// Runs work over connections to the host.
  ///
  /// - Parameter doing: a description of the work, for messages.
  /// - Throws: VM0701 without a connection, the errors of `work`, and libvirt's errors.
  func onHost<T: Sendable>(
    _ doing: String, _ work: @escaping @Sendable (ConnectionPool) async throws -> T
  ) async throws(Diagnostic) -> T
}

extension LiveSession: HostAccess {}

/// The time limit for a host to answer, and a notice about a slow one.
public struct HostPatience: Sendable {
  /// The time limit.
  public var limit: Duration
  /// Receives the object of the wait, such as `qemu:///system to answer`, on any thread.
  public var notice: @Sendable (String) -> Void

  /// Creates a patience; the default is 30 seconds without a notice.
  public init(
    limit: Duration = .seconds(30), notice: @escaping @Sendable (String) -> Void = { _ in }
  ) {
    self.limit = limit
    self.notice = notice
  }
}

/// Access to a host with a connection for each piece of work.
struct BriefAccess: HostAccess {
  /// The connection; nil selects `LIBVIRT_DEFAULT_URI`, else libvirt's own default.
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

/// The URI of the host to connect to.
public enum HostURI {
  /// Returns the given URI, else `LIBVIRT_DEFAULT_URI`; nil selects libvirt's own default.
  ///
  /// An empty string counts as none.
  ///
  /// - Parameters:
  ///   - given: the URI of an option or of a call.
  ///   - environment: the environment that holds the variable.
  public static func resolve(
    _ given: String?, environment: [String: String] = ProcessInfo.processInfo.environment
  ) -> String? {
    [given, environment["LIBVIRT_DEFAULT_URI"]].compactMap(\.self).first { !$0.isEmpty }
  }
}

extension HostFiles {
  /// The files of a connection's host.
  init(_ connection: Connection) throws(LibvirtError) {
    guard !connection.isTestDriver else {
      self = .none
      return
    }
    guard Self.isLocal(connection.uri) else {
      self = .remote
      return
    }
    do throws(LibvirtError) {
      self =
        Self.isSameHost(try connection.hostname(), as: ThisMachine.hostName) ? .local : .remote
    } catch {
      // A driver that does not report its host name may run anywhere.
      guard !error.isConnectionLost else { throw error }
      self = .remote
    }
  }

  /// Whether a URI names a libvirtd that is reached without a network.
  static func isLocal(_ uri: String) -> Bool {
    guard let end = uri.range(of: "://") else { return false }
    let transport = uri[..<end.lowerBound].split(separator: "+").dropFirst().first
    guard transport == nil || transport == "unix" else { return false }
    return uri[end.upperBound...].first.map { $0 == "/" } ?? true
  }

  /// Compares host names without their domains, which libvirt may include.
  static func isSameHost(_ name: String, as other: String) -> Bool {
    let (one, two) = (name.prefix { $0 != "." }, other.prefix { $0 != "." })
    return !one.isEmpty && one.lowercased() == two.lowercased()
  }
}
