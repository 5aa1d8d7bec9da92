import VMScriptPlan

/// How a run meets the host.
public struct RunOptions: Sendable {
  /// The connection; nil takes `LIBVIRT_DEFAULT_URI`, else libvirt's own default.
  public var uri: String?
  /// Changes that may be in flight at once, at least 1.
  public var jobs: Int
  /// Gives the yes that changes with loss of data or a restart need.
  public var assumeYes: Bool
  /// Removes what the stack made and the script no longer declares.
  public var prune: Bool
  /// Takes over domains of a declared name that the stack does not own.
  public var adopt: Bool
  /// Leaves the host alone where the script speaks of no resources.
  public var connectsOnlyIfNeeded = false
  /// Where the stack is run from; nil, where that is no script's file, compares and records nothing.
  public var origin: StackOrigin?
  /// How long each connection may take to open.
  public var connectTimeout = Duration.seconds(30)
  /// What `hypervisor = auto` means; nil leaves it to ``HypervisorChoice``.
  public var hypervisor: String?
  /// Asks ``confirm`` before the verb `delete` too, for statements that are entered one by one.
  var confirmsDeletions = false
  /// Asked before a plan with changes that need a yes; not asked with ``assumeYes``.
  public var confirm: @Sendable (Plan) async -> Bool
  /// Told of every step, from any thread.
  public var progress: @Sendable (ProgressEvent) -> Void

  /// Options; those left out do nothing that was not asked for.
  public init(
    uri: String? = nil, jobs: Int = 8, assumeYes: Bool = false, prune: Bool = false,
    adopt: Bool = false, hypervisor: String? = nil,
    confirm: @escaping @Sendable (Plan) async -> Bool = { _ in false },
    progress: @escaping @Sendable (ProgressEvent) -> Void = { _ in }
  ) {
    self.uri = uri
    self.jobs = max(1, jobs)
    self.assumeYes = assumeYes
    self.prune = prune
    self.adopt = adopt
    self.hypervisor = hypervisor
    self.confirm = confirm
    self.progress = progress
  }
}
