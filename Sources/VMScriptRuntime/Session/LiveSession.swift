import Foundation
import Libvirt
import Synchronization
import VMScript
import VMScriptImages
import VMScriptPlan
import VMScriptSyntax

/// A session on a host: every entry takes effect before the next one starts.
///
/// The session connects on the first use and keeps the connection; it reconnects after a loss.
public final class LiveSession: Sendable {
  /// The entries and their results, apart from the host.
  public let language: Session

  private struct State {
    var pool: ConnectionPool
    /// The host's own URI and the meaning of `hypervisor = auto` on it; nil before it answers.
    var host: (uri: String, hypervisor: String)?
    var settled = SettledDeclarations()
    var notes = LeaseNotes()
    var entries = 0
    /// The host of the entry that is being evaluated.
    var current: EntryHost?
    /// Work that entries started and no longer wait for, by the entry's number.
    var underWay: [Int: [String]] = [:]
  }

  /// The objects of waits for a slow host, such as `qemu:///system to answer`.
  public let delays: AsyncStream<String>

  private let options: RunOptions
  private let state: Mutex<State>
  /// The images by address and by name that its entries have resolved.
  private let memory = ImageMemory()
  private let reportDelay: @Sendable (String) -> Void

  /// Creates a session without connecting.
  ///
  /// - Parameters:
  ///   - stack: the stack of its resources, until an entry names another one.
  ///   - engine: the engine that evaluates the entries.
  ///   - evaluation: parameters of the entries.
  ///   - options: the options of the session; each entry has its own `confirm` and `progress`.
  public init(
    stack: String, engine: Engine = Engine(importer: .local, access: .local),
    evaluation: EvaluationOptions = EvaluationOptions(),
    options: RunOptions = RunOptions()
  ) {
    language = Session(stack: stack, engine: engine, options: evaluation)
    self.options = options
    let (delays, continuation) = AsyncStream.makeStream(
      of: String.self, bufferingPolicy: .bufferingNewest(1))
    self.delays = delays
    reportDelay = { continuation.yield($0) }
    state = Mutex(State(pool: Self.pool(options.uri, options, reportDelay)))
  }

  private static func pool(
    _ uri: String?, _ options: RunOptions, _ report: @escaping @Sendable (String) -> Void
  ) -> ConnectionPool {
    let uri = HostURI.resolve(uri)
    return ConnectionPool(
      uri: uri, size: min(options.jobs, 8),
      patience: ConnectionPatience(limit: options.connectTimeout) {
        report(HostMessages.answer(of: uri))
      })
  }

  /// The declarations that took effect so far.
  var settled: SettledDeclarations { state.withLock(\.settled) }

  /// The host's own URI; nil before it answers.
  public var uri: String? { state.withLock { $0.host?.uri } }

  /// Moves to a host, and forgets all entries unless it is the same host as before.
  ///
  /// If that host does not answer, or the task is cancelled before, nothing changes.
  public func move(to uri: String?) async throws(Diagnostic) {
    let pool = Self.pool(uri, options, reportDelay)
    do {
      let host = try await Runner.connect(pool, options)
      try Task.checkCancellation()
      // The previous connections close by themselves; closing them here might wait for a dead host.
      let isSame = state.withLock { state in
        let isSame = state.host.map { $0.uri == host.uri } ?? (state.pool.uri == pool.uri)
        if !isSame { (state.settled, state.notes) = (SettledDeclarations(), LeaseNotes()) }
        (state.pool, state.host) = (pool, host)
        return isSame
      }
      if !isSame { language.reset() }
    } catch {
      throw HostMessages.noConnection(uri, error)
    }
  }

  /// Forgets all entries; their resources stay on the host.
  ///
  /// - Parameter stack: the stack from now on; nil keeps the current one.
  public func reset(stack: String? = nil) {
    state.withLock { $0.settled = SettledDeclarations() }
    language.reset(stack: stack)
  }

