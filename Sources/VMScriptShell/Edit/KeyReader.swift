import CEditLine
import Glibc

/// Characters of the terminal, and what the signal pipe has, in the order of their coming.
final class KeyReader {
  enum Event: Hashable {
    case character(Unicode.Scalar)
    case endOfInput
    case interrupt, resize, wake
  }

  private let pipe: SignalPipe
  private var bytes: ArraySlice<UInt8> = []
  private var events: [Event] = []
  private var isAtEnd = false
  /// Whether what is typed is another's to read.
  var isLent = false

  init(_ pipe: SignalPipe) { self.pipe = pipe }

  /// Whether more can be read without waiting.
  var hasMore: Bool { !bytes.isEmpty || !events.isEmpty || wait(milliseconds: 0).input }

  /// Waits for the next event.
  func next() -> Event {
    while true {
      if !events.isEmpty { return events.removeFirst() }
      if let scalar = decode() { return .character(scalar) }
      if isAtEnd { return .endOfInput }
      let (input, signal) = wait(milliseconds: -1)
      if signal { takeSignals() }
      if input { fill() }
    }
  }

  /// The next event if one comes within a time; else nil.
  func next(within milliseconds: Int32) -> Event? {
    guard hasMore || wait(milliseconds: milliseconds) != (false, false) else { return nil }
    return next()
  }

  /// Puts back what was not wanted yet, to come first.
  func putBack(_ unwanted: [Event]) { events = unwanted + events }

  /// What follows an Escape that a key has sent, such as `[A`, empty if it breaks off; nil behind
  /// one that a user typed.
  func sequence() -> [Unicode.Scalar]? {
    guard let first = next(within: Self.escapeTime) else { return nil }
    guard case .character(let lead) = first, lead == "[" || lead == "O" else {
      putBack([first])
      return nil
    }
    var sequence = [lead]
    while sequence.count < 32, let event = next(within: Self.escapeTime) {
      guard case .character(let scalar) = event else {
        putBack([event])
        break
      }
      sequence.append(scalar)
      // The Linux console begins its function keys with two brackets.
      let isLead = sequence.count == 2 && scalar == "["
      if lead == "O" || (("@"..."~").contains(scalar) && !isLead) { return sequence }
    }
    return []
  }

  /// How long what belongs to one key may take, in milliseconds.
  private static let escapeTime: Int32 = 30

  /// Forgets what was typed and not read yet.
  func discard() {
    while wait(milliseconds: 0).input { fill() }
    bytes = []
  }

  /// Waits until the pipe has something or Ctrl-C is typed; what else is typed waits for the next entry.
  ///
  /// - Parameter milliseconds: is waited at most; -1 is without end.
  func nextSignals(within milliseconds: Int32 = -1) -> Set<SignalPipe.Event> {
    if takeInterrupt() { return [.interrupt] }
    let (input, signal) = wait(milliseconds: milliseconds)
    var found = signal ? pipe.drain() : []
    // A Ctrl-C that was typed before the terminal made signals of it.
    if input {
      fill()
      if takeInterrupt() { found.insert(.interrupt) }
    }
    return found
  }

  /// Whether Ctrl-C was typed; what was typed before it is forgotten, as a terminal does.
  private func takeInterrupt() -> Bool {
    guard let last = bytes.lastIndex(of: 3) else { return false }
    bytes = bytes[(last + 1)...]
    return true
  }

  private func takeSignals() {
    let found = pipe.drain()
    if found.contains(.interrupt) { events.append(.interrupt) }
    if found.contains(.resize) { events.append(.resize) }
    if found.contains(.wake) { events.append(.wake) }
  }

  private func wait(milliseconds: Int32) -> (input: Bool, signal: Bool) {
    var descriptors = [
      // An end, which can be read again and again, is no news.
      pollfd(fd: isAtEnd || isLent ? -1 : STDIN_FILENO, events: Int16(POLLIN), revents: 0),
      pollfd(fd: pipe.descriptor, events: Int16(POLLIN), revents: 0),
    ]
    // SAFETY: the call fills in two records and keeps no address.
    guard poll(&descriptors, 2, milliseconds) > 0 else { return (false, false) }
    return (descriptors[0].revents != 0, descriptors[1].revents != 0)
  }

