import Libvirt
import Synchronization
import VMScriptPlan

/// Looks again whenever there may be news, until what is awaited is so or the time is up.
enum Awaiting {
  /// One look: nil where it is so, else why not yet.
  typealias Look = @Sendable () async throws -> Obstacle?

  /// Looks at once, then at each piece of news. It returns at the deadline even if a call is in
  /// flight then.
  ///
  /// - Parameter begins: called once the first look says that there is something to wait for.
  /// - Returns: nil once it is so; at the deadline why it was not, as of the last look.
  static func until(
    _ deadline: ContinuousClock.Instant, news: AsyncStream<Void>, begins: () -> Void = {},
    look: @escaping Look
  ) async throws -> Obstacle? {
    guard let reason = try await look() else { return nil }
    begins()
    let lastReason = Mutex(reason)
    let (ends, end) = AsyncThrowingStream.makeStream(of: Bool.self)
    let looking = Task {
      do {
        for await _ in news {
          guard let reason = try await look() else {
            end.yield(true)
            return
          }
          lastReason.withLock { $0 = reason }
        }
      } catch { end.finish(throwing: error) }
    }
    let limit = Task {
      if (try? await Task.sleep(until: deadline, clock: .continuous)) != nil { end.yield(false) }
    }
    defer {
      looking.cancel()
      limit.cancel()
    }
    for try await isSo in ends { return isSo ? nil : lastReason.withLock(\.self) }
    throw CancellationError()
  }

  /// Whether there was a piece of news before the deadline.
  static func isNews(
    in news: AsyncStream<Void>, before deadline: ContinuousClock.Instant
  ) async -> Bool {
    await withTaskGroup(of: Bool.self) { group in
      group.addTask {
        for await _ in news { return true }
        return false
      }
      group.addTask {
        try? await Task.sleep(until: deadline, clock: .continuous)
        return false
      }
      let first = await group.next() ?? false
      group.cancelAll()
      return first
    }
  }
}

/// Why what is awaited is not so yet.
struct Obstacle: Sendable, Equatable, ExpressibleByStringLiteral {
  /// The reason in words, which may be empty.
  let reason: String
  /// An instruction that removes it, where more time alone does not.
  let remedy: String?

  init(_ reason: String, remedy: String? = nil) {
    self.reason = reason
    self.remedy = remedy
  }

  init(stringLiteral reason: String) { self.init(reason) }
}

/// Says when there may be news of domains: at each of their events, and at a slow beat for what
/// libvirt has no event of.
///
/// It listens from its making on, so that what happens after the first look is never missed.
struct DomainNews: Sendable {
  /// How often is looked again without an event.
  private static let beat = Duration.seconds(1)

  /// By the domain's name; one that nobody reads yet keeps a single piece of news.
  private let streams: [String: AsyncStream<Void>]
  /// News of whichever domain.
  let ofAny: AsyncStream<Void>
  private let listening: Task<Void, Never>

  /// Listens to the events of these domains.
  init(of names: [String], pool: ConnectionPool) async throws {
    let (lifecycle, agents, removals) = try await pool.run { connection in
      (
        try Self.orNone { () throws(LibvirtError) in try connection.lifecycleEvents() },
        try Self.orNone { () throws(LibvirtError) in try connection.agentEvents() },
        try Self.orNone { () throws(LibvirtError) in try connection.deviceRemovedEvents() }
      )
    }
    var streams: [String: AsyncStream<Void>] = [:]
    var listeners: [String: AsyncStream<Void>.Continuation] = [:]
    for name in names { (streams[name], listeners[name]) = Self.makeStream() }
    let (ofAny, all) = Self.makeStream()
    let told = listeners
    @Sendable func tell(_ name: String) {
      told[name]?.yield()
      all.yield()
    }
    self.streams = streams
    self.ofAny = ofAny
    listening = Task {
      await withTaskGroup(of: Void.self) { group in
        group.addTask { for await event in lifecycle { tell(event.domain) } }
        group.addTask { for await event in agents { tell(event.domain) } }
        group.addTask { for await event in removals { tell(event.domain) } }
        group.addTask {
          while (try? await Task.sleep(for: Self.beat)) != nil {
            for listener in told.values { listener.yield() }
            all.yield()
          }
        }
      }
    }
  }

  /// News of one of the domains.
  func of(_ name: String) -> AsyncStream<Void> { streams[name] ?? ofAny }

  /// Listens no more.
  func close() { listening.cancel() }

  private static func makeStream() -> (AsyncStream<Void>, AsyncStream<Void>.Continuation) {
    AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
  }

  /// A driver without such events leaves it to the beat.
  private static func orNone<Event>(
    _ open: () throws(LibvirtError) -> AsyncStream<Event>
  ) throws(LibvirtError) -> AsyncStream<Event> {
    do throws(LibvirtError) { return try open() } catch {
      guard !error.isConnectionLost else { throw error }
      return AsyncStream { $0.finish() }
    }
  }
}
