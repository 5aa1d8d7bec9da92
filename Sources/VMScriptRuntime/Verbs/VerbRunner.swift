import Libvirt
import VMScript
import VMScriptSyntax

/// Runs a verb on each of its targets, all at once.
struct VerbRunner: Sendable {
  let pool: ConnectionPool
  let stack: String
  let progress: @Sendable (ProgressEvent) -> Void
  /// What `stop` and `wait` take where nothing is said.
  static let standardLimit = Duration.seconds(120)
  /// How often is looked again where libvirt has no event.
  static let interval = Duration.milliseconds(200)

  func perform(_ request: VerbRequest) async throws(Diagnostic) {
    let names = try await names(of: request)
    let failures = await withTaskGroup(of: Diagnostic?.self) { group in
      for name in names {
        group.addTask {
          do {
            try await perform(request, on: name)
            return nil
          } catch {
            let doing = "\(VerbRecord(request).action) of `\(name)`"
            return HostMessages.diagnostic(error, doing, at: request.targetSpan)
          }
        }
      }
      return await group.reduce(into: [Diagnostic]()) { all, one in
        if let one { all.append(one) }
      }
    }
    if let first = failures.first { throw first }
  }

  /// Exact names may be any domain's; a glob matches only the stack's own.
  private func names(of request: VerbRequest) async throws(Diagnostic) -> [String] {
    var names: [String] = []
    for target in request.targets {
      switch target {
      case .resource(let reference): names.append(reference.name)
      case .pattern(let pattern) where pattern.contains { "*?".contains($0) }:
        names += try await owned(matching: pattern, at: request.targetSpan)
      case .pattern(let name): names.append(name)
      }
    }
    return names.reduce(into: []) { unique, name in
      if !unique.contains(name) { unique.append(name) }
    }
  }

  private func owned(matching pattern: String, at span: Span) async throws(Diagnostic) -> [String] {
    do {
      let ownership = Ownership(stack: stack)
      let all = try await pool.run { try LiveReader.read($0.domains()) }
      let found = all.filter { ownership.owns($0) && Glob.matches($0.name, pattern) }.map(\.name)
      guard !found.isEmpty else { throw HostMessages.noTarget(pattern, at: span) }
      return found.sorted()
    } catch { throw HostMessages.diagnostic(error, "looking up `\(pattern)`", at: span) }
  }

  private func perform(_ request: VerbRequest, on name: String) async throws {
    let span = request.targetSpan
    switch request.action {
    case .start: try await with(name, span) { if try !$0.isActive() { try $0.start() } }
    case .stop(force: true):
      try await with(name, span) { if try $0.isActive() { try $0.destroy() } }
    case .stop(force: false):
      try await with(name, span) { if try $0.isActive() { try $0.shutdown() } }
      try await wait(
        name, "shutdown", span, limit: Self.standardLimit,
        help: "turn it off with `stop \(name) force`"
      ) { try !$0.isActive() }
    case .reboot: try await with(name, span) { try $0.reboot() }
    case .suspend: try await with(name, span) { if try $0.state() != .paused { try $0.suspend() } }
    case .resume: try await with(name, span) { if try $0.state() == .paused { try $0.resume() } }
    case .delete: try await delete(name, span)
    case .snapshot(let snapshot):
      try await with(name, span) { try $0.createSnapshot(xml: Self.snapshotXML(snapshot)) }
    case .revert(let snapshot):
      try await with(name, span) { domain in
        guard let found = try domain.snapshot(named: snapshot) else {
          throw HostMessages.noSnapshot(snapshot, of: name, at: span)
        }
        try found.revert()
      }
    case .wait(let condition, let limit):
      try await wait(name, for: condition, span, limit: limit ?? Self.standardLimit)
    }
  }

  /// Only what the stack owns; what is not there any more is as wanted.
  private func delete(_ name: String, _ span: Span) async throws {
    let stack = stack
    try await pool.run { connection in
      guard let domain = try connection.domain(named: name) else { return }
      try LiveReader.unlessGone(.noDomain) {
        guard Ownership(stack: stack).owns(try LiveDomain(domain)) else {
          throw HostMessages.notOwned(name, stack: stack, at: span)
        }
        if try domain.isActive() { try domain.destroy() }
        try domain.undefine()
      }
    }
  }

  private func wait(
    _ name: String, for condition: WaitCondition, _ span: Span, limit: Duration
  ) async throws {
    switch condition {
    case .stopped: try await wait(name, "stop", span, limit: limit) { try !$0.isActive() }
    case .ip:
      try await wait(name, "address", span, limit: limit) { try !LiveAddresses.of($0).isEmpty }
    case .agent:
      try await wait(name, "guest agent", span, limit: limit) { try $0.isAgentConnected() }
    case .expression(let holds):
      try await wait(name, "true condition", span, limit: limit) { _ in try holds() }
    case .ssh: throw HostMessages.notWaitable("ssh", at: span)
    case .cloudInit: throw HostMessages.notWaitable("cloud_init", at: span)
    }
  }

  private func wait(
    _ name: String, _ awaited: String, _ span: Span, limit: Duration, help: String? = nil,
    until holds: @escaping @Sendable (Domain) throws -> Bool
  ) async throws {
    let deadline = ContinuousClock.now + limit
    progress(.waiting("\(awaited) of \(name)"))
    while try await !with(name, span, holds) {
      guard ContinuousClock.now < deadline else {
        let state = try await with(name, span) { LiveDomain.State(try $0.state()).rawValue }
        throw HostMessages.timeout(name, awaited: awaited, state: state, at: span, help: help)
      }
      try await Task.sleep(for: Self.interval)
    }
  }

  @discardableResult
  private func with<T: Sendable>(
    _ name: String, _ span: Span, _ body: @escaping @Sendable (Domain) throws -> T
  ) async throws -> T {
    try await pool.run { connection in
      guard let domain = try connection.domain(named: name),
        let result = try LiveReader.unlessGone(.noDomain, { try body(domain) })
      else { throw HostMessages.noTarget(name, at: span) }
      return result
    }
  }

  private static func snapshotXML(_ name: String) -> String {
    let root = XMLElement(name: "domainsnapshot")
    root.add("name", text: name)
    return root.xmlString
  }
}
