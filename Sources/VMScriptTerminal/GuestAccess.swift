import Foundation
import Libvirt
import Synchronization
import VMScriptRuntime

/// Connects this process's terminal to a guest's console.
public final class ConsoleBridge: Sendable {
  /// The reason why the session ended.
  public enum End: Sendable {
    /// The user detached with Ctrl-].
    case left
    /// The guest stopped, or another session took over the console.
    case closed
    /// The transcript could not be written.
    case unwritable(reason: String)
  }

  /// The key that detaches: Ctrl-].
  private static let leaving: UInt8 = 0x1D

  private let console: Console
  private let transcript: LocalFile?
  private let end = Mutex<End>(.closed)

  /// Creates a bridge to a console.
  ///
  /// - Parameter transcript: the file that receives the guest's output too; nil for none.
  package init(_ console: Console, transcript: LocalFile? = nil) {
    self.console = console
    self.transcript = transcript
  }

  /// Connects both until one of them ends; all keys go to the guest, including Ctrl-C.
  ///
  /// After the end of standard input, the guest's output is shown until the guest stops.
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
    for await bytes in console.output where !receive(bytes) { console.close() }
    input.stop()
    typing.cancel()
    return end.withLock(\.self)
  }

  /// Writes the guest's output; returns false if it cannot be written.
  private func receive(_ bytes: [UInt8]) -> Bool {
    if let transcript {
      do { try LocalFile.write(bytes, to: transcript.descriptor) } catch {
        end.withLock { $0 = .unwritable(reason: LocalFile.reason(of: error)) }
        return false
      }
    }
    return StandardOutput.write(bytes)
  }
}

/// Standard input as a stream, read on its own thread.
private final class StandardInput: Sendable {
  let bytes: AsyncStream<[UInt8]>
  /// Wakes the thread when it is closed.
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

  /// The next input; nil at its end, or after ``stop()``.
  private static func next(_ stopped: Int32) -> [UInt8]? {
    var descriptors = [
      pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0),
      pollfd(fd: stopped, events: Int16(POLLIN), revents: 0),
    ]
    // SAFETY: the call fills in two records and keeps no address.
    while poll(&descriptors, 2, -1) < 0, errno == EINTR {}
    guard descriptors[1].revents == 0 else { return nil }
    var buffer = [UInt8](repeating: 0, count: 4096)
    // SAFETY: the call writes at most as many bytes as the buffer has.
    let count = read(STDIN_FILENO, &buffer, buffer.count)
    return count > 0 ? Array(buffer.prefix(count)) : nil
  }
}

/// Raw mode of the terminal on standard input.
private struct RawTerminal {
  private let original: termios

  /// Enters raw mode; nil if standard input is not a terminal.
  init?() {
    var mode = termios()
    // SAFETY: the calls read or fill in `mode` and keep no address.
    guard tcgetattr(STDIN_FILENO, &mode) == 0 else { return nil }
    original = mode
    cfmakeraw(&mode)
    guard tcsetattr(STDIN_FILENO, TCSADRAIN, &mode) == 0 else { return nil }
  }

  /// Restores the original mode.
  func restore() {
    var mode = original
    // SAFETY: the call reads `mode` and keeps no address.
    _ = tcsetattr(STDIN_FILENO, TCSADRAIN, &mode)
  }
}

/// Programs that use the terminal until they exit.
public enum TerminalProgram {
  /// Runs a program with the standard streams of this process, and waits for it on the calling
  /// thread.
  ///
  /// - Parameter command: the program, which is searched for in `PATH`, and its arguments.
  /// - Returns: its exit status, 128 plus the number of the signal that ended it, or nil if there
  ///   is no such program.
  public static func run(_ command: [String]) -> Int32? {
    guard let program = command.first else { return nil }
    var arguments: [UnsafeMutablePointer<CChar>?] = command.map { strdup($0) } + [nil]
    defer { for text in arguments { free(text) } }
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    // The program receives every signal, even those that this process ignores or blocks.
    var (none, all) = (sigset_t(), sigset_t())
    sigemptyset(&none)
    sigfillset(&all)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setsigdefault(&attributes, &all)
    posix_spawnattr_setflags(
      &attributes, Int16(POSIX_SPAWN_SETSIGMASK) | Int16(POSIX_SPAWN_SETSIGDEF))
    var child: pid_t = 0
    // SAFETY: the arguments are terminated texts behind a terminated list; the call keeps no
    // address.
    guard posix_spawnp(&child, program, nil, &attributes, &arguments, environ) == 0 else {
      return nil
    }
    var status: Int32 = 0
    while waitpid(child, &status, 0) == -1, errno == EINTR {}
    let signal = status & 0x7F
    return signal == 0 ? (status >> 8) & 0xFF : 128 + signal
  }
}
