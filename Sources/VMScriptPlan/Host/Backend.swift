import VMScript
import VMScriptSyntax

/// A virtualization system that runs act on: the line between plans and a host.
///
/// libvirt is one: `LibvirtBackend`. A second one implements this protocol and ``StepPerformer``.
package protocol Backend: HostReader {
  /// The domain type that `hypervisor = auto` means, such as `kvm`.
  var hypervisor: String { get }

  /// Takes the lock of a stack on this machine; does not wait.
  ///
  /// - Throws: a diagnostic that names the holder if another run holds it.
  func lock(_ stack: String) async throws(Diagnostic) -> any StackHold

  /// Records the origin of a stack in the marks of its domains and networks.
  func record(_ origin: StackOrigin, of stack: String) async throws

  /// Records the end of a stack's lifetime apart from its resources, before the first one exists.
  ///
  /// - Returns: the reason why the host cannot record it; nil if it is recorded.
  func record(_ expiry: StackExpiry, of stack: String) async throws -> String?

  /// Removes the records of the end of a stack's lifetime.
  func removeExpiry(of stack: String) async throws

  /// Returns the performer of the steps of one plan.
  func performer(of storage: StoragePlan, _ reports: RunReports) -> any StepPerformer

  // MARK: Live attributes

  /// Whether there is a domain or a network of this name; nil for other kinds.
  func exists(_ resource: ResourceReference) async throws -> Bool?

  /// Returns the value of a domain's attribute; nil if there is no such domain.
  func value(of attribute: LiveAttribute.DomainAttribute, _ domain: String) async throws -> Value?

  /// Returns the value of a network's attribute; nil if there is no such network.
  func value(of attribute: LiveAttribute.NetworkAttribute, _ network: String) async throws -> Value?

  /// Returns the sizes of the volume at a path; nil if there is none.
  func volumeSize(at path: String) async throws -> VolumeSize?

  /// Returns the present addresses of the interface with a fixed address; nil if there is no such
  /// domain or the system does not report addresses.
  func addresses(of domain: String, with fixed: FixedAddress) async throws -> [IPAddress]?

  // MARK: Verbs

  /// Returns the names of the targets of a verb, each once.
  ///
  /// - Throws: a diagnostic for a pattern that matches no domain of the stack.
  func targets(of verb: VerbRequest, in stack: String) async throws(Diagnostic) -> [String]

  /// Performs a verb on its targets.
  ///
  /// - Parameters:
  ///   - set: the declarations, which contain the stack and the awaited addresses.
  ///   - sources: the scripts, which determine the folder of relative paths.
  /// - Returns: the value of the verb by the name of each target; empty for a verb without a value.
  func perform(
    _ verb: VerbRequest, of set: DeclarationSet, _ sources: SourceMap, _ reports: RunReports
  ) async throws(Diagnostic) -> [String: Value]

  /// Returns the deletion of each of these domains that exists.
  ///
  /// - Throws: the reason why one of them cannot be deleted.
  func deletions(
    of domains: [String], by verb: VerbRequest, in stack: String
  ) async throws(Diagnostic) -> [Deletion]

  /// Returns the state of a domain, in the language's words.
  ///
  /// - Throws: a diagnostic at `span` if there is no such domain.
  func state(of domain: String, at span: Span) async throws -> String

  /// Listens to possible changes of domains, from now on.
  func signals() async throws -> any HostSignals
}

/// The sizes of a volume, in bytes.
package struct VolumeSize: Sendable {
  /// The size that a guest sees.
  package let capacity: Int64
  /// The size that the volume occupies on the host.
  package let allocation: Int64

  package init(capacity: Int64, allocation: Int64) {
    self.capacity = capacity
    self.allocation = allocation
  }
}

/// The receivers of the events of a run; each is called on any thread.
package struct RunReports: Sendable {
  package let progress: @Sendable (ProgressEvent) -> Void
  /// Receives warnings about results that differ from the declaration.
  package let warn: @Sendable (Diagnostic) -> Void
  /// Receives the name of each machine that has its awaited address.
  package let hasAddress: @Sendable (String) -> Void

  package init(
    progress: @escaping @Sendable (ProgressEvent) -> Void = { _ in },
    warn: @escaping @Sendable (Diagnostic) -> Void = { _ in },
    hasAddress: @escaping @Sendable (String) -> Void = { _ in }
  ) {
    self.progress = progress
    self.warn = warn
    self.hasAddress = hasAddress
  }
}

/// The hold of a run on a stack.
package protocol StackHold: Sendable {
  /// Shows other machines that the stack is about to be changed.
  ///
  /// - Throws: a diagnostic that names the holder if a run from another machine is in progress.
  func claim() async throws -> StackClaim

  /// Ends the hold.
  func release() async
}

/// The result of an attempt to claim a stack on a host.
package enum StackClaim: Sendable {
  /// No other run changes the stack from now on; earlier reads may be out of date.
  case made
  /// There is a claim already, or no other machine can reach the host.
  case unneeded
  /// The host does not accept the claim; the diagnostic is a warning.
  case impossible(Diagnostic)
}

/// Signals for possible changes of a host's domains.
package protocol HostSignals: Sendable {
  /// Waits for a signal; returns false at the deadline.
  func isNews(before deadline: ContinuousClock.Instant) async -> Bool

  /// Stops listening.
  func close()
}
