import Synchronization
import VMScriptRuntime
import VMScriptSyntax

/// Keeps the inventory of the host current through its events, and reports them to the user.
///
/// The user never waits for it: unknown facts are not shown.
final class HostWatch: Sendable {
  /// News to show above the prompt.
  enum News: Sendable {
    case connected(String)
    /// The host is slow to answer.
    case delayed(String)
    case happened(HostEvent)
    case found(Address)
    case lost
    case unreachable(Diagnostic)
  }

  /// A guest that has received its address.
  struct Address: Sendable {
    let domain: String
    let addresses: String
  }

  private struct State {
    var inventory: HostInventory?
    /// Running guests without an address, as of the last refresh.
    var waiting: Set<String> = []
    var news: [News] = []
    /// The object of the current wait while the host is slow to answer.
    var delay: String?
    /// Whether the host was reported as unreachable and has not answered since.
    var isUnreachable = false
    var watching: Task<Void, Never>?
    var searching: Task<Void, Never>?
    /// The pause between two connection attempts.
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
      for await delay in delays { self?.report(.delayed(delay)) }
    }
  }

  deinit { stop() }

  /// The inventory as of the last event; nil before the host has answered.
  var inventory: HostInventory? { state.withLock(\.inventory) }

  /// The object of the current wait while the host is slow to answer; removes the news of it.
  func takeDelay() -> String? {
    state.withLock { state in
      state.news.removeAll { if case .delayed = $0 { true } else { false } }
      return state.delay
    }
  }

  /// Removes and returns the news.
  func takeNews() -> [News] {
    state.withLock { state in
      defer { state.news = [] }
      return state.news
    }
  }

  /// Starts or restarts watching.
  func start() {
    stop()
    state.withLock { $0 = State() }
    let task = Task { [weak self] in
      var (pause, isFirst) = (Duration.seconds(2), true)
      while let self, !Task.isCancelled {
        do throws(Diagnostic) {
          try await follow()
          guard !Task.isCancelled else { return }
          report(.lost)
          pause = .seconds(2)
        } catch {
          state.withLock { $0.delay = nil }
          // The reason is reported once, not at each attempt.
          if isFirst, !Task.isCancelled { report(.unreachable(error)) }
        }
        isFirst = false
        await wait(pause)
        pause = min(pause * 2, .seconds(60))
      }
    }
    state.withLock { $0.watching = task }
  }

  /// Stops watching.
  func stop() {
    state.withLock { state in
      for task in [state.watching, state.searching, state.pause] { task?.cancel() }
    }
  }

  /// Reconnects to a lost host at once, because the user has just used it.
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

  /// Handles events until the connection is lost.
  private func follow() async throws(Diagnostic) {
    let events = try await session.events()
    if let uri = session.uri { report(.connected(uri)) }
    // One refresh after any number of events shows all of them.
    let (looks, look) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    look.yield()
    await withTaskGroup(of: Void.self) { group in
      group.addTask { for await _ in looks { await self.refresh() } }
      for await event in events {
        report(.happened(event))
        look.yield()
      }
      look.finish()
    }
  }

  private func report(_ news: News) {
    state.withLock { state in
      switch news {
      case .delayed(let what):
        state.delay = what
        // Further attempts are not reported.
        if state.isUnreachable { return }
      case .connected: (state.delay, state.isUnreachable) = (nil, false)
      case .lost, .unreachable: (state.delay, state.isUnreachable) = (nil, true)
      case .happened, .found: break
      }
      state.news.append(news)
    }
    wake()
  }

  /// Refreshes in the background, for changes without an event.
  func refreshSoon() {
    Task { [weak self] in await self?.refresh() }
  }

  /// Refreshes the inventory.
  func refresh() async {
    guard let found = try? await session.inventory() else { return }
    let (addresses, begins) = state.withLock { state in
      let awaited = state.waiting
      state.inventory = found
      state.waiting = Set(found.domains.filter(\.awaitsAddress).map(\.name))
      let addresses = found.domains.filter { awaited.contains($0.name) && !$0.addresses.isEmpty }
      return (addresses.map(Address.init), !state.waiting.isSubset(of: awaited))
    }
    for address in addresses { report(.found(address)) }
    if begins { search() }
  }

  // MARK: Addresses

  /// Polls for addresses of guests without one, because the host has no event for a lease.
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

  /// Reads the leases of the waiting guests' networks. Returns true if no guest waits any longer,
  /// or the host does not answer.
  private func isSearchOver() async -> Bool {
    let waiting = state.withLock { state in
      (state.inventory?.domains ?? []).filter { state.waiting.contains($0.name) }
    }
    guard !waiting.isEmpty,
      let leases = try? await session.leases(
        of: waiting.reduce(into: []) { $0.formUnion($1.networks) })
    else { return true }
    // The rest of these guests' state must be as current as their addresses.
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
  /// Whether the domain is running and connected to a network, but has no known address.
  fileprivate var awaitsAddress: Bool {
    state == .running && addresses.isEmpty && !networks.isEmpty
  }
}

/// Growing pauses between polls for an address, for about ten minutes.
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
