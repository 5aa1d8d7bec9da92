import Foundation
import Testing

extension Trait where Self == ConditionTrait {
  /// Not under Thread Sanitizer, which keeps 65,536 calls of a thread and writes past them.
  static var callsDeeply: Self {
    .enabled(
      if: ProcessInfo.processInfo.environment["VMSCRIPT_TEST_SANITIZER"] != "thread",
      "Thread Sanitizer has no room for so deep calls")
  }
}
