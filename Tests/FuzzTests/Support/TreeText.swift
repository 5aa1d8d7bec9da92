import VMScript

/// The tree of a document, a line for each part, so that two readers of it can be compared.
///
/// Namespace declarations are separate from attributes: libxml2 does not keep their common order.
struct TreeText {
  private(set) var lines: [String] = []
  private var isInText = false

  mutating func start(_ name: String) { add("<\(name)") }
  mutating func namespace(_ name: String, _ uri: String) { add("namespace \(name) = \(uri)") }
  mutating func attribute(_ name: String, _ value: String) { add("attribute \(name) = \(value)") }
  mutating func end() { add("/>") }

  /// A comment, or an instruction with one space before its content.
  mutating func verbatim(_ text: String) { add(text) }

  /// Text; the parts of one run come to one line.
  mutating func text(_ part: String) {
    guard !part.isEmpty else { return }
    if isInText { lines[lines.count - 1] += part } else { lines.append("text " + part) }
    isInText = true
  }

  private mutating func add(_ line: String) {
    lines.append(line)
    isInText = false
  }

  /// The first difference of two trees; nil if they are equal byte by byte.
  static func difference(_ own: TreeText, _ other: TreeText) -> String? {
    for (one, two) in zip(own.lines, other.lines) where Array(one.utf8) != Array(two.utf8) {
      return "\(one.debugDescription), and libxml2 has \(two.debugDescription)"
    }
    return own.lines.count == other.lines.count ? nil : "one tree has more than the other"
  }
}

extension TreeText {
  /// The tree that our reader made.
  init(_ root: XMLElement) { add(root) }

  private mutating func add(_ element: XMLElement) {
    start(element.name)
    let attributes = element.attributes
    func isNamespace(_ name: String) -> Bool { name == "xmlns" || name.hasPrefix("xmlns:") }
    for (name, value) in attributes where isNamespace(name) { namespace(name, value) }
    for (name, value) in attributes where !isNamespace(name) { attribute(name, value) }
    for node in element.nodes {
      switch node {
      case .element(let child): add(child)
      case .text(let part): text(part)
      case .verbatim(let part): verbatim(Self.spaced(part))
      }
    }
    end()
  }

  private static func spaced(_ verbatim: String) -> String {
    guard verbatim.hasPrefix("<?") else { return verbatim }
    let content = verbatim.utf8.dropFirst(2).dropLast(2)
    let target = content.prefix { !XMLCharacters.isSpace($0) }
    let rest = content.dropFirst(target.count).drop(while: XMLCharacters.isSpace)
    return "<?\(Substring(target)) \(Substring(rest))?>"
  }
}
