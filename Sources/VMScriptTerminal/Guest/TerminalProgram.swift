import Foundation

/// A program that is given the terminal until it ends.
public enum TerminalProgram {
  /// Runs a program and waits for it on the calling thread; it has the standard files of this process.
  ///
  /// - Parameter command: the program, looked for on the path, and its arguments.
  /// - Returns: its exit status, 128 and the number of the signal that ended it, or nil where there is
  ///   no such program.
  public static func run(_ command: [String]) -> Int32? {
    guard let program = command.first else { return nil }
    var arguments: [UnsafeMutablePointer<CChar>?] = command.map { strdup($0) } + [nil]
    defer { for text in arguments { free(text) } }
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    // It hears every signal, whatever this process ignores or holds back.
    var (none, all) = (sigset_t(), sigset_t())
    sigemptyset(&none)
    sigfillset(&all)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setsigdefault(&attributes, &all)
    posix_spawnattr_setflags(
      &attributes, Int16(POSIX_SPAWN_SETSIGMASK) | Int16(POSIX_SPAWN_SETSIGDEF))
    var child: pid_t = 0
    // SAFETY: the arguments are terminated texts behind a terminated list; the call keeps no address.
    guard posix_spawnp(&child, program, nil, &attributes, &arguments, environ) == 0 else {
      return nil
    }
    var status: Int32 = 0
    while waitpid(child, &status, 0) == -1, errno == EINTR {}
    let signal = status & 0x7F
    return signal == 0 ? (status >> 8) & 0xFF : 128 + signal
  }
}
