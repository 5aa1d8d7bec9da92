import Synchronization

/// Ends evaluations from any thread.
///
///     let cancellation = Cancellation()
///     let outcome = program.evaluate(EvaluationOptions(cancellation: cancellation))
///     // meanwhile, elsewhere:
///     cancellation.cancel()
///
/// An evaluation that is cancelled ends soon with a diagnostic; one that begins later ends at once.
public final class Cancellation: Sendable {
  private let flag = Atomic(false)

  /// Nothing is cancelled yet.
  public init() {}

  /// Ends every evaluation that was given this; there is no way back.
  public func cancel() { flag.store(true, ordering: .releasing) }

  /// Whether ``cancel()`` was called.
  public var isCancelled: Bool { flag.load(ordering: .acquiring) }
}
