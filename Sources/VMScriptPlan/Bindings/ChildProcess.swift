import CChildProcess
import Foundation

/// Runs a system program: without a shell, with limits on time, memory and output, and ended by
/// the kernel when this process ends.
package enum ChildProcess {
  /// The limits of a child.
  package struct Limits: Sendable {
    /// The elapsed time.
    package var seconds: Double
    /// The address space in bytes; 0 for no limit.
    package var memory: UInt64
    /// The size of each file that it writes, in bytes; 0 for no limit.
    package var fileSize: UInt64

    package init(seconds: Double, memory: UInt64, fileSize: UInt64) {
      self.seconds = seconds
      self.memory = memory
      self.fileSize = fileSize
    }
  }

  /// The result of a child that ended by itself.
  package struct Result: Sendable {
    /// The exit status; 128 plus its number for a signal.
    package let status: Int32
    package let output: [UInt8]
    package let errors: String
  }

  /// The limit of each of the two outputs, in bytes. The rest is read and dropped.
  private static let maximumOutput = 1 << 20

  /// Runs a program and waits for it on the calling thread.
  ///
  /// - Parameters:
  ///   - tool: the name, looked up on the path.
  ///   - arguments: the arguments without the name.
  ///   - input: becomes its standard input; nil for an empty one.
  ///   - output: receives its standard output; nil returns it.
  ///   - file: becomes the child's file 3, which it can open as ``inheritedFile``.
  ///   - environment: variables that it has besides those of this process.
  ///   - limits: its limits.
  ///   - cancellation: aborts it early.
  /// - Throws: ``StorageFailure/toolMissing(_:)``, ``StorageFailure/toolTimedOut(_:seconds:)``,
  ///   `CancellationError`.
  package static func run(
    _ tool: String, _ arguments: [String], input: Int32? = nil, output destination: Int32? = nil,
    file: Int32? = nil, environment: [String: String] = [:], limits: Limits,
    cancellation: BlockingWork.Cancellation
  ) throws -> Result {
    guard let program = find(tool) else { throw StorageFailure.toolMissing(tool) }
    var (output, errors) = try (Pipe(), Pipe())
    let process = try start(
      program, [tool] + arguments, input, destination ?? output.writing, errors.writing, file,
      environment, limits)
    output.closeWritingEnd()
    errors.closeWritingEnd()
    let deadline = ContinuousClock.now + .seconds(limits.seconds)
    var status: Int32?
    do {
      while status == nil || !(output.isAtEnd && errors.isAtEnd) {
        try cancellation.check()
        if ContinuousClock.now > deadline {
          throw StorageFailure.toolTimedOut(tool, seconds: Int(limits.seconds))
        }
        Pipe.fill(&output, &errors, keeping: maximumOutput)
        if status == nil { status = ended(process) }
      }
      return Result(
        status: status ?? 0, output: output.content,
        errors: String(decoding: errors.content, as: UTF8.self)
          .trimmingCharacters(in: .whitespacesAndNewlines))
    } catch {
      guard status == nil else { throw error }
      // The child leads its own process group.
      kill(-process, SIGKILL)
      while waitpid(process, nil, 0) == -1, errno == EINTR {}
      throw error
    }
  }

  /// The path at which a child finds the file that it inherits.
  package static let inheritedFile = "/proc/self/fd/3"

  /// Returns whether a program is on the path.
  package static func isInstalled(_ tool: String) -> Bool { find(tool) != nil }

  private static func find(_ tool: String) -> String? {
    (ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin").split(separator: ":")
      .map { "\($0)/\(tool)" }
      .first { $0.hasPrefix("/") && FileManager.default.isExecutableFile(atPath: $0) }
  }

  private static func start(
    _ program: String, _ arguments: [String], _ given: Int32?, _ output: Int32, _ errors: Int32,
    _ file: Int32?, _ additions: [String: String], _ limits: Limits
  ) throws -> pid_t {
    let input = given ?? open("/dev/null", O_RDONLY | O_CLOEXEC)
    guard input != -1 else { throw Self.failure(program) }
    defer { if given == nil { close(input) } }
    // An arena of 64 MiB for each thread would count as memory in use.
    let environment = ProcessInfo.processInfo.environment
      .merging(["LC_ALL": "C", "MALLOC_ARENA_MAX": "2"]) { $1 }.merging(additions) { $1 }
    let process = withTexts(arguments) { arguments in
      withTexts(environment.map { "\($0)=\($1)" }) { environment in
        program.withCString { program in
          // SAFETY: all texts outlive the call, which keeps no address.
          withUnsafePointer(
            to: vms_child(
              program: program, arguments: arguments, environment: environment, input: input,
              output: output, errors: errors, extra: file ?? -1,
              memory: limits.memory, file_size: limits.fileSize), vms_child_start)
        }
      }
    }
    guard process != -1 else { throw Self.failure(program) }
    return process
  }

  private static func failure(_ path: String) -> StorageFailure {
    .unreadable(path: path, reason: String(cString: strerror(errno)))
  }

  /// Calls `body` with the texts as a C list that ends with nil.
  private static func withTexts<T>(
    _ texts: [String], _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> T
  ) -> T {
    let copies: [UnsafeMutablePointer<CChar>?] = texts.map { strdup($0) } + [nil]
    defer { for copy in copies { free(copy) } }
    // SAFETY: the copies live until `body` has returned; an array is never without an address.
    return copies.withUnsafeBufferPointer { list in
      list.baseAddress.map(body) ?? withUnsafePointer(to: nil, body)
    }
  }

  /// Returns the status of a child that has ended; nil while it runs.
  private static func ended(_ process: pid_t) -> Int32? {
    var status: Int32 = 0
    guard waitpid(process, &status, WNOHANG) == process else { return nil }
    let signal = status & 0x7F
    return signal == 0 ? (status >> 8) & 0xFF : 128 + signal
  }
}

/// The output of a child, read while it writes.
private struct Pipe {
  let reading: OpenDescriptor
  private var writer: OpenDescriptor?
  var content: [UInt8] = []
  var isAtEnd = false

  init() throws(StorageFailure) {
    var ends: [Int32] = [-1, -1]
    // SAFETY: the array has room for both ends.
    guard vms_child_pipe(&ends) == 0 else {
      throw .unreadable(path: "pipe", reason: String(cString: strerror(errno)))
    }
    (reading, writer) = (OpenDescriptor(ends[0]), OpenDescriptor(ends[1]))
  }

  var writing: Int32 { writer?.number ?? -1 }

  /// Closes this process's write ends, so that the pipes end with the child.
  mutating func closeWritingEnd() { writer = nil }

  /// Waits up to 20 ms for output on one of the pipes, and reads it.
  static func fill(_ one: inout Pipe, _ other: inout Pipe, keeping limit: Int) {
    var waiting = [one, other].map { pipe in
      pollfd(fd: pipe.isAtEnd ? -1 : pipe.reading.number, events: Int16(POLLIN), revents: 0)
    }
    // SAFETY: the count is that of the array.
    guard poll(&waiting, nfds_t(waiting.count), 20) > 0 else { return }
    if waiting[0].revents != 0 { one.take(limit) }
    if waiting[1].revents != 0 { other.take(limit) }
  }

  private mutating func take(_ limit: Int) {
    var buffer = [UInt8](repeating: 0, count: 65_536)
    // SAFETY: no more is read than the buffer holds.
    let count = read(reading.number, &buffer, buffer.count)
    if count == -1, errno == EINTR { return }
    guard count > 0 else { return isAtEnd = true }
    content += buffer.prefix(min(count, limit - content.count))
  }
}

/// A file descriptor that is closed when its last reference is released.
final class OpenDescriptor: Sendable {
  let number: Int32
  init(_ number: Int32) { self.number = number }
  deinit { close(number) }
}
