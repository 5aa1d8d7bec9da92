import Foundation

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
