import Synchronization
import VMScriptRuntime
import VMScriptSyntax

/// Keeps what the shell knows of its host fresh, by the host's events, and tells the user of them.
///
/// Nothing here is waited for by the user: what is not known yet is not shown.
final class HostWatch: Sendable {
  /// What is told above the line that is being typed.
  enum News: Sendable {
    case connected(String)
    /// The host takes long to answer.
    case delayed(String)
    case happened(HostEvent)
    case found(Address)
    case lost
    case unreachable(Diagnostic)
  }

  /// A guest that got its address.
  struct Address: Sendable {
    let domain: String
    let addresses: String
  }

  private struct State {
    var inventory: HostInventory?
    /// Guests that ran without an address when they were last looked at.
    var waiting: Set<String> = []
    var news: [News] = []
    /// What is waited for, while the host takes long to answer.
    var delay: String?
    /// Whether it was told that the host cannot be reached, and it did not answer since.
    var isUnreachable = false
    var watching: Task<Void, Never>?
    var searching: Task<Void, Never>?
    /// Between two tries to reach the host.
    var pause: Task<Void, Never>?
  }

  private let session: LiveSession
  private let wake: @Sendable () -> Void
  private let state = Mutex(State())

  /// - Parameter wake: called when there is news, from any thread.
  init(_ session: LiveSession, wake: @escaping @Sendable () -> Void) {
    self.session = session
    self.wake = wake
    Task { [weak self, delays = session.delays] in
      for await delay in delays { self?.tell(.delayed(delay)) }
    }
  }

  deinit { stop() }

  /// What the host had when something last happened there; nil before it answered.
  var inventory: HostInventory? { state.withLock(\.inventory) }

  /// What is waited for, while the host takes long to answer; the news of it is taken with it.
  func takeDelay() -> String? {
    state.withLock { state in
      state.news.removeAll { if case .delayed = $0 { true } else { false } }
      return state.delay
    }
  }

  /// The news since this was last asked.
  func takeNews() -> [News] {
    state.withLock { state in
      defer { state.news = [] }
      return state.news
    }
  }

  /// Begins to watch, anew if it was watching.
  func start() {
    stop()
    state.withLock { $0 = State() }
    let task = Task { [weak self] in
      var (pause, isFirst) = (Duration.seconds(2), true)
      while let self, !Task.isCancelled {
        do throws(Diagnostic) {
          try await follow()
          guard !Task.isCancelled else { return }
          tell(.lost)
          pause = .seconds(2)
        } catch {
          state.withLock { $0.delay = nil }
          // Why a host cannot be reached is told once, not at each try.
          if isFirst, !Task.isCancelled { tell(.unreachable(error)) }
        }
        isFirst = false
        await wait(pause)
        pause = min(pause * 2, .seconds(60))
      }
    }
    state.withLock { $0.watching = task }
  }

  /// Ends watching.
  func stop() {
    state.withLock { state in
      for task in [state.watching, state.searching, state.pause] { task?.cancel() }
    }
  }

  /// The user has just used the host: if it was lost, now is the time to try again.
  func retry() { state.withLock(\.pause)?.cancel() }

  private func wait(_ time: Duration) async {
    let pause = Task { _ = try? await Task.sleep(for: time) }
    state.withLock { $0.pause = pause }
    await withTaskCancellationHandler {
      await pause.value
    } onCancel: {
      pause.cancel()
    }
  }

  /// Takes in what happens until the connection is lost.
  private func follow() async throws(Diagnostic) {
    let events = try await session.events()
    if let uri = session.uri { tell(.connected(uri)) }
    // However much happens while one looks, one further look shows all of it.
    let (looks, look) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    look.yield()
    await withTaskGroup(of: Void.self) { group in
      group.addTask { for await _ in looks { await self.refresh() } }
      for await event in events {
        tell(.happened(event))
        look.yield()
      }
      look.finish()
    }
  }

  private func tell(_ news: News) {
    state.withLock { state in
      switch news {
      case .delayed(let what):
        state.delay = what
        // Each further try would be told of.
        if state.isUnreachable { return }
      case .connected: (state.delay, state.isUnreachable) = (nil, false)
      case .lost, .unreachable: (state.delay, state.isUnreachable) = (nil, true)
      case .happened, .found: break
      }
      state.news.append(news)
    }
    wake()
  }

  /// Looks at the host again, for what it has no event of.
  func refreshSoon() {
    Task { [weak self] in await self?.refresh() }
  }

  /// Looks at the host.
  func refresh() async {
    guard let found = try? await session.inventory() else { return }
    let (addresses, begins) = state.withLock { state in
      let awaited = state.waiting
      state.inventory = found
      state.waiting = Set(found.domains.filter(\.awaitsAddress).map(\.name))
      let addresses = found.domains.filter { awaited.contains($0.name) && !$0.addresses.isEmpty }
      return (addresses.map(Address.init), !state.waiting.isSubset(of: awaited))
    }
    for address in addresses { tell(.found(address)) }
    if begins { search() }
  }

  // MARK: Addresses

  /// Looks for the addresses of guests that have none: the host has no event of a lease.
  private func search() {
    let task = Task { [weak self] in
      for pause in AddressPauses() {
        guard (try? await Task.sleep(for: pause)) != nil, let self, await isSearchOver() == false
        else { return }
      }
    }
    state.withLock { state in
      state.searching?.cancel()
      state.searching = task
    }
  }

  /// Looks at the leases of the networks that waiting guests are plugged into, and at no more; true
  /// if none waits any longer, or the host does not answer.
  private func isSearchOver() async -> Bool {
    let waiting = state.withLock { state in
      (state.inventory?.domains ?? []).filter { state.waiting.contains($0.name) }
    }
    guard !waiting.isEmpty,
      let leases = try? await session.leases(
        of: waiting.reduce(into: []) { $0.formUnion($1.networks) })
    else { return true }
    // All else that is shown of these guests is to be as new as their addresses.
    if waiting.contains(where: { $0.macs.contains { leases[$0] != nil } }) { await refresh() }
    return state.withLock(\.waiting.isEmpty)
  }
}

extension HostWatch.Address {
  init(_ domain: HostInventory.Domain) {
    self.domain = domain.name
    addresses = domain.addresses.map(\.description).joined(separator: ", ")
  }
}

extension HostInventory.Domain {
  /// Whether it runs, is plugged into a network, and has no address that is known.
  fileprivate var awaitsAddress: Bool {
    state == .running && addresses.isEmpty && !networks.isEmpty
  }
}

/// How long to wait before each look for an address: longer and longer, for some ten minutes.
struct AddressPauses: Sequence, IteratorProtocol {
  private var pause = Duration.seconds(1)
  private var total = Duration.zero

  mutating func next() -> Duration? {
    guard total < .seconds(600) else { return nil }
    defer { pause = Swift.min(pause * 3 / 2, .seconds(20)) }
    total += pause
    return pause
  }
}
