/// Reads a document strictly: what is not well-formed is refused, never mended.
///
/// It is our own because hosts embed the language, which links no C library; because what it refuses
/// keeps entities and document types out altogether; and because it costs little to trust: a test
/// holds its verdicts and trees to those of libxml2, which libvirt reads with.
///
/// This is the XML that libvirt writes and takes: no document type, hence no entities but the five
/// that need no declaration, and nothing is ever loaded from elsewhere. Elements are kept on a stack
/// of its own, so that no document can exhaust the thread's.
struct XMLReader {
  /// libvirt's own parser goes no deeper.
  static let maximumDepth = 256

  private var scanner: XMLScanner
  private var open: [XMLElement] = []
  private var root: XMLElement?
  private var text = ""

  private init(_ text: String) { scanner = XMLScanner(text) }

  /// The root of a document.
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

  /// The XML declaration, if there is one. It says nothing new: the text is decoded already.
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

  /// What stands between `<` and `>`.
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
    // Byte by byte: equal strings may differ in how they compose a letter.
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
  /// The root of a document, whatever its name.
  package static func parse(_ text: String) throws(MalformedXML) -> XMLElement {
    try XMLReader.read(text)
  }

  /// The root of a document of one kind.
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