  /// Connects unless the session is connected.
  ///
  /// - Returns: the host's own URI.
  @discardableResult
  public func connect() async throws(Diagnostic) -> String { try await answeringHost().uri }

  /// Closes the connections.
  public func close() async { await state.withLock(\.pool).close() }

  /// Evaluates an entry and applies its declarations.
  ///
  /// After a cancellation of the task, changes in flight finish and no other change starts; ``abandon()``
  /// stops waiting for them. Declarations that did not take effect are withdrawn.
  ///
  /// - Parameters:
  ///   - text: the entry.
  ///   - name: the name of the entry in messages; nil numbers it.
  ///   - isPreview: plans the changes and makes none. The declarations take effect with the next entry
  ///     that is no preview, even an empty one. Verbs of a preview do not run.
  ///   - confirm: confirms loss of data, unplugged guests and `delete`.
  ///   - progress: receives the events of the run, on another thread.
  ///   - show: receives the value of each expression statement, on another thread.
  /// - Returns: the result; `declared` contains the declarations that had not taken effect before.
  public func enter(
    _ text: String, name: String? = nil, isPreview: Bool = false,
    confirm: @escaping @Sendable (Plan) async -> Bool,
    progress: @escaping @Sendable (ProgressEvent) -> Void,
    show: @escaping @Sendable (Value) -> Void
  ) async -> RunReport {
    let number = state.withLock { state in
      state.entries += 1
      return state.entries
    }
    var options = options
    options.confirm = confirm
    options.confirmsDeletions = true
    options.progress = progress
    let (entry, prepared) = (SourceText(name: name ?? "<\(number)>", text: text), options)
    let host = EntryHost(options: prepared) { [self] () async throws(Diagnostic) in
      try await entryHost(prepared, isPreview ? .plan : .run)
    }
    state.withLock { $0.current = host }
    let (outcome, failure) = await withTaskCancellationHandler {
      await Runner.onOwnThread { [self] in evaluate(entry, host, show) }
    } onCancel: {
      host.cancel()
    }
    state.withLock { $0.current = nil }
    if let left = await host.end() { note(left, of: number) }
    return report(outcome, failure, host, isPreview: isPreview)
  }

  /// Stops waiting for changes of the current entry; they may still finish.
  public func abandon() { state.withLock(\.current)?.abandon() }

  /// Descriptions of work of entries that continues in the background.
  public var underWay: [String] {
    state.withLock { $0.underWay.sorted { $0.key < $1.key }.flatMap(\.value) }
  }

  private func note(_ left: AbandonedWork, of entry: Int) {
    state.withLock { $0.underWay[entry] = left.what }
    Task {
      await left.work.value
      state.withLock { $0.underWay[entry] = nil }
    }
  }

  /// - Returns: the outcome of the entry, and the error if it did not take effect.
  private func evaluate(
    _ entry: SourceText, _ host: EntryHost, _ show: @escaping @Sendable (Value) -> Void
  ) -> (outcome: EvaluationOutcome, failure: Diagnostic?) {
    let outcome = language.enter(entry, host: host, show: show)
    guard outcome.succeeded, needsEffect(outcome.declarations) else { return (outcome, nil) }
    do throws(Diagnostic) {
      try host.takeEffect(outcome.declarations)
      return (outcome, nil)
    } catch {
      return (outcome, error)
    }
  }

  private func needsEffect(_ set: DeclarationSet) -> Bool {
    let settled = settled
    return !set.ofLibvirt.declarations.allSatisfy(settled.holds)
  }

