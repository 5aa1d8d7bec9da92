import Synchronization

/// A value that work elsewhere leaves for the shell's thread.
final class SharedValue<T: Sendable>: Sendable {
  private let state = Mutex<T?>(nil)

  /// What was left; nil before.
  var value: T? { state.withLock(\.self) }

  func set(_ value: T) { state.withLock { $0 = value } }
}
