import Libvirt
import VMScriptPlan

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
