import Libvirt
import VMScriptPlan

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
