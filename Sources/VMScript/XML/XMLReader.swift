/// Reads a document strictly: a document that is not well-formed is refused, never repaired.
///
/// The project has its own reader because hosts embed the language, which links no C library. It
/// refuses entities and document types altogether. A test compares its verdicts and trees with
/// those of libxml2, libvirt's parser.
///
/// It reads the XML that libvirt writes and accepts: no document type, only the five predefined
/// entities, and nothing is loaded from elsewhere. Elements are kept on a separate stack, so that
/// no document can exhaust the thread's.
struct XMLReader {
  /// The deepest nesting, the same as in libvirt's own parser.
  static let maximumDepth = 256

  private var scanner: XMLScanner
  private var open: [XMLElement] = []
  private var root: XMLElement?
  private var text = ""

  private init(_ text: String) { scanner = XMLScanner(text) }

  /// Returns the root of a document.
  static func read(_ text: String) throws(MalformedXML) -> XMLElement {
    var reader = XMLReader(text)
    return try reader.document()
  }

  private mutating func document() throws(MalformedXML) -> XMLElement {
    _ = scanner.skip("\u{FEFF}")
    try declaration()
    while !scanner.isAtEnd {
      if scanner.skip("<") { try markup() } else { try characters() }
    }
    guard let root else { throw scanner.malformed(.empty) }
    if let element = open.last { throw scanner.malformed(.unclosed(element.name)) }
    return root
  }

  /// Reads the XML declaration, if there is one. Its encoding no longer matters: the text is
  /// already decoded.
  private mutating func declaration() throws(MalformedXML) {
    var ahead = scanner
    guard ahead.skip("<?xml") else { return }
    var content = ahead
    guard content.skipSpace() else { return }
    scanner = ahead
    let version = scanner.declared("version") ?? ""
    let encoding = scanner.declared("encoding") ?? "UTF-8"
    let standalone = scanner.declared("standalone") ?? "no"
    _ = scanner.skipSpace()
    guard scanner.skip("?>"), version.hasPrefix("1."),
      version.utf8.dropFirst(2).allSatisfy(XMLCharacters.isDigit),
      XMLCharacters.isEncoding(encoding), ["yes", "no"].contains(standalone)
    else { throw scanner.malformed(.declaration) }
  }

  /// Reads the markup between `<` and `>`.
  private mutating func markup() throws(MalformedXML) {
    if scanner.skip("/") {
      try close()
    } else if scanner.skip("?") {
      try instruction()
    } else if scanner.skip("!--") {
      try comment()
    } else if scanner.skip("![CDATA[") {
      guard !open.isEmpty else { throw scanner.malformed(.textOutside) }
      text += try scanner.text(until: "]]>")
    } else if scanner.skip("!") {
      throw scanner.malformed(.documentType)
    } else {
      try start()
    }
  }

  private mutating func start() throws(MalformedXML) {
    let element = XMLElement(name: try scanner.name())
    while true {
      let isSpaced = scanner.skipSpace()
      if scanner.skip(">") { return try push(element) }
      if scanner.skip("/>") {
        try push(element)
        return pop()
      }
      guard isSpaced else { throw scanner.malformed(.tag(element.name)) }
      let name = try scanner.name()
      guard element[name] == nil else { throw scanner.malformed(.attributeTwice(name)) }
      element[name] = try scanner.attributeValue()
    }
  }

  private mutating func close() throws(MalformedXML) {
    let name = try scanner.name()
    _ = scanner.skipSpace()
    // Compares bytes: equal strings may compose a letter differently.
    guard scanner.skip(">"), open.last?.name.utf8.elementsEqual(name.utf8) == true else {
      throw scanner.malformed(.wrongEnd(name))
    }
    pop()
  }

  private mutating func push(_ element: XMLElement) throws(MalformedXML) {
    guard open.count < Self.maximumDepth else { throw scanner.malformed(.tooDeep) }
    if let parent = open.last {
      flushText()
      parent.append(.element(element))
    } else {
      guard root == nil else { throw scanner.malformed(.secondRoot) }
      root = element
    }
    open.append(element)
  }

  private mutating func pop() {
    flushText()
    open.removeLast()
  }

  private mutating func comment() throws(MalformedXML) {
    let content = try scanner.text(until: "--")
    guard scanner.skip(">") else { throw scanner.malformed(.comment) }
    keep("<!--\(content)-->")
  }

  private mutating func instruction() throws(MalformedXML) {
    let target = try scanner.name()
    guard target.lowercased() != "xml" else { throw scanner.malformed(.lateDeclaration) }
    let content = try scanner.text(until: "?>")
    guard content.utf8.first.map(XMLCharacters.isSpace) ?? true else {
      throw scanner.malformed(.name)
    }
    keep("<?\(target)\(content)?>")
  }

