import Libvirt
import Synchronization
import VMScript
import VMScriptPlan
import VMScriptSyntax

/// A runner that performs a verb on all of its targets in parallel.
struct VerbRunner: Sendable {
  let targets: DomainTargets
  /// The declarations, which contain the awaited addresses.
  let declarations: DeclarationSet
  /// The scripts, which determine the folder of relative paths.
  let sources: SourceMap
  let reports: RunReports
  /// The boot of the targets of a verb.
  let boot: GuestBoot
  /// The transcripts of the consoles; nil if the run keeps none.
  let transcripts: ConsoleTranscripts?
  /// The most domains of one `wait` whose consoles are followed for its report.
  private static let maximumConsoles = 16
  /// The default time limit of `wait`.
  static let standardLimit = Duration.seconds(120)

  init(
    pool: ConnectionPool, declarations: DeclarationSet, sources: SourceMap = SourceMap(),
    notes: LeaseNotes = LeaseNotes(), transcripts: ConsoleTranscripts? = nil,
    reports: RunReports = RunReports()
  ) {
    self.transcripts = transcripts
    self.sources = sources
    boot = GuestBoot(notes: notes)
    self.declarations = declarations
    self.reports = reports
    targets = DomainTargets(pool: pool, stack: declarations.stack)
  }

  /// Performs a verb; returns its values by target.
  @discardableResult
  func perform(_ request: VerbRequest) async throws(Diagnostic) -> [String: Value] {
    let names = try await targets.names(of: request)
    let action = VerbAction.of(request)
    if action.writesToDisks { try await refuseBases(among: names, request) }
    let news = try await news(of: names, action, request)
    defer { news?.close() }
    switch action.work {
    case .all(let work):
      do { try await work(self, names) } catch {
        throw HostMessages.diagnostic(error, request.verb.row.doing, at: request.targetSpan)
      }
      return [:]
    case .each(let work):
      try await each(of: names, request) { try await work(self, $0, news) }
      return [:]
    case .value(let work):
      let values = Mutex<[String: Value]>([:])
      try await each(of: names, request) { name in
        let value = try await work(self, name)
        values.withLock { $0[name] = value }
      }
      return values.withLock(\.self)
    }
  }

  /// Acts on all targets in parallel; a failure does not stop the others.
  func each(
    of names: [String], _ request: VerbRequest,
    _ work: @escaping @Sendable (String) async throws -> Void
  ) async throws(Diagnostic) {
    let failures = await withTaskGroup(of: (Int, Diagnostic)?.self) { group in
      for (position, name) in names.enumerated() {
        group.addTask {
          do {
            try await work(name)
            return nil
          } catch {
            let doing = "\(request.verb.row.doing) `\(name)`"
            return (position, HostMessages.diagnostic(error, doing, at: request.targetSpan))
          }
        }
      }
      // In the order of the targets, whichever failed first.
      var failed: [Int: Diagnostic] = [:]
      for await case (let position, let failure)? in group { failed[position] = failure }
      return failed.sorted { $0.key < $1.key }.map(\.value)
    }
    if let first = failures.first { throw HostMessages.joined(first, failures.dropFirst()) }
  }

  /// Returns the signals for the targets of a verb that waits. Listening starts before the first check,
  /// so that no event in between is missed.
  private func news(
    of names: [String], _ action: VerbAction, _ request: VerbRequest
  ) async throws(Diagnostic) -> DomainNews? {
    guard action.awaitsNews else { return nil }
    do { return try await DomainNews(of: names, pool: targets.pool) } catch {
      throw HostMessages.diagnostic(error, request.verb.row.doing, at: request.targetSpan)
    }
  }

  /// Refuses domains whose disks back overlays: a guest that writes to such a disk, or a reverted
  /// snapshot, corrupts the overlays.
  private func refuseBases(
    among names: [String], _ request: VerbRequest
  ) async throws(Diagnostic) {
    let live: LiveState
    do {
      live = try await LiveReader(pool: targets.pool).read(isThorough: true)
    } catch { throw HostMessages.diagnostic(error, "looking for clones", at: request.targetSpan) }
    for name in names {
      if let refusal = live.refusalToStart(name, at: request.targetSpan) { throw refusal }
    }
  }

