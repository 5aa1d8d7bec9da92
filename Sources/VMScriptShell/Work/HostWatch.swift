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
    case happened(HostEvent)
    case lost
    case unreachable(Diagnostic)
  }

  private struct State {
    var inventory: HostInventory?
    var news: [News] = []
    var task: Task<Void, Never>?
  }

  private let session: LiveSession
  private let wake: @Sendable () -> Void
  private let state = Mutex(State())

  /// - Parameter wake: called when there is news, from any thread.
  init(_ session: LiveSession, wake: @escaping @Sendable () -> Void) {
    self.session = session
    self.wake = wake
  }

  deinit { state.withLock { $0.task?.cancel() } }

  /// What the host had when something last happened there; nil before it answered.
  var inventory: HostInventory? { state.withLock(\.inventory) }

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
    state.withLock { ($0.inventory, $0.news) = (nil, []) }
    let task = Task { [weak self, session] in
      var pause = Duration.seconds(2)
      var isFirst = true
      while !Task.isCancelled {
        do throws(Diagnostic) {
          let events = try await session.events()
          if let uri = session.uri { self?.tell(.connected(uri)) }
          pause = .seconds(2)
          await self?.refresh()
          for await event in events {
            self?.tell(.happened(event))
            await self?.refresh()
          }
          guard !Task.isCancelled else { return }
          self?.tell(.lost)
        } catch {
          // Why a host cannot be reached is told once, not at each try.
          if isFirst { self?.tell(.unreachable(error)) }
        }
        isFirst = false
        try? await Task.sleep(for: pause)
        pause = min(pause * 2, .seconds(60))
      }
    }
    state.withLock { $0.task = task }
  }

  /// Ends watching.
  func stop() { state.withLock { $0.task?.cancel() } }

  private func tell(_ news: News) {
    state.withLock { $0.news.append(news) }
    wake()
  }

  /// Looks at the host again, for what it has no event of.
  func refreshSoon() {
    Task { [weak self] in await self?.refresh() }
  }

  private func refresh() async {
    guard let found = try? await session.inventory() else { return }
    state.withLock { $0.inventory = found }
  }
}