  private mutating func keep(_ verbatim: String) {
    guard let element = open.last else { return }
    flushText()
    element.append(.verbatim(verbatim))
  }

  private mutating func characters() throws(MalformedXML) {
    if !open.isEmpty {
      text += try scanner.characters(.content)
    } else if !scanner.skipSpace() {
      throw scanner.malformed(.textOutside)
    }
  }

  private mutating func flushText() {
    guard !text.isEmpty else { return }
    open.last?.append(.text(text))
    text = ""
  }
}

extension XMLElement {
  /// Returns the root of a document, whatever its name.
  package static func parse(_ text: String) throws(MalformedXML) -> XMLElement {
    try XMLReader.read(text)
  }

  /// Returns the root of a document of one kind.
  ///
  /// - Throws: also for a root of another name.
  package static func parse(_ text: String, root name: String) throws(MalformedXML) -> XMLElement {
    let root = try parse(text)
    guard root.name == name else {
      throw MalformedXML(.otherRoot(found: root.name, expected: name), line: 1)
    }
    return root
  }
}

/// Scans the bytes of a document for names, values and text.
struct XMLScanner {
  private let bytes: [UInt8]
  private var position = 0

  init(_ text: String) { bytes = Array(text.utf8) }

  var isAtEnd: Bool { position == bytes.count }

  /// The number of scanned bytes.
  var offset: Int { position }

  /// Returns whether a text comes next.
  func isNext(_ expected: String) -> Bool {
    bytes[position...].starts(with: expected.utf8)
  }

  /// Skips `expected` if it comes next.
  mutating func skip(_ expected: String) -> Bool {
    var end = position
    for byte in expected.utf8 {
      guard end < bytes.count, bytes[end] == byte else { return false }
      end += 1
    }
    position = end
    return true
  }

  /// Skips white space; returns whether there was any.
  @discardableResult
  mutating func skipSpace() -> Bool {
    let start = position
    while !isAtEnd, XMLCharacters.isSpace(bytes[position]) { position += 1 }
    return position > start
  }

  /// Scans a name with its prefix.
  mutating func name() throws(MalformedXML) -> String {
    let start = position
    while !isAtEnd, Self.isName(bytes[position], first: position == start) { position += 1 }
    guard position > start else { throw malformed(.name) }
    let name = try checked(start..<position, .verbatim)
    guard XMLCharacters.isName(name) else { throw malformed(.character) }
    return name
  }

  /// Scans `=` and the value in quotes after an attribute's name.
  mutating func attributeValue() throws(MalformedXML) -> String {
    _ = skipSpace()
    guard skip("=") else { throw malformed(.attribute) }
    _ = skipSpace()
    for quote in ["'", "\""] where skip(quote) {
      let value = try characters(.attribute(endingAt: quote))
      if skip("<") { throw malformed(.stray("<")) }
      guard skip(quote) else { throw malformed(.attribute) }
      return value
    }
    throw malformed(.attribute)
  }

  /// Scans a whole number; nil, without skipping anything, if none comes next.
  mutating func number() -> Int? {
    let digits = bytes[position...].prefix(while: XMLCharacters.isDigit)
    guard let number = Int(String(decoding: digits, as: UTF8.self)) else { return nil }
    position += digits.count
    return number
  }

  /// Scans a quoted text without resolving references; nil if there is none.
  mutating func quoted() -> String? {
    for quote in ["'", "\""] where skip(quote) { return try? text(until: quote) }
    return nil
  }

  /// Scans a part of the XML declaration, such as ` version='1.0'`; nil, without skipping anything,
  /// if it does not come next.
  mutating func declared(_ name: String) -> String? {
    var ahead = self
    guard ahead.skipSpace(), ahead.skip(name) else { return nil }
    _ = ahead.skipSpace()
    guard ahead.skip("=") else { return nil }
    _ = ahead.skipSpace()
    guard let value = ahead.quoted() else { return nil }
    self = ahead
    return value
  }

  /// Returns the text before `end` unchanged, and skips `end`.
  mutating func text(until end: String) throws(MalformedXML) -> String {
    let start = position
    while !isAtEnd {
      let stop = position
      if skip(end) { return try checked(start..<stop, .verbatim) }
      position += 1
    }
    throw malformed(.unclosed(end))
  }

  /// Scans text up to the next tag or the end of the value, with references replaced.
  mutating func characters(_ place: Place) throws(MalformedXML) -> String {
    var result = ""
    repeat {
      let start = position
      while !isAtEnd, !place.ends(at: bytes[position]) { position += 1 }
      result += try checked(start..<position, place)
      guard skip("&") else { break }
      result += try reference()
    } while true
    return result
  }

