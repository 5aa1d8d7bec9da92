import VMScript
import VMScriptSyntax

/// The read access to a host that planning needs.
///
/// libvirt implements it; the tests use a simulated host.
package protocol HostReader: Sendable {
  /// Reads the state for planning. An object with an unreadable document is unknown, and does not
  /// affect others.
  ///
  /// - Parameters:
  ///   - isThorough: whether the host refreshes its active pools, which takes time in proportion
  ///     to their volumes. Needed before the base of overlays that the host does not know could be
  ///     deleted.
  ///   - leased: the networks to read leases of.
  func read(isThorough: Bool, leased: Set<String>) async throws -> LiveState

  /// Returns the access to the files of the host.
  func files() async throws -> HostFiles

  /// Reads the cloud-init seed at a path; nil if it is unreadable.
  func seed(at path: String) async throws -> SeedContent?

  /// Returns the domains among these, by UUID, that have no snapshots.
  func withoutSnapshots(_ domains: [String]) async throws -> Set<String>

  /// Returns the capabilities document of the host (`virConnectGetCapabilities`).
  func capabilities() async throws -> String
}

/// The write access to a host that a run needs: it performs the steps of a plan and decides
/// nothing.
package protocol StepPerformer: Sendable {
  /// Whether the object of a change was replaced, or changed its state, since the change was
  /// planned.
  func hasMoved(_ change: Change) async throws -> Bool

  /// Performs one step of a change.
  func perform(_ step: Step, of change: Change) async throws

  /// Removes the contents of a stack in a pool that nothing uses, such as a medium that drives have
  /// replaced with a newer one.
  func removeLeftovers(of stack: String, pool: String) async throws
}
