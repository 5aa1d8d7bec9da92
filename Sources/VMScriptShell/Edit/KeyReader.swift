import CEditLine
import Glibc

/// Reads characters of the terminal and events of the signal pipe, in order of arrival.
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
  /// Whether another program reads the terminal.
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

  /// The next event; nil if none arrives within a time.
  func next(within milliseconds: Int32) -> Event? {
    guard hasMore || wait(milliseconds: milliseconds) != (false, false) else { return nil }
    return next()
  }

  /// Puts events back to the front.
  func putBack(_ unwanted: [Event]) { events = unwanted + events }

  /// The rest of an escape sequence, such as `[A`; empty if it is incomplete, nil after a typed
  /// Escape.
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

  /// The maximum time between the characters of one key, in milliseconds.
  private static let escapeTime: Int32 = 30

  /// Discards unread input.
  func discard() {
    while wait(milliseconds: 0).input { fill() }
    bytes = []
  }

  /// Waits for a signal or Ctrl-C; other input waits for the next entry.
  ///
  /// - Parameter milliseconds: the time limit; -1 for none.
  func nextSignals(within milliseconds: Int32 = -1) -> Set<SignalPipe.Event> {
    if takeInterrupt() { return [.interrupt] }
    let (input, signal) = wait(milliseconds: milliseconds)
    var found = signal ? pipe.drain() : []
    // A Ctrl-C that was typed before the terminal turned it into a signal.
    if input {
      fill()
      if takeInterrupt() { found.insert(.interrupt) }
    }
    return found
  }

  /// Whether Ctrl-C was typed; discards the input before it, as a terminal does.
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
      // The end of input would be readable again and again.
      pollfd(fd: isAtEnd || isLent ? -1 : STDIN_FILENO, events: Int16(POLLIN), revents: 0),
      pollfd(fd: pipe.descriptor, events: Int16(POLLIN), revents: 0),
    ]
    // SAFETY: the call fills in two records and keeps no address.
    guard poll(&descriptors, 2, milliseconds) > 0 else { return (false, false) }
    return (descriptors[0].revents != 0, descriptors[1].revents != 0)
  }

  private func fill() {
    var buffer = [UInt8](repeating: 0, count: 4096)
    // SAFETY: the call writes at most as many bytes as the buffer has.
    let count = read(STDIN_FILENO, &buffer, buffer.count)
    if count > 0 { bytes += buffer.prefix(count) }
    if count == 0 || (count < 0 && errno != EINTR && errno != EAGAIN) { isAtEnd = true }
  }

  /// The next character; nil without input. Invalid UTF-8 becomes U+FFFD.
  private func decode() -> Unicode.Scalar? {
    // The bytes of one character arrive together; an incomplete sequence is invalid.
    while UTF8Prefix.isIncomplete(bytes), !isAtEnd, waitForInput(milliseconds: 50) { fill() }
    return UTF8Prefix.takeScalar(from: &bytes)
  }

  /// Waits only for input, not for signals.
  private func waitForInput(milliseconds: Int32) -> Bool {
    var descriptor = pollfd(fd: isLent ? -1 : STDIN_FILENO, events: Int16(POLLIN), revents: 0)
    // SAFETY: the call fills in one record and keeps no address.
    return poll(&descriptor, 1, milliseconds) > 0
  }
}

/// Decoding of the first character of possibly invalid UTF-8.
///
/// An invalid sequence ends before the first byte that can begin a character, so that nothing after
/// it is lost.
enum UTF8Prefix {
  /// Whether the bytes are an incomplete character.
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

  /// Removes and returns the first character; U+FFFD for invalid bytes, nil without bytes.
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

/// A pipe that turns signals and wake-ups from other threads into events for one thread.
final class SignalPipe: Sendable {
  /// An event of the pipe.
  enum Event: Hashable { case interrupt, resize, wake }

  /// The reading end.
  let descriptor: Int32
  private let writer: Int32
  private static let wakeByte: UInt8 = 0

  /// Redirects SIGINT and SIGWINCH to a new pipe; nil if that fails.
  init?() {
    var ends: [Int32] = [-1, -1]
    // SAFETY: the call fills in two numbers and keeps no address.
    guard vms_signals_open(&ends) == 0 else { return nil }
    (descriptor, writer) = (ends[0], ends[1])
  }

  /// Wakes the waiting thread; callable from any thread.
  func wake() {
    var byte = Self.wakeByte
    // SAFETY: one byte is read from `byte`. A full pipe wakes as well.
    _ = write(writer, &byte, 1)
  }

  /// Removes and returns the events so far, without waiting.
  func drain() -> Set<Event> {
    var bytes = [UInt8](repeating: 0, count: 256)
    // SAFETY: the call writes at most as many bytes as the buffer has.
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
