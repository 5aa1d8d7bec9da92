import Foundation
import Libvirt
import Synchronization

/// Joins this process's terminal with a guest's console.
public final class ConsoleBridge: Sendable {
  /// Why it ended.
  public enum End: Sendable {
    /// The user left with Ctrl-].
    case left
    /// The guest went, or another took the console.
    case closed
  }

  /// What the user leaves with: Ctrl-].
  private static let leaving: UInt8 = 0x1D

  private let console: Console
  private let end = Mutex<End>(.closed)

  /// A bridge to a console, not yet in use.
  public init(_ console: Console) { self.console = console }

  /// Joins both until one of them ends; what is typed goes to the guest as it is, Ctrl-C too.
  ///
  /// Where standard input ends, the guest's output is still shown until the guest goes.
  public func run() async -> End {
    let mode = RawTerminal()
    defer { mode?.restore() }
    let input = StandardInput()
    let typing = Task { [self] in
      for await bytes in input.bytes {
        let typed = bytes.prefix { $0 != Self.leaving }
        if !typed.isEmpty { console.send(Array(typed)) }
        guard typed.count == bytes.count else {
          end.withLock { $0 = .left }
          return console.close()
        }
      }
    }
    for await bytes in console.output where !StandardOutput.write(Array(bytes)) { console.close() }
    input.stop()
    typing.cancel()
    return end.withLock(\.self)
  }
}

/// Standard input as a stream, read on a thread of its own.
private final class StandardInput: Sendable {
  let bytes: AsyncStream<[UInt8]>
  /// Wakes the thread by being closed.
  private let stopper: FileHandle

  init() {
    let (bytes, continuation) = AsyncStream.makeStream(of: [UInt8].self)
    self.bytes = bytes
    let pipe = Pipe()
    stopper = pipe.fileHandleForWriting
    let stopped = pipe.fileHandleForReading
    Thread.detachNewThread {
      while let read = Self.next(stopped.fileDescriptor) { continuation.yield(read) }
      continuation.finish()
    }
  }

  func stop() { try? stopper.close() }

  /// What was typed; nil at the end of input, or when it is stopped.
  private static func next(_ stopped: Int32) -> [UInt8]? {
    var descriptors = [
      pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0),
      pollfd(fd: stopped, events: Int16(POLLIN), revents: 0),
    ]
    // SAFETY: the call fills in two records and keeps no address.
    while poll(&descriptors, 2, -1) < 0, errno == EINTR {}
    guard descriptors[1].revents == 0 else { return nil }
    var buffer = [UInt8](repeating: 0, count: 4096)
    // SAFETY: at most as many bytes are written as there are.
    let count = read(STDIN_FILENO, &buffer, buffer.count)
    return count > 0 ? Array(buffer.prefix(count)) : nil
  }
}

/// The terminal of standard input with every key passed on as it is.
private struct RawTerminal {
  private let usual: termios

  /// From now on; nil where standard input is no terminal.
  init?() {
    var mode = termios()
    // SAFETY: the calls read or fill in `mode` and keep no address.
    guard tcgetattr(STDIN_FILENO, &mode) == 0 else { return nil }
    usual = mode
    cfmakeraw(&mode)
    guard tcsetattr(STDIN_FILENO, TCSADRAIN, &mode) == 0 else { return nil }
  }

  /// As it was.
  func restore() {
    var mode = usual
    // SAFETY: the call reads `mode` and keeps no address.
    _ = tcsetattr(STDIN_FILENO, TCSADRAIN, &mode)
  }
}

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

extension Domain.Screenshot {
  /// The name of a file for the picture of a domain, its ending that of the picture's kind.
  public func fileName(for domain: String) -> String {
    let ending =
      switch mediaType {
      case "image/png": "png"
      case "image/x-portable-pixmap": "ppm"
      default: mediaType.split(separator: "/").last.map(String.init) ?? "img"
      }
    return "\(domain).\(ending)"
  }

  /// Writes the picture to a file that is not there yet, which its owner alone may read.
  ///
  /// - Throws: what the file system refuses.
  public func write(to path: String) throws {
    let file = URL(fileURLWithPath: path)
    try Data().write(to: file, options: .withoutOverwriting)
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file.path)
    let handle = try FileHandle(forWritingTo: file)
    try handle.write(contentsOf: bytes)
    try handle.close()
  }
}