  private func report(
    _ outcome: EvaluationOutcome, _ failure: Diagnostic?, _ host: EntryHost, isPreview: Bool
  ) -> RunReport {
    let standing = host.standing
    let (earlier, settled) = state.withLock { state in
      let earlier = state.settled
      if let standing, !isPreview { state.settled = standing.settled }
      return (earlier, state.settled)
    }
    var diagnostics =
      outcome.diagnostics + [failure].compactMap(\.self) + (standing?.diagnostics ?? [])
    // An evaluation that was cancelled reports no error itself.
    if host.isCancelled, !diagnostics.hasErrors {
      diagnostics.append(HostMessages.cancelled("the entry", at: nil))
    }
    if isPreview { language.restoreDeleted() }
    let withdrawn =
      diagnostics.hasErrors ? language.withdrawDeclarations(unless: settled.holds) : []
    var plan = standing?.plan ?? Plan(stack: "")
    plan.stack = outcome.declarations.stack
    return RunReport(
      plan: plan, outputs: outcome.outputs,
      declared: outcome.declarations.declarations.filter { !earlier.holds($0) }.map(\.reference),
      withdrawn: withdrawn.map(\.reference), diagnostics: diagnostics,
      outcome: Self.end(diagnostics, host), sources: language.sources)
  }

  private static func end(_ diagnostics: [Diagnostic], _ host: EntryHost) -> RunReport.Outcome {
    guard diagnostics.hasErrors else { return .done }
    if host.isCancelled { return .cancelled }
    if host.standing?.isRefused ?? false { return .refused }
    let isOfHost = diagnostics.contains { $0.code.origin == .host }
    return isOfHost ? .failed : .scriptErrors
  }

  /// Returns the host of one entry.
  private func entryHost(
    _ options: RunOptions, _ mode: RunHost.Mode
  ) async throws(Diagnostic) -> EntryHost.Connected {
    let (uri, hypervisor) = try await answeringHost()
    let (pool, settled, notes) = state.withLock { ($0.pool, $0.settled, $0.notes) }
    let host = RunHost(
      backend: LibvirtBackend(pool: pool, hypervisor: hypervisor, notes: notes), stack: "",
      mode: mode, options: options, sources: language.sources, settled: settled,
      memory: memory)
    return EntryHost.Connected(host: host, uri: uri)
  }

  private func answeringHost() async throws(Diagnostic) -> (uri: String, hypervisor: String) {
    if let known = state.withLock(\.host) { return known }
    let pool = state.withLock(\.pool)
    do {
      let known = try await Runner.connect(pool, options)
      state.withLock { $0.host = known }
      return known
    } catch {
      throw HostMessages.noConnection(pool.uri, error)
    }
  }

  /// Runs work on the host over the session's own connections.
  func onHost<T: Sendable>(
    _ doing: String, _ work: @escaping @Sendable (ConnectionPool) async throws -> T
  ) async throws(Diagnostic) -> T {
    try await connect()
    let pool = state.withLock(\.pool)
    do { return try await work(pool) } catch {
      throw HostMessages.diagnostic(error, doing, at: nil)
    }
  }
}

extension LiveSession {
  /// Returns a script of the declarations that took effect in this session and were not forgotten.
  ///
  /// Secrets become parameters. Paths in it also resolve from the folder of `file`.
  ///
  /// - Parameter file: the path at which the script will be saved.
  public func script(for file: String) -> String {
    let folder = URL(fileURLWithPath: file).deletingLastPathComponent()
    let (settled, sources) = (settled, language.sources)
    var set = language.declarations
    set.declarations = set.declarations.compactMap { settled[$0.key] }.map { declaration in
      declaration.replacingValues { property in
        guard case .string(let text) = property.value, property.schema.type.isPath,
          !text.hasPrefix("~/"),
          case .local(let path) = ImageSource(text, folder: sources.folder(of: property.span)),
          URL(fileURLWithPath: text, relativeTo: folder).path != URL(fileURLWithPath: path).path
        else { return property.value }
        return .string(path)
      }
    }
    return set.script
  }
}

extension PropertyType {
  fileprivate var isPath: Bool {
    switch self {
    case .path: true
    case .either(let alternatives): alternatives.contains(where: \.isPath)
    default: false
    }
  }
}

