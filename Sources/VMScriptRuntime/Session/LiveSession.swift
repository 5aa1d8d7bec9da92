import Foundation
import Libvirt
import Synchronization
import VMScript
import VMScriptPlan
import VMScriptSyntax

/// A session on a host: every entry is put into effect before the next one is taken.
///
/// The connection is made when it is first needed, and kept; a lost one is mended on the next use.
public final class LiveSession: Sendable {
  /// What is entered and what came of it, apart from the host.
  public let language: Session

  private struct State {
    var pool: ConnectionPool
    /// The host's own URI and what `hypervisor = auto` means on it; nil before it answered.
    var host: (uri: String, hypervisor: String)?
    var settled = SettledDeclarations()
    var notes = LeaseNotes()
    var entries = 0
    /// The host of the entry that is being evaluated.
    var current: EntryHost?
    /// What entries began and is not waited for any longer, by the entry's number.
    var underWay: [Int: [String]] = [:]
  }

  /// What a host that is slow to answer is waited for, such as `qemu:///system to answer`.
  public let delays: AsyncStream<String>

  private let options: RunOptions
  private let state: Mutex<State>
  private let tellDelay: @Sendable (String) -> Void

  /// A session; nothing is connected yet.
  ///
  /// - Parameters:
  ///   - stack: the stack that its resources belong to, until an entry says otherwise.
  ///   - engine: what entries know, reach and take.
  ///   - evaluation: parameters of the entries.
  ///   - options: how the host is met; `confirm` and `progress` are given with each entry.
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
    tellDelay = { continuation.yield($0) }
    state = Mutex(State(pool: Self.pool(options.uri, options, tellDelay)))
  }

  private static func pool(
    _ uri: String?, _ options: RunOptions, _ tell: @escaping @Sendable (String) -> Void
  ) -> ConnectionPool {
    let uri = HostURI.resolve(uri)
    return ConnectionPool(
      uri: uri, size: min(options.jobs, 8),
      patience: ConnectionPatience(limit: options.connectTimeout) {
        tell(HostMessages.answer(of: uri))
      })
  }

  /// What took effect so far.
  var settled: SettledDeclarations { state.withLock(\.settled) }

  /// The host's own URI; nil before it answered.
  public var uri: String? { state.withLock { $0.host?.uri } }

  /// Goes to a host; what was entered is forgotten, unless it is the same host as before.
  ///
  /// Where that host does not answer, or the task is cancelled before, all stays as it is.
  public func move(to uri: String?) async throws(Diagnostic) {
    let pool = Self.pool(uri, options, tellDelay)
    do {
      let host = try await Runner.connect(pool, options)
      try Task.checkCancellation()
      // The connections of before end by themselves: who waited for them might wait for a dead host.
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

  /// Forgets everything that was entered; what took effect stays in effect.
  ///
  /// - Parameter stack: the stack from now on; nil keeps it.
  public func reset(stack: String? = nil) {
    state.withLock { $0.settled = SettledDeclarations() }
    language.reset(stack: stack)
  }

  /// Connects, if that was not done yet.
  ///
  /// - Returns: the host's own URI.
  @discardableResult
  public func connect() async throws(Diagnostic) -> String { try await answeringHost().uri }

  /// Ends the connections.
  public func close() async { await state.withLock(\.pool).close() }

  /// Evaluates an entry and puts what it declares into effect.
  ///
  /// Cancelling the task finishes what is in flight and begins nothing more; ``letGo()`` does not wait
  /// for it either. What did not take effect is declared no longer.
  ///
  /// - Parameters:
  ///   - text: the entry.
  ///   - name: what messages call the entry; nil numbers it.
  ///   - isPreview: says what would change and changes nothing; what is declared takes effect with the
  ///     first entry that is no preview, be it empty. Verbs of a preview are not run.
  ///   - confirm: is asked before data is lost or guests are unplugged, and before `delete`.
  ///   - progress: takes what happens on the host, from another thread.
  ///   - show: takes the value of each expression that stands for itself, from another thread.
  /// - Returns: what came of it; `declared` is what had not taken effect before.
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

  /// Waits no longer for what the present entry has begun to change; it may still come to its end.
  public func letGo() { state.withLock(\.current)?.letGo() }

  /// What entries began on the host and goes on though nobody waits for it, in words.
  public var underWay: [String] {
    state.withLock { $0.underWay.sorted { $0.key < $1.key }.flatMap(\.value) }
  }

  private func note(_ left: LeftBehind, of entry: Int) {
    state.withLock { $0.underWay[entry] = left.what }
    Task {
      await left.work.value
      state.withLock { $0.underWay[entry] = nil }
    }
  }

  /// - Returns: what the entry came to, and why it could not be put into effect.
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
    // An evaluation that was ended says nothing itself.
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

  /// A host for one entry.
  private func entryHost(
    _ options: RunOptions, _ mode: RunHost.Mode
  ) async throws(Diagnostic) -> EntryHost.Connected {
    let (uri, hypervisor) = try await answeringHost()
    let (pool, settled, notes) = state.withLock { ($0.pool, $0.settled, $0.notes) }
    let host = RunHost(
      pool: pool, hypervisor: hypervisor, stack: "", mode: mode, options: options,
      sources: language.sources, settled: settled, notes: notes)
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

  /// Looks at the host by way of the session's own connections.
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
  /// A script that declares what this session put into effect and did not forget since.
  ///
  /// Secrets are parameters of it. Files that it names are found from where it is kept, too.
  ///
  /// - Parameter file: the path that it is to be kept at.
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

// Looks at the host that no entry asks for; nothing is changed.
extension LiveSession {
  /// What is there and whose it is; see ``Inspector``.
  public func inventory() async throws(Diagnostic) -> HostInventory {
    try await onHost("listing what is there") {
      try await InventoryReader(pool: $0, stack: nil).read()
    }
  }

  /// All that can be said of what bears a name; see ``Inspector``.
  public func details(of name: String) async throws(Diagnostic) -> [Value] {
    try await onHost("looking at `\(name)`") { try await Inspector.details(of: name, in: $0) }
  }

  /// The XML of a domain or network of the host as libvirt has it, without secrets.
  ///
  /// - Throws: VM0790 if nothing bears the name.
  public func xml(of name: String) async throws(Diagnostic) -> String {
    try await onHost("reading the XML of `\(name)`") { pool in
      let found = try await pool.run { connection in
        try connection.domain(named: name)?.xml() ?? connection.network(named: name)?.xml()
      }
      guard let found else { throw InspectionMessages.nothingNamed(name, closest: nil) }
      return found
    }
  }

  /// The IPv4 addresses that networks have given out, by hardware address: one call for each network.
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

/// Something that happened on a session's host, whoever did it.
public struct HostEvent: Sendable, Hashable {
  /// What it happened to: a domain or a network.
  public let kind: ResourceKind
  /// Its name.
  public let name: String
  /// What happened, in a word or two: `started`, `crashed`.
  public let words: String
  /// Whether a guest went down by a failure.
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
      case .pmSuspended: "went to sleep"
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
  /// What happens to the host's domains and networks from now on; ends when the connection is lost.
  public func events() async throws(Diagnostic) -> AsyncStream<HostEvent> {
    let (domains, networks) = try await onHost("listening to events") { pool in
      try await pool.run { connection in
        // A driver need not have events of networks.
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
