import Foundation

/// A thread of the operating system with a stack as large as is asked for.
///
/// Foundation's `Thread` does not tell when none could be had.
enum NativeThread {
  private final class Body: Sendable {
    let run: @Sendable () -> Void

    init(_ run: @escaping @Sendable () -> Void) { self.run = run }
  }

  /// Runs a body on a new thread, which ends with it.
  ///
  /// - Parameters:
  ///   - stackSize: bytes; taken from memory only as far as they are touched.
  ///   - name: what debuggers and `top` show.
  /// - Returns: false where no thread could be had: `pthread_create` says so where the process may
  ///   have no more threads or no address space for the stack.
  static func start(
    stackSize: Int, name: String, _ run: @escaping @Sendable () -> Void
  ) -> Bool {
    var attributes = pthread_attr_t()
    guard pthread_attr_init(&attributes) == 0 else { return false }
    defer { pthread_attr_destroy(&attributes) }
    guard pthread_attr_setstacksize(&attributes, stackSize) == 0,
      pthread_attr_setdetachstate(&attributes, CInt(PTHREAD_CREATE_DETACHED)) == 0
    else { return false }
    let body = Unmanaged.passRetained(
      Body {
        Thread.current.name = name
        run()
      })
    var thread = pthread_t()
    let status = pthread_create(
      &thread, &attributes,
      { pointer in
        // SAFETY: the pointer is the body that was retained for this thread alone.
        if let pointer { Unmanaged<Body>.fromOpaque(pointer).takeRetainedValue().run() }
        return nil
      },
      // SAFETY: retained until the thread takes it, or below where there is none.
      body.toOpaque())
    if status != 0 { body.release() }
    return status == 0
  }
}
