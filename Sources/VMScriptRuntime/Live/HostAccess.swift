import Foundation
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

/// The URI of the host that a connection is made to.
public enum HostURI {
  /// The URI that counts: the given one, else `LIBVIRT_DEFAULT_URI`; nil leaves it to libvirt, which
  /// has a default of its own. An empty text is as good as none.
  ///
  /// - Parameters:
  ///   - given: the URI of an option or of a call.
  ///   - environment: where the variable is looked up.
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
      // A driver that does not say where it is may be anywhere.
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

  /// libvirt may give a host's name with its domain.
  static func isSameHost(_ name: String, as other: String) -> Bool {
    let (one, two) = (name.prefix { $0 != "." }, other.prefix { $0 != "." })
    return !one.isEmpty && one.lowercased() == two.lowercased()
  }
}
