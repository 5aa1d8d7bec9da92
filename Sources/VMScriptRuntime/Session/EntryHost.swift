import Synchronization
import VMScript
import VMScriptPlan
import VMScriptSyntax

/// The host of one entry of a session; connects when it is first used.
final class EntryHost: EvaluationHost {
  /// A connected host, and its own URI.
  struct Connected: Sendable {
    let host: RunHost
    let uri: String
  }

  private struct State {
    var connected: Connected?
    /// The lock for the duration of the entry, so that no other run changes the stack.
    var lock: (any StackHold)?
    var connecting: Waiting?
    var isCancelled = false
  }

  private let options: RunOptions
  private let connect: @Sendable () async throws(Diagnostic) -> Connected
  private let state = Mutex(State())

  init(
    options: RunOptions, connect: @escaping @Sendable () async throws(Diagnostic) -> Connected
  ) {
    self.options = options
    self.connect = connect
  }

  /// The state of the entry; nil if it did not use the host.
  var standing: RunHost.Progress? { state.withLock(\.connected)?.host.standing }

  var isCancelled: Bool { state.withLock(\.isCancelled) }

  var isOver: Bool {
    let (isCancelled, host) = state.withLock { ($0.isCancelled, $0.connected?.host) }
    return isCancelled || host?.isOver ?? false
  }

  /// See ``RunHost/cancel()``.
  func cancel() {
    let (host, connecting) = state.withLock { state in
      state.isCancelled = true
      return (state.connected?.host, state.connecting)
    }
    connecting?.cancel()
    host?.cancel()
  }

  /// See ``RunHost/abandon()``.
  func abandon() { state.withLock(\.connected)?.host.abandon() }

  func print(_ line: String) { options.progress(.printed(line)) }

  func attribute(
    _ attribute: LiveAttribute, of resource: ResourceReference, at span: Span,
    declarations: DeclarationSet
  ) throws(Diagnostic) -> Value {
    let host = try connected().host
    if host.needsEffect(declarations) { try lock(declarations.stack) }
    return try host.attribute(attribute, of: resource, at: span, declarations: declarations)
  }

  func address(
    declared: IPAddress, of resource: ResourceReference, at span: Span, declarations: DeclarationSet
  ) throws(Diagnostic) -> IPAddress {
    // Without a connection, the declared address applies.
    guard let host = state.withLock(\.connected)?.host else { return declared }
    return try host.address(
      declared: declared, of: resource, at: span, declarations: declarations)
  }

  func identity(
    _ derived: Value, _ attribute: LiveAttribute.DomainAttribute, of resource: ResourceReference,
    at span: Span, declarations: DeclarationSet
  ) throws(Diagnostic) -> Value {
    // Without a connection, the value that derives from the name applies.
    guard let host = state.withLock(\.connected)?.host else { return derived }
    return try host.identity(
      derived, attribute, of: resource, at: span, declarations: declarations)
  }

  func perform(
    _ verb: VerbRequest, declarations: DeclarationSet
  ) throws(Diagnostic) -> [String: Value] {
    let host = try connected().host
    try lock(declarations.stack)
    return try host.perform(verb, declarations: declarations)
  }

  func exists(_ resource: ResourceReference) throws(Diagnostic) -> Bool? {
    try connected().host.exists(resource)
  }

  /// Applies declarations that have not taken effect yet; see ``RunHost/takeEffect(_:isEnd:)``.
  func takeEffect(_ set: DeclarationSet) throws(Diagnostic) {
    let host = try connected().host
    try lock(set.stack)
    try host.takeEffect(set, isEnd: false)
  }

  /// Ends the entry, and releases the lock once no work is in progress.
  ///
  /// - Returns: the work that continues in the background.
  func end() async -> AbandonedWork? {
    let left = standing?.abandonedWork
    let lock = state.withLock { $0.lock.take() }
    if let left {
      Task {
        await left.work.value
        await lock?.release()
      }
    } else {
      await lock?.release()
    }
    return left
  }

  private func lock(_ stack: String) throws(Diagnostic) {
    guard state.withLock({ $0.lock == nil }) else { return }
    let host = try connected().host
    let backend = host.backend
    let lock = try wait("locking the stack") { try await backend.lock(stack) }
    host.hold(lock)
    state.withLock { $0.lock = lock }
  }

  /// Runs asynchronous work while the evaluation's own thread waits for it.
  private func wait<T: Sendable>(
    _ doing: String, _ work: @escaping @Sendable () async throws -> T
  ) throws(Diagnostic) -> T {
    let waiting = Waiting()
    let isCancelled = state.withLock { state in
      state.connecting = waiting
      return state.isCancelled
    }
    if isCancelled { waiting.cancel() }
    switch waiting.wait(for: work) {
    case .success(let value)?: return value
    case .failure(let error)?: throw HostMessages.diagnostic(error, doing, at: nil)
    case nil: throw HostMessages.cancelled(doing, at: nil)
    }
  }

  /// Returns the connected host; the evaluation's own thread waits for it.
  private func connected() throws(Diagnostic) -> Connected {
    if let connected = state.withLock(\.connected) { return connected }
    let connect = connect
    let connected = try wait("connecting") { try await connect() }
    let isLate = state.withLock { state in
      state.connected = connected
      return state.isCancelled
    }
    if isLate { connected.host.cancel() }
    return connected
  }
}
