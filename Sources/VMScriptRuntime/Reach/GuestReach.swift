import Foundation
import Libvirt
import VMScript
import VMScriptPlan
import VMScriptSyntax

/// Ways to a guest: its console, its screen, its SSH server.
///
///     try await GuestReach(uri: "qemu:///system").withConsole(of: "web") { console in print(console) }
public struct GuestReach: Sendable {
  private let host: any HostAccess

  /// On a host that is connected to for each use.
  ///
  /// - Parameters:
  ///   - uri: nil takes `LIBVIRT_DEFAULT_URI`, else libvirt's own default.
  ///   - patience: how long the host may take to answer.
  public init(uri: String?, patience: HostPatience = HostPatience()) {
    host = BriefAccess(uri: uri, patience: patience)
  }

  /// By way of a session's own connections.
  public init(_ session: LiveSession) { host = session }

  /// Opens the guest's text console (`virDomainOpenConsole`) for as long as `body` takes.
  ///
  /// - Parameters:
  ///   - name: the domain's name.
  ///   - takesOver: ends another session that has the console.
  ///   - body: is given the console.
  /// - Returns: what `body` gives.
  /// - Throws: VM0790 if there is no such domain, VM0792 if it is off, VM0794 if it has no console, and
  ///   what libvirt refuses.
  public func withConsole<T: Sendable>(
    of name: String, takesOver: Bool = false, _ body: @escaping @Sendable (Console) async -> T
  ) async throws(Diagnostic) -> T {
    try await host.onHost("opening the console of `\(name)`") { pool in
      let console = try await pool.run { connection in
        let domain = try running(name, connection)
        let devices = try XMLElement.parse(domain.xml(), root: "domain").first("devices")
        guard devices?.first("console") != nil || devices?.first("serial") != nil else {
          throw ReachMessages.noConsole(name)
        }
        return try domain.openConsole(takesOver: takesOver)
      }
      defer { console.close() }
      return await body(console)
    }
  }

  /// Takes a picture of what the guest shows (`virDomainScreenshot`).
  ///
  /// - Throws: VM0790 if there is no such domain, VM0792 if it is off, and what libvirt refuses, such
  ///   as a guest without a video device.
  public func screenshot(of name: String) async throws(Diagnostic) -> Domain.Screenshot {
    try await looking("taking a picture of `\(name)`") { connection in
      try running(name, connection).screenshot()
    }
  }

  /// Finds out how to reach the guest's SSH server.
  ///
  /// - Throws: VM0790 if there is no such domain, VM0792 if it is off, VM0793 if the host knows no
  ///   address of it, VM0808 if the host's own name is none that ssh may be given.
  public func ssh(to name: String) async throws(Diagnostic) -> SSHDestination {
    try await looking("looking for the address of `\(name)`") { connection in
      let domain = try running(name, connection)
      guard let address = try LiveAddresses.of(domain).first else {
        throw ReachMessages.noAddress(name)
      }
      let destination = SSHDestination(
        address: address, uuid: domain.uuid, host: connection.uri)
      guard destination.hasPlainHost else { throw ReachMessages.unfitHost(connection.uri) }
      return destination
    }
  }

  private func looking<T: Sendable>(
    _ doing: String, _ look: @escaping @Sendable (Connection) throws -> T
  ) async throws(Diagnostic) -> T {
    try await host.onHost(doing) { pool in try await pool.run(look) }
  }
}

private func running(_ name: String, _ connection: Connection) throws -> Domain {
  guard let domain = try connection.domain(named: name) else {
    let names = try connection.domains().map(\.name)
    throw InspectionMessages.nothingNamed(name, closest: closest(to: name, among: names))
  }
  guard try domain.isActive() else { throw ReachMessages.notRunning(name) }
  return domain
}
