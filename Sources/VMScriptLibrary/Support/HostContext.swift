import CVMScript

/// What a host wants to be handed with its callbacks, and to be told when it is needed no more.
///
/// Nobody but the host looks behind the pointer.
final class HostContext: @unchecked Sendable {
  // SAFETY: both never change; the header asks that callbacks may be called from any thread.
  let pointer: UnsafeMutableRawPointer?
  private let destroy: vms_destroy_callback?

  init(_ pointer: UnsafeMutableRawPointer?, destroy: vms_destroy_callback?) {
    self.pointer = pointer
    self.destroy = destroy
  }

  deinit { destroy?(pointer) }
}

/// A callback with its context, to be called from any thread.
struct HostCallback<Function>: @unchecked Sendable {
  // SAFETY: a function of C is the same on every thread.
  let function: Function
  let context: HostContext
}

/// Hands a text to a callback.
func withText<Result>(
  _ text: String, _ body: (UnsafePointer<CChar>?, Int) -> Result
) -> Result {
  let length = text.utf8.count
  return text.withCString { body($0, length) }
}
