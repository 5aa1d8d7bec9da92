import CVMScript
import VMScript

/// The context of a host's callbacks, with the host's function to release it.
///
/// Only the host dereferences the pointer.
final class HostContext: @unchecked Sendable {
  // SAFETY: both are constant, and the header requires that callbacks can be called from any
  // thread.
  let pointer: UnsafeMutableRawPointer?
  private let destroy: vms_destroy_callback?

  init(_ pointer: UnsafeMutableRawPointer?, destroy: vms_destroy_callback?) {
    self.pointer = pointer
    self.destroy = destroy
  }

  deinit { destroy?(pointer) }
}

/// A callback with its context, callable from any thread.
struct HostCallback<Function>: @unchecked Sendable {
  // SAFETY: a function of C is the same on every thread.
  let function: Function
  let context: HostContext
}

/// Passes a text to a callback.
func withText<Result>(
  _ text: String, _ body: (UnsafePointer<CChar>?, Int) -> Result
) -> Result {
  let length = text.utf8.count
  return text.withCString { body($0, length) }
}

/// Imports scripts through a callback of the host.
struct CallbackImporter: Importer {
  let host: HostCallback<vms_import_callback>

  func load(path: String, from script: String) throws(ImportFailure) -> SourceText {
    let answer = Reply.collect { reply in
      withText(path) { path, pathLength in
        withText(script) { script, scriptLength in
          host.function(host.context.pointer, path, pathLength, script, scriptLength, reply)
        }
      }
    }
    switch answer {
    case .bytes(let bytes, let name): return SourceText(name: name ?? path, bytes: bytes)
    case .failure(let reason): throw ImportFailure(reason)
    case .nothing, .value: throw ImportFailure(CallbackMessages.noScript)
    }
  }
}
