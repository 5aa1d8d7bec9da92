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

  /// The next character; nil while its last bytes have not come. What is no UTF-8 is U+FFFD.
  private func decode() -> Unicode.Scalar? {
    guard let first = bytes.first else { return nil }
    let length = first < 0xC0 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4
    while bytes.count < length, !isAtEnd {
      // The bytes of one character come together; a lone first byte is no character.
      guard wait(milliseconds: 50).input else { break }
      fill()
    }
    let text = String(decoding: bytes.prefix(length), as: UTF8.self)
    bytes.removeFirst(min(length, bytes.count))
    return text.unicodeScalars.first
  }
}
