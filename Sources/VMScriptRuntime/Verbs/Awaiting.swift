import Libvirt
import Synchronization
import VMScriptPlan

/// Repeated checks at each event, until a condition holds or the time is up.
enum Awaiting {
  /// One check: nil if the condition holds, else the obstacle.
  typealias Look = @Sendable () async throws -> Obstacle?

  /// Checks at once, then at each event. Returns at the deadline even if a call is in flight.
  ///
  /// - Parameter begins: called if the condition does not hold at the first check.
  /// - Returns: nil once the condition holds; at the deadline, the obstacle of the last check.
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

  /// Waits for an event; returns false at the deadline.
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

/// The reason why a condition does not hold yet.
struct Obstacle: Sendable, Equatable, ExpressibleByStringLiteral {
  /// The reason in words, which may be empty.
  let reason: String
  /// An instruction that removes the obstacle, if more time does not.
  let remedy: String?

  init(_ reason: String, remedy: String? = nil) {
    self.reason = reason
    self.remedy = remedy
  }

  init(stringLiteral reason: String) { self.init(reason) }
}

/// Signals for possible changes of domains: at each of their events, and at an interval for changes
/// without an event.
///
/// It listens from its creation on, so that no event after the first check is missed.
struct DomainNews: HostSignals {
  /// The interval between signals without an event.
  private static let interval = Duration.seconds(1)

  /// The signals by the domain's name; an unread stream keeps only the newest signal.
  private let streams: [String: AsyncStream<Void>]
  /// Signals for any domain.
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
    let continuations = listeners
    @Sendable func notify(_ name: String) {
      continuations[name]?.yield()
      all.yield()
    }
    self.streams = streams
    self.ofAny = ofAny
    listening = Task {
      await withTaskGroup(of: Void.self) { group in
        group.addTask { for await event in lifecycle { notify(event.domain) } }
        group.addTask { for await event in agents { notify(event.domain) } }
        group.addTask { for await event in removals { notify(event.domain) } }
        group.addTask {
          while (try? await Task.sleep(for: Self.interval)) != nil {
            for listener in continuations.values { listener.yield() }
            all.yield()
          }
        }
      }
    }
  }

  /// The number of the domains.
  var count: Int { streams.count }

  /// Returns the signals for one of the domains.
  func of(_ name: String) -> AsyncStream<Void> { streams[name] ?? ofAny }

  func isNews(before deadline: ContinuousClock.Instant) async -> Bool {
    await Awaiting.isNews(in: ofAny, before: deadline)
  }

  func close() { listening.cancel() }

  private static func makeStream() -> (AsyncStream<Void>, AsyncStream<Void>.Continuation) {
    AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
  }

  /// Returns an empty stream for a driver without such events; the interval covers them.
  private static func orNone<Event>(
    _ open: () throws(LibvirtError) -> AsyncStream<Event>
  ) throws(LibvirtError) -> AsyncStream<Event> {
    do throws(LibvirtError) { return try open() } catch {
      guard !error.isConnectionLost else { throw error }
      return AsyncStream { $0.finish() }
    }
  }
}
