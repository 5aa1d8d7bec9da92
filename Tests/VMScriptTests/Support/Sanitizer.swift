import Foundation
import Testing

extension Trait where Self == ConditionTrait {
  /// Not with a sanitizer: what it puts into a frame makes it several times as large as the stack has
  /// room for, and Thread Sanitizer keeps 65,536 calls of a thread and writes past them.
  static var callsDeeply: Self {
    .enabled(
      if: ProcessInfo.processInfo.environment["VMSCRIPT_TEST_SANITIZER"] == nil,
      "a sanitizer has no room for so deep calls")
  }
}
