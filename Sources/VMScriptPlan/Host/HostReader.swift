import VMScript
import VMScriptSyntax

/// A host as a plan sees it: all that planning asks.
///
/// libvirt is one; the tests put a simulated host in its place.
package protocol HostReader: Sendable {
  /// Everything that a plan looks at. An object whose document cannot be read is unknown for itself
  /// alone.
  ///
  /// - Parameters:
  ///   - isThorough: has the host look at the folders of its active pools again, which costs time in
  ///     proportion to their volumes: for what is about to delete the base of overlays that nobody has
  ///     told the host of.
  ///   - leased: the networks whose leases are read.
  func read(isThorough: Bool, leased: Set<String>) async throws -> LiveState

  /// Where the files of the host are seen from.
  func files() async throws -> HostFiles

  /// The content of the cloud-init seed at a path; nil for one that cannot be read.
  func seed(at path: String) async throws -> SeedContent?

  /// The domains among these, by UUID, that have no snapshots.
  func withoutSnapshots(_ domains: [String]) async throws -> Set<String>

  /// The document of what the host offers (`virConnectGetCapabilities`).
  func capabilities() async throws -> String
}

/// A host as a run changes it: it takes the steps of a plan and decides nothing.
package protocol StepPerformer: Sendable {
  /// Whether the object of a change is another one by now, or in another state, than the change was
  /// planned from.
  func hasMoved(_ change: Change) async throws -> Bool

  /// Takes one step of a change.
  func perform(_ step: Step, of change: Change) async throws
}
