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
