import Foundation

/// Cuts a stream of bytes into messages, each behind its `Content-Length` header.
struct MessageReader {
  /// Something that came in.
  enum Event: Equatable {
    case message(Data)
    /// A header that says no length; what follows it is read as the next header.
    case malformed(String)
    case end
  }

  /// Bytes of the longest message that is taken.
  static let maximumLength = 256 << 20
  private static let headerEnd = Data("\r\n\r\n".utf8)
  private static let maximumHeader = 8 << 10

  private let read: () -> Data
  private var buffer = Data()

  /// - Parameter read: the next bytes of the stream; none at its end.
  init(read: @escaping () -> Data) { self.read = read }

  /// Waits for the next message.
  mutating func next() -> Event {
    while true {
      if let range = buffer.range(of: Self.headerEnd) {
        let header = String(decoding: buffer[..<range.lowerBound], as: UTF8.self)
        buffer = Data(buffer[range.upperBound...])
        guard let length = Self.length(in: header) else {
          return .malformed("a header without a fit Content-Length")
        }
        return body(length)
      }
      if buffer.count > Self.maximumHeader {
        buffer = Data()
        return .malformed("a header without end")
      }
      guard fill() else { return .end }
    }
  }

  private mutating func body(_ length: Int) -> Event {
    while buffer.count < length {
      guard fill() else { return .end }
    }
    let message = Data(buffer.prefix(length))
    buffer = Data(buffer.dropFirst(length))
    return .message(message)
  }

  private mutating func fill() -> Bool {
    let more = read()
    buffer.append(more)
    return !more.isEmpty
  }

  private static func length(in header: String) -> Int? {
    for line in header.split(whereSeparator: \.isNewline) {
      let parts = line.split(separator: ":", maxSplits: 1)
      guard parts.count == 2, parts[0].lowercased() == "content-length" else { continue }
      let length = Int(parts[1].trimmingCharacters(in: .whitespaces))
      return length.flatMap { (0...maximumLength).contains($0) ? $0 : nil }
    }
    return nil
  }
}
