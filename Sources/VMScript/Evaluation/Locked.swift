import Foundation

/// A value that one thread at a time looks at or changes, where threads are expected to wait for
/// each other.
///
/// It is what `Mutex` is, but for one thing: a `Mutex` that somebody waits for is handed over by the
/// kernel, of which Thread Sanitizer sees nothing, so that it reports races where none are.
///
/// @unchecked: `value` is only touched while `lock` is held.
package final class Locked<Value: Sendable>: @unchecked Sendable {
  private let lock = NSLock()
  private var value: Value

  package init(_ value: Value) { self.value = value }

  package func withLock<Result>(_ body: (inout Value) throws -> Result) rethrows -> Result {
    try lock.withLock { try body(&value) }
  }
}