// Reads of the host outside of entries; they change nothing.
extension LiveSession {
  /// Returns the objects of the host and their stacks; see ``Inspector``.
  public func inventory() async throws(Diagnostic) -> HostInventory {
    try await onHost("listing the objects of the host") {
      try await InventoryReader(pool: $0, stack: nil).read()
    }
  }

  /// Returns the details of every object of a name; see ``Inspector``.
  public func details(of name: String) async throws(Diagnostic) -> [Value] {
    try await onHost("inspecting `\(name)`") { try await Inspector.details(of: name, in: $0) }
  }

  /// Returns libvirt's XML of a domain or network of the host, without secrets.
  ///
  /// - Throws: VM0790 if no object has this name.
  public func xml(of name: String) async throws(Diagnostic) -> String {
    try await onHost("reading the XML of `\(name)`") { pool in
      let found = try await pool.run { connection in
        try connection.domain(named: name)?.xml() ?? connection.network(named: name)?.xml()
      }
      guard let found else { throw InspectionMessages.nothingNamed(name, closest: nil) }
      return found
    }
  }

  /// Returns the leased IPv4 addresses of networks, by hardware address, with one call per network.
  public func leases(
    of networks: Set<String>
  ) async throws(Diagnostic) -> [MACAddress: [IPAddress]] {
    try await onHost("reading leases") { pool in
      try await pool.run { connection in
        var found: [MACAddress: [IPAddress]] = [:]
        for name in networks.sorted() {
          for lease in try connection.network(named: name)?.leases() ?? [] where !lease.isIPv6 {
            guard let mac = lease.mac.flatMap(MACAddress.init),
              let address = IPAddress(lease.address)
            else { continue }
            found[mac, default: []].append(address)
          }
        }
        return found
      }
    }
  }
}

/// An event on a session's host, whatever its cause.
public struct HostEvent: Sendable, Hashable {
  /// The kind of the object: a domain or a network.
  public let kind: ResourceKind
  /// The name of the object.
  public let name: String
  /// The event in a word or two: `started`, `crashed`.
  public let words: String
  /// Whether a guest stopped because of a failure.
  public let isCrash: Bool

  init(_ event: LifecycleEvent) {
    kind = .domain
    name = event.domain
    // VIR_DOMAIN_EVENT_STOPPED_CRASHED and VIR_DOMAIN_EVENT_STOPPED_FAILED.
    let hasFailed = event.kind == .stopped && [2, 5].contains(event.detail)
    isCrash = event.kind == .crashed || hasFailed
    words =
      switch event.kind {
      case .defined: "was defined"
      case .undefined: "was removed"
      case .started: "started"
      case .suspended: "was suspended"
      case .resumed: "resumed"
      case .stopped: hasFailed ? "crashed" : "stopped"
      case .shutdown: "is shutting down"
      case .pmSuspended: "was suspended by the guest"
      case .crashed: "panicked"
      }
  }

  init(_ event: NetworkEvent) {
    kind = .net
    name = event.network
    isCrash = false
    words =
      switch event.kind {
      case .defined: "was defined"
      case .undefined: "was removed"
      case .started: "started"
      case .stopped: "stopped"
      }
  }
}

extension LiveSession {
  /// Returns the events of the host's domains and networks; the stream ends with the connection.
  public func events() async throws(Diagnostic) -> AsyncStream<HostEvent> {
    let (domains, networks) = try await onHost("listening to events") { pool in
      try await pool.run { connection in
        // Some drivers have no events of networks.
        (try connection.lifecycleEvents(), try? connection.networkEvents())
      }
    }
    let (events, continuation) = AsyncStream.makeStream(of: HostEvent.self)
    let task = Task {
      await withTaskGroup(of: Void.self) { group in
        group.addTask { for await event in domains { continuation.yield(HostEvent(event)) } }
        guard let networks else { return }
        group.addTask { for await event in networks { continuation.yield(HostEvent(event)) } }
      }
      continuation.finish()
    }
    continuation.onTermination = { _ in task.cancel() }
    return events
  }
}
