internal import CYaml

/// The events of a YAML text, as libyaml parses it.
///
/// Events arrive one by one, so that a reader can stop before it exceeds its bounds.
final class YAMLEvents {
  enum Event {
    case documentStart, documentEnd, end
    case scalar(String, isPlain: Bool, Properties)
    case sequenceStart(Properties)
    case sequenceEnd
    case mappingStart(Properties)
    case mappingEnd
    case alias(String)
  }

  /// The anchor and the tag before a node.
  struct Properties {
    let anchor: String?
    let tag: String?
  }

  private let parser: UnsafeMutablePointer<yaml_parser_t>
  private let text: UnsafeMutableBufferPointer<UInt8>
  /// The line of the last event, from 1.
  private(set) var line = 1

  init(_ string: String) {
    // SAFETY: libyaml keeps the addresses of the parser and of the text, so both are allocated here,
    // stay where they are and are freed in `deinit`.
    parser = .allocate(capacity: 1)
    parser.initialize(to: yaml_parser_t())
    text = .allocate(capacity: string.utf8.count)
    _ = text.initialize(from: string.utf8)
    yaml_parser_initialize(parser)
    yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
    yaml_parser_set_input_string(parser, UnsafePointer(text.baseAddress), text.count)
  }

  deinit {
    yaml_parser_delete(parser)
    parser.deinitialize(count: 1)
    parser.deallocate()
    text.deallocate()
  }

  /// Returns the next event.
  ///
  /// - Throws: the error in the text, with its place.
  func next() throws(MalformedText) -> Event {
    while true {
      var event = yaml_event_t()
      guard yaml_parser_parse(parser, &event) == 1 else { throw problem() }
      defer { yaml_event_delete(&event) }
      line = event.start_mark.line + 1
      if let result = Self.event(event) { return result }
    }
  }

  /// Returns nil for events that a reader ignores.
  private static func event(_ event: yaml_event_t) -> Event? {
    switch event.type {
    case YAML_DOCUMENT_START_EVENT: return .documentStart
    case YAML_DOCUMENT_END_EVENT: return .documentEnd
    case YAML_STREAM_END_EVENT: return .end
    case YAML_SEQUENCE_END_EVENT: return .sequenceEnd
    case YAML_MAPPING_END_EVENT: return .mappingEnd
    case YAML_ALIAS_EVENT: return .alias(string(event.data.alias.anchor) ?? "")
    case YAML_SEQUENCE_START_EVENT:
      let start = event.data.sequence_start
      return .sequenceStart(Properties(anchor: string(start.anchor), tag: string(start.tag)))
    case YAML_MAPPING_START_EVENT:
      let start = event.data.mapping_start
      return .mappingStart(Properties(anchor: string(start.anchor), tag: string(start.tag)))
    case YAML_SCALAR_EVENT:
      let scalar = event.data.scalar
      // SAFETY: the text belongs to the event, which lives until the copy is made.
      let bytes = UnsafeBufferPointer(start: scalar.value, count: scalar.length)
      return .scalar(
        String(decoding: bytes, as: UTF8.self), isPlain: scalar.style == YAML_PLAIN_SCALAR_STYLE,
        Properties(anchor: string(scalar.anchor), tag: string(scalar.tag)))
    default: return nil
    }
  }

  private static func string(_ pointer: UnsafeMutablePointer<yaml_char_t>?) -> String? {
    // SAFETY: a terminated text of the event, copied while the event lives.
    pointer.map { String(cString: $0) }
  }

  private func problem() -> MalformedText {
    // SAFETY: libyaml's messages are constants.
    let problem = parser.pointee.problem.map { String(cString: $0) } ?? "it cannot be read"
    let context = parser.pointee.context.map { " " + String(cString: $0) } ?? ""
    guard parser.pointee.error != YAML_READER_ERROR else {
      let before = text.prefix(parser.pointee.problem_offset)
      return MalformedText(reason: "\(problem) at line \(before.count { $0 == 0x0A } + 1)")
    }
    let mark = parser.pointee.problem_mark
    return MalformedText(
      reason: "\(problem)\(context) at line \(mark.line + 1), column \(mark.column + 1)")
  }
}
