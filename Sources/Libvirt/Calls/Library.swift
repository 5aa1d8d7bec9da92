import CLibvirt
import Foundation

/// libvirt's process-wide state: silent errors, and one event loop on a thread of its own.
///
/// Keepalive, closed connections and events all need a loop that was registered before the first
/// connection opens.
enum Library {
  /// Prepares libvirt once; later calls cost nothing.
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
      // A failed round is tried again after a moment, so that it cannot burn a processor.
      while true {
        if virEventRunDefaultImpl() < 0 { Thread.sleep(forTimeInterval: 0.1) }
      }
    }
    thread.name = "libvirt-events"
    thread.start()
    return .success(())
  }()
}

/// What happens when libvirt writes to a connection that the other side has closed.
enum BrokenPipe {
  /// Makes it an error of the call. The signal, whose default is to end the process, goes to the
  /// thread that writes, so blocking it there leaves the rest of the process as it is.
  static func becomesErrorOnThisThread() {
    var signals = sigset_t()
    sigemptyset(&signals)
    sigaddset(&signals, SIGPIPE)
    // SAFETY: the call reads the set during the call only, and every signal in it can be blocked.
    pthread_sigmask(SIG_BLOCK, &signals, nil)
  }
}