  /// Deletes domains of the stack, clones before the domains that back them; ignores missing ones.
  func delete(_ names: [String], _ request: VerbRequest) async throws {
    let (domains, volumes) = try await volumes(toDelete: names, request)
    for left in volumes.leftOverlays(after: names, of: domains) {
      reports.warn(
        StorageMessages.leftOverlays(of: left.domain, left.paths, at: request.targetSpan))
    }
    let deletion = DomainDeletion(
      pool: targets.pool, store: VolumeStore(connections: targets.pool), stack: targets.stack)
    for name in volumes.clonesFirst(names) {
      let own = volumes.volumes(ofDomain: name).map(VolumeReference.init)
      guard try await !deletion.delete(name, with: own) else { continue }
      throw HostMessages.notOwned(name, stack: targets.stack, at: request.targetSpan)
    }
  }

  /// Returns the existing domains of these names.
  ///
  /// - Throws: the reason why one of them cannot be deleted.
  func deletable(
    _ names: [String], _ request: VerbRequest
  ) async throws(Diagnostic) -> [Deletion] {
    do {
      let (domains, volumes) = try await volumes(toDelete: names, request)
      let ownership = Ownership(stack: targets.stack)
      let present = try names.filter { name in
        guard let domain = domains[name] else { return false }
        guard ownership.owns(domain) else {
          throw HostMessages.notOwned(name, stack: targets.stack, at: request.targetSpan)
        }
        return true
      }
      let dataless = try await DeletionLoss(
        host: LiveReader(pool: targets.pool), volumes: volumes
      )
      .dataless(among: present, of: domains)
      return present.map { Deletion(name: $0, losesData: !dataless.contains($0)) }
    } catch { throw HostMessages.diagnostic(error, "deleting", at: request.targetSpan) }
  }

  /// Returns the host's domains and the stack's volumes.
  ///
  /// - Throws: the reason why the domains cannot be deleted.
  private func volumes(
    toDelete names: [String], _ request: VerbRequest
  ) async throws -> (domains: [String: LiveDomain], volumes: StackVolumes) {
    let live = try await LiveReader(pool: targets.pool).read(isThorough: true)
      .seen(by: Ownership(stack: targets.stack))
    let volumes = StackVolumes(stack: targets.stack, storage: live.storage, domains: live.domains)
    let ownership = Ownership(stack: targets.stack)
    let protected = names.filter { name in
      guard let domain = live.domains[name] else { return false }
      return domain.facts.owner?.isProtected == true && ownership.owns(domain)
    }
    let refusals =
      protected.map { ProtectionMessages.deletion(of: .domain, $0, at: request.targetSpan) }
      + volumes.refusals(toDelete: names, of: live.domains, at: request.targetSpan)
    if let first = refusals.first { throw HostMessages.joined(first, refusals.dropFirst()) }
    return (live.domains, volumes)
  }

  func wait(
    _ name: String, for condition: WaitCondition, _ span: Span, limit: Duration, _ news: DomainNews
  ) async throws {
    let deadline = ContinuousClock.now + limit
    let fixed = declarations.fixedAddress(of: name)
    let watch = ConsoleWatch()
    let domain = DomainCondition(
      targets: targets, name: name, span: span, fixed: fixed, notes: boot.notes, watch: watch,
      transcripts: transcripts)
    let awaited: String
    let look: Awaiting.Look
    switch condition {
    case .stopped: (awaited, look) = ("the stop", domain.stopped())
    case .ip:
      (awaited, look) = (fixed.map { "the address \($0.ip)" } ?? "an address", domain.address())
    case .agent: (awaited, look) = ("the guest agent", try await domain.agent())
    case .ssh: (awaited, look) = ("the SSH server", domain.ssh())
    case .cloudInit: (awaited, look) = ("the end of cloud-init", try await domain.cloudInit())
    case .ready(let command):
      (awaited, look) = (
        "success of the command", domain.ready(command, user: declarations.signInUser(of: name))
      )
    case .port(let number): (awaited, look) = ("port \(number)", domain.port(number))
    case .text(let text):
      (awaited, look) = ("the text on the console", try await domain.console(shows: text))
    // The evaluation checks it itself: see `RunHost`.
    case .expression: return
    }
    let obstacle = try await Awaiting.until(
      deadline, news: news.of(name),
      begins: {
        reports.progress(.waiting("\(awaited) of \(name)"))
        if news.count <= Self.maximumConsoles { Task { await domain.followConsole() } }
      },
      look: look)
    if let obstacle {
      let report = try await GuestReport.of(
        name, targets, notes: boot.notes, console: watch, at: span)
      throw HostMessages.timeout(
        name, awaited: awaited, report, obstacle.reason, at: span,
        help: obstacle.remedy ?? report.help(name, for: condition.stages),
        mayNeedTime: obstacle.remedy == nil)
    }
    if case .ip = condition { reports.hasAddress(name) }
  }
}

