import CLibvirt
import Foundation

/// libvirt's process-wide state: silent errors, and one event loop on its own thread.
///
/// Keepalive, close callbacks and events need a loop that is registered before the first connection
/// opens.
enum Library {
  /// Initializes libvirt once; later calls return at once.
  static func start() throws(LibvirtError) {
    try started.get()
  }

  private static let started: Result<Void, LibvirtError> = {
    guard virInitialize() == 0 else { return .failure(.last()) }
    // Without a handler libvirt writes every error to standard error.
    virSetErrorFunc(nil) { _, _ in }
    guard virEventRegisterDefaultImpl() == 0 else { return .failure(.last()) }
    let thread = Thread {
      BrokenPipe.becomesErrorOnThisThread()
      // After a failed iteration the loop pauses, so that it does not spin.
      while true {
        if virEventRunDefaultImpl() < 0 { Thread.sleep(forTimeInterval: 0.1) }
      }
    }
    thread.name = "libvirt-events"
    thread.start()
    return .success(())
  }()
}

/// The handling of writes to a connection that the other side has closed.
enum BrokenPipe {
  /// Makes the write fail with an error. SIGPIPE, which would end the process, goes to the writing
  /// thread; blocking it there does not affect the rest of the process.
  static func becomesErrorOnThisThread() {
    var signals = sigset_t()
    sigemptyset(&signals)
    sigaddset(&signals, SIGPIPE)
    // SAFETY: the function reads the set only during the call, and every signal in it can be
    // blocked.
    pthread_sigmask(SIG_BLOCK, &signals, nil)
  }
}
