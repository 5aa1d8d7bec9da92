import Libvirt
import VMScript
import VMScriptPlan
import VMScriptSyntax

/// libvirt as the host of runs.
struct LibvirtBackend: Backend {
  let pool: ConnectionPool
  let hypervisor: String
  /// The leases of machines from before this run, or its session, booted them.
  let notes: LeaseNotes
  /// The transcripts of the consoles; nil if the run keeps none.
  let transcripts: ConsoleTranscripts?
  private let reader: LiveReader
  private let store: VolumeStore

  init(
    pool: ConnectionPool, hypervisor: String, notes: LeaseNotes = LeaseNotes(),
    transcripts: ConsoleTranscripts? = nil
  ) {
    self.transcripts = transcripts
    self.pool = pool
    self.hypervisor = hypervisor
    self.notes = notes
    reader = LiveReader(pool: pool)
    store = VolumeStore(connections: pool)
  }

  // MARK: Reading

  func read(isThorough: Bool, leased: Set<String>) async throws -> LiveState {
    try await reader.read(isThorough: isThorough, leased: leased)
  }

  func files() async throws -> HostFiles { try await reader.files() }

  func seed(at path: String) async throws -> SeedContent? { try await reader.seed(at: path) }

  func withoutSnapshots(_ domains: [String]) async throws -> Set<String> {
    try await reader.withoutSnapshots(domains)
  }

  func capabilities() async throws -> String { try await reader.capabilities() }

  // MARK: Changes

  func lock(_ stack: String) async throws(Diagnostic) -> any StackHold {
    try await StackLock.take(stack: stack, on: pool)
  }

  func record(_ origin: StackOrigin, of stack: String) async throws {
    try await pool.run { connection in
      for domain in try connection.domains() {
        _ = try LiveReader.unlessGone(.noDomain) { try origin.record(in: domain, of: stack) }
      }
      for network in try connection.networks() {
        _ = try LiveReader.unlessGone(.noNetwork) {
          guard network.uuid == Identity.uuid(stack: stack, kind: .net, name: network.name)
          else { return }
          try origin.record(in: network, on: connection)
        }
      }
    }
  }

  func record(_ expiry: StackExpiry, of stack: String) async throws -> String? {
    try await ExpiryRecord(stack: stack, expiry: expiry).write(to: pool)
  }

  func removeExpiry(of stack: String) async throws {
    try await ExpiryRecord.remove(of: stack, from: pool)
  }

  func performer(of storage: StoragePlan, _ reports: RunReports) -> any StepPerformer {
    let running = storage.live.domains.values.filter { $0.running != nil }
    let boot = GuestBoot(notes: notes, held: Set(running.flatMap(\.facts.macs)))
    return Provisioner(pool: pool, storage: storage, store: store, boot: boot, reports: reports)
  }

  // MARK: Verbs

  func targets(of verb: VerbRequest, in stack: String) async throws(Diagnostic) -> [String] {
    try await DomainTargets(pool: pool, stack: stack).names(of: verb)
  }

  func perform(
    _ verb: VerbRequest, of set: DeclarationSet, _ sources: SourceMap, _ reports: RunReports
  ) async throws(Diagnostic) -> [String: Value] {
    try await VerbRunner(
      pool: pool, declarations: set, sources: sources, notes: notes, transcripts: transcripts,
      reports: reports
    ).perform(verb)
  }

  func deletions(
    of domains: [String], by verb: VerbRequest, in stack: String
  ) async throws(Diagnostic) -> [Deletion] {
    try await VerbRunner(pool: pool, declarations: DeclarationSet(stack: stack))
      .deletable(domains, verb)
  }

  func state(of domain: String, at span: Span) async throws -> String {
    try await DomainTargets(pool: pool, stack: "").state(of: domain, span)
  }

  func signals() async throws -> any HostSignals { try await DomainNews(of: [], pool: pool) }
}