  private func fill() {
    var buffer = [UInt8](repeating: 0, count: 4096)
    // SAFETY: at most as many bytes are written as there are.
    let count = read(STDIN_FILENO, &buffer, buffer.count)
    if count > 0 { bytes += buffer.prefix(count) }
    if count == 0 || (count < 0 && errno != EINTR && errno != EAGAIN) { isAtEnd = true }
  }

  /// The next character; nil while no byte has come. What is not UTF-8 is U+FFFD.
  private func decode() -> Unicode.Scalar? {
    // The bytes of one character come together; a beginning that stays alone is no character.
    while UTF8Prefix.isIncomplete(bytes), !isAtEnd, waitForInput(milliseconds: 50) { fill() }
    return UTF8Prefix.takeScalar(from: &bytes)
  }

  /// Waits for bytes alone; what the signal pipe has stays there.
  private func waitForInput(milliseconds: Int32) -> Bool {
    var descriptor = pollfd(fd: isLent ? -1 : STDIN_FILENO, events: Int16(POLLIN), revents: 0)
    // SAFETY: the call fills in one record and keeps no address.
    return poll(&descriptor, 1, milliseconds) > 0
  }
}

/// The first character of bytes that need not be UTF-8.
///
/// What is no character ends before the first byte that can begin one, so that nothing that follows
/// is lost with it.
enum UTF8Prefix {
  /// Whether the bytes are the beginning of one character, and more of them may come.
  static func isIncomplete(_ bytes: ArraySlice<UInt8>) -> Bool {
    guard let first = bytes.first else { return false }
    let length =
      switch first {
      case 0xC2...0xDF: 2
      case 0xE0...0xEF: 3
      case 0xF0...0xF4: 4
      default: 1
      }
    return bytes.count < length && bytes.dropFirst().allSatisfy { $0 & 0xC0 == 0x80 }
  }

  /// Takes the first character off; U+FFFD stands for bytes that are none. Nil if there are no bytes.
  static func takeScalar(from bytes: inout ArraySlice<UInt8>) -> Unicode.Scalar? {
    var parser = Unicode.UTF8.ForwardParser()
    var iterator = bytes.prefix(4).makeIterator()
    switch parser.parseScalar(from: &iterator) {
    case .valid(let encoded):
      bytes.removeFirst(encoded.count)
      return Unicode.UTF8.decode(encoded)
    case .error(let length):
      bytes.removeFirst(length)
      return "\u{FFFD}"
    case .emptyInput: return nil
    }
  }
}

/// Signals, and calls from other threads, as bytes of a pipe that one thread waits at.
final class SignalPipe: Sendable {
  /// What can come out of it.
  enum Event: Hashable { case interrupt, resize, wake }

  /// The end to wait at.
  let descriptor: Int32
  private let writer: Int32
  private static let wakeByte: UInt8 = 0

  /// From now on SIGINT and SIGWINCH come out of the pipe; nil where there can be none.
  init?() {
    var ends: [Int32] = [-1, -1]
    // SAFETY: the call fills in two numbers and keeps no address.
    guard vms_signals_open(&ends) == 0 else { return nil }
    (descriptor, writer) = (ends[0], ends[1])
  }

  /// Wakes the thread that waits; from any thread.
  func wake() {
    var byte = Self.wakeByte
    // SAFETY: one byte is read from `byte`. A full pipe wakes as well.
    _ = write(writer, &byte, 1)
  }

  /// All that has come since; does not wait.
  func drain() -> Set<Event> {
    var bytes = [UInt8](repeating: 0, count: 256)
    // SAFETY: at most as many bytes are written as there are.
    let count = read(descriptor, &bytes, bytes.count)
    guard count > 0 else { return [] }
    return Set(
      bytes.prefix(count).map { byte in
        switch Int32(byte) {
        case SIGINT: .interrupt
        case SIGWINCH: .resize
        default: .wake
        }
      })
  }
}