extension VerbRunner {
  /// Returns the way into a guest, by SSH as the user that its script declares.
  private func route(to name: String, at span: Span) async throws -> GuestRoute {
    try await GuestRoute.to(
      name, user: declarations.signInUser(of: name), targets.pool, at: span)
  }

  /// Runs the command of a `run` in a guest; returns its output without the last line break.
  func output(of request: VerbRequest, in name: String) async throws -> Value {
    let span = request.targetSpan
    let route = try await route(to: name, at: span)
    let command = ShellCommand(text: request.texts.first ?? "", route: route)
    let result = try await limited(request.limit, name, span) { try await command.run() }
    guard result.status == 0 else { throw ReachMessages.commandFailed(name, result, at: span) }
    return .string(result.output.hasSuffix("\n") ? String(result.output.dropLast()) : result.output)
  }

  /// Copies the file or folder of a `copy` into a guest. A relative path begins at the script.
  func copy(_ request: VerbRequest, to name: String) async throws {
    guard let source = request.texts.first, let path = request.texts.last else { return }
    let span = request.targetSpan
    let folder = sources.folder(of: request.span)
    let local = source.hasPrefix("/") ? source : "\(folder ?? ".")/\(source)"
    let route = try await route(to: name, at: span)
    do {
      try await GuestCopy(route: route, name: name).send(local, to: path)
    } catch var error as Diagnostic {
      error.primary = error.primary ?? .init(span)
      throw error
    }
  }

  /// Runs work that is cancelled after a limit.
  private func limited<T: Sendable>(
    _ limit: Duration?, _ name: String, _ span: Span,
    _ work: @escaping @Sendable () async throws -> T
  ) async throws -> T {
    guard let limit else { return try await work() }
    return try await withThrowingTaskGroup(of: T?.self) { group in
      group.addTask { try await work() }
      group.addTask {
        try await Task.sleep(for: limit)
        return nil
      }
      defer { group.cancelAll() }
      if let result = try await group.next() ?? nil { return result }
      throw HostMessages.timeout(
        name, awaited: "the end of the command",
        GuestReport(state: try await targets.state(of: name, span)), at: span,
        help: "set a longer limit with `within`")
    }
  }
}

/// The domains that verbs act on, found by name, or by glob among those of the stack.
struct DomainTargets: Sendable {
  let pool: ConnectionPool
  let stack: String

  /// Returns the names of the targets of a request, each once. An exact name may belong to any domain;
  /// a glob matches only domains of the stack.
  func names(of request: VerbRequest) async throws(Diagnostic) -> [String] {
    var names: [String] = []
    for target in request.targets {
      switch target {
      case .resource(let reference): names.append(reference.name)
      case .pattern(let pattern) where Glob.isPattern(pattern):
        names += try await owned(matching: pattern, at: request.targetSpan)
      case .pattern(let name): names.append(name)
      }
    }
    var seen: Set<ExactText> = []
    return names.filter { seen.insert(ExactText($0)).inserted }
  }

  private func owned(matching pattern: String, at span: Span) async throws(Diagnostic) -> [String] {
    do {
      let ownership = Ownership(stack: stack)
      let all = try await pool.run { try LiveReader.read($0.domains()) }
      let owned =
        all.known.filter(ownership.owns).map(\.name)
        + all.unreadable.filter { $0.isMade(by: stack, as: $0.name) }.map(\.name)
      let found = owned.filter { Glob.matches($0, pattern) }
      guard !found.isEmpty else { throw HostMessages.missing(pattern, at: span) }
      return found.sorted()
    } catch { throw HostMessages.diagnostic(error, "looking up `\(pattern)`", at: span) }
  }

  /// Makes calls on a domain.
  ///
  /// - Throws: a diagnostic if there is no such domain.
  @discardableResult
  func with<T: Sendable>(
    _ name: String, _ span: Span, _ body: @escaping @Sendable (Domain) throws -> T
  ) async throws -> T {
    guard let result = try await ifPresent(name, body) else {
      throw HostMessages.missing(name, at: span)
    }
    return result
  }

  /// Makes calls on a domain; returns nil if there is no such domain.
  func ifPresent<T: Sendable>(
    _ name: String, _ body: @escaping @Sendable (Domain) throws -> T
  ) async throws -> T? {
    try await pool.run { connection in
      guard let domain = try connection.domain(named: name) else { return nil }
      return try LiveReader.unlessGone(.noDomain) { try body(domain) }
    }
  }

  /// Returns the state of a domain, in the language's words.
  func state(of name: String, _ span: Span) async throws -> String {
    try await with(name, span) { LiveDomain.State(try $0.state()).rawValue }
  }
}
