import CVMScript
import VMScript

/// What ends evaluations.
final class CancellationHandle: Handle {
  static let noun = "cancellation"
  let cancellation = Cancellation()
}

/// `vms_cancellation_new` of `vmscript.h`.
@_cdecl("vms_cancellation_new")
public func cancellationNew() -> OpaquePointer { CancellationHandle().retained() }

/// `vms_cancel` of `vmscript.h`.
@_cdecl("vms_cancel")
public func cancel(_ cancellation: OpaquePointer?) {
  CancellationHandle.find(cancellation)?.cancellation.cancel()
}

/// `vms_is_cancelled` of `vmscript.h`.
@_cdecl("vms_is_cancelled")
public func isCancelled(_ cancellation: OpaquePointer?) -> Bool {
  CancellationHandle.find(cancellation)?.cancellation.isCancelled ?? false
}

/// `vms_cancellation_free` of `vmscript.h`.
@_cdecl("vms_cancellation_free")
public func cancellationFree(_ cancellation: OpaquePointer?) {
  CancellationHandle.free(cancellation)
}