  /// Scans a reference after its `&` and returns its character.
  private mutating func reference() throws(MalformedXML) -> String {
    let start = position
    _ = skip("#")
    while !isAtEnd, Self.isName(bytes[position], first: false) { position += 1 }
    let name = String(decoding: bytes[start..<position], as: UTF8.self)
    guard skip(";") else { throw malformed(.reference(name)) }
    if let text = XMLCharacters.entities[name] { return text }
    let isHexadecimal = name.hasPrefix("#x")
    let digits = name.dropFirst(isHexadecimal ? 2 : 1)
    guard name.hasPrefix("#"), digits.first?.isHexDigit == true,
      let scalar = UInt32(digits, radix: isHexadecimal ? 16 : 10).flatMap(Unicode.Scalar.init),
      XMLCharacters.allows(scalar)
    else { throw malformed(.reference(name)) }
    return String(scalar)
  }

  /// Returns bytes as text with normalized white space, if XML allows every character.
  private func checked(_ range: Range<Int>, _ place: Place) throws(MalformedXML) -> String {
    let text = String(decoding: bytes[range], as: UTF8.self)
    guard bytes[range].contains(where: place.isSpecial) else { return text }
    guard text.unicodeScalars.allSatisfy(XMLCharacters.allows) else { throw malformed(.character) }
    let lines = XMLCharacters.lines(of: text)
    switch place {
    case .verbatim: return lines
    case .content:
      if bytes[range].contains(Array("]]>".utf8)) { throw malformed(.stray("]]>")) }
      return lines
    case .attribute: return String(lines.map { $0 == "\n" || $0 == "\t" ? " " : $0 })
    }
  }

  /// Returns an error at the current line.
  func malformed(_ fault: MalformedXML.Fault) -> MalformedXML {
    MalformedXML(fault, line: 1 + bytes[..<position].count(where: { $0 == UInt8(ascii: "\n") }))
  }

  private static func isName(_ byte: UInt8, first: Bool) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), 0x80...,
      UInt8(ascii: "_"), UInt8(ascii: ":"):
      true
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."): !first
    default: false
    }
  }
}

extension XMLScanner {
  /// The kind of place of a text, which determines its end and its white space.
  enum Place {
    case content
    case attribute(endingAt: String)
    /// A place without references.
    case verbatim

    fileprivate func ends(at byte: UInt8) -> Bool {
      if byte == UInt8(ascii: "<") || byte == UInt8(ascii: "&") { return true }
      if case .attribute(let quote) = self { return byte == quote.utf8.first }
      return false
    }

    /// Returns whether text with this byte may be refused or changed.
    fileprivate func isSpecial(_ byte: UInt8) -> Bool {
      switch (byte, self) {
      // The last two characters of the first plane begin with this byte, and XML does not allow
      // them.
      case (0xEF, _), (UInt8(ascii: "]"), .content): true
      case (UInt8(ascii: "\n"), .content), (UInt8(ascii: "\n"), .verbatim): false
      default: byte < 0x20
      }
    }
  }
}

/// The error for a text that is not a document.
public struct MalformedXML: Error, Sendable, Hashable {
  /// The error, in words.
  public let reason: String
  /// The line of the error, from 1.
  public let line: Int

  init(_ fault: Fault, line: Int) {
    self.reason = fault.reason
    self.line = line
  }
}

extension MalformedXML: CustomStringConvertible {
  /// The line and the reason.
  public var description: String { "line \(line): \(reason)" }
}

extension MalformedXML {
  /// The faults that the reader refuses.
  enum Fault {
    case attribute
    case attributeTwice(String)
    case character
    case comment
    case declaration
    case documentType
    case empty
    case lateDeclaration
    case name
    case otherRoot(found: String, expected: String)
    case reference(String)
    case secondRoot
    case stray(String)
    case tag(String)
    case textOutside
    case tooDeep
    case unclosed(String)
    case wrongEnd(String)

    fileprivate var reason: String {
      switch self {
      case .attribute: "an attribute has no value in quotes"
      case .attributeTwice(let name): "the attribute `\(name)` occurs twice in one tag"
      case .character: "a character that XML does not allow"
      case .comment: "`--` within a comment"
      case .declaration: "the XML declaration has no valid `version='1.0'`"
      case .documentType: "document types and entities are not supported"
      case .empty: "there is no element"
      case .lateDeclaration: "an XML declaration that is not at the beginning"
      case .name: "a name is missing"
      case .otherRoot(let found, let expected): "the root is `\(found)`, not `\(expected)`"
      case .reference(let name): "`&\(name);` is not a known reference"
      case .secondRoot: "a second root"
      case .stray(let text): "`\(text)` must be escaped"
      case .tag(let name): "the tag of `\(name)` has no end"
      case .textOutside: "text outside of the root"
      case .tooDeep: "elements are nested more than \(XMLReader.maximumDepth) deep"
      case .unclosed(let what): "the end of `\(what)` is missing"
      case .wrongEnd(let name): "`</\(name)>` closes no open element"
      }
    }
  }
}
