import VMScript
import VMScriptSyntax

/// The part of an element that libvirt kept in its stored form.
///
/// libvirt writes numbers in another base, sorts, adds addresses, and drops unknown parts.
struct XMLProjection {
  /// The kept part of the element, in libvirt's spelling.
  let kept: XMLElement
  /// The paths of dropped parts, such as `hostdev/@nonsense`.
  let dropped: [String]
  /// The parts with another value, not only another spelling.
  let changed: [Change]

  /// A value that libvirt replaced.
  struct Change: Equatable {
    /// The path, such as `clock/@offset`.
    let path: String
    let wanted: String
    let kept: String
  }

  init(of element: XMLElement, onto other: XMLElement) {
    let kept = XMLElement(name: element.name)
    var dropped: [String] = []
    var changed: [Change] = []
    let isScaled = Self.isSameSize(element, other)
    for (name, value) in element.attributes {
      if name == "xmlns" || name.hasPrefix("xmlns:") {
        kept[name] = value
      } else if let found = other[name] {
        kept[name] = found
        if !Self.isSame(value, found), !(isScaled && name == "unit") {
          changed.append(Change(path: "\(element.name)/@\(name)", wanted: value, kept: found))
        }
      } else {
        dropped.append("\(element.name)/@\(name)")
      }
    }
    var free = other.children
    // Unchanged elements match first, regardless of their order.
    let exact = element.children.map { part in
      let found = free.first { $0.includes(part) }
      free.removeAll { $0 === found }
      return found
    }
    for (part, whole) in zip(element.children, exact) {
      guard let found = whole ?? Self.counterpart(of: part, among: free) else {
        dropped.append("\(element.name)/\(part.name)")
        continue
      }
      free.removeAll { $0 === found }
      let inner = XMLProjection(of: part, onto: found)
      kept.append(.element(inner.kept))
      dropped += inner.dropped.map { "\(element.name)/\($0)" }
      changed += inner.changed.map {
        Change(path: "\(element.name)/\($0.path)", wanted: $0.wanted, kept: $0.kept)
      }
    }
    if element.children.isEmpty, element.nodes.contains(where: \.isWritten) {
      let text = other.stringValue
      if text.isEmpty {
        dropped.append("the text of \(element.name)")
      } else {
        kept.append(.text(text))
        if !isScaled, !Self.isSame(element.stringValue, text) {
          changed.append(Change(path: element.name, wanted: element.stringValue, kept: text))
        }
      }
    }
    self.kept = kept
    self.dropped = dropped
    self.changed = changed
  }

  /// Returns the part of an element that libvirt merged into another one.
  private init(_ kept: XMLElement, _ projection: XMLProjection) {
    self.kept = kept
    dropped = projection.dropped
    changed = projection.changed
  }

  /// Returns the projection without the parts of a previously existing element.
  func beyond(_ earlier: XMLElement) -> XMLProjection {
    let rest = kept.copy()
    rest.removeParts(of: earlier)
    return XMLProjection(rest, self)
  }

  /// Returns the element that has most in common with one; nil if none has anything.
  static func counterpart(of element: XMLElement, among others: [XMLElement]) -> XMLElement? {
    var best: (element: XMLElement, score: Int)?
    for other in others where other.hasName(of: element) {
      let score = score(element, other)
      if score > best?.score ?? 0 { best = (other, score) }
    }
    return best?.element
  }

  /// Returns the similarity of two elements of the same name. Equal values count most.
  private static func score(_ element: XMLElement, _ other: XMLElement) -> Int {
    var score = element.ownAttributes.isEmpty && element.nodes.isEmpty ? 1 : 0
    for (name, value) in element.ownAttributes {
      guard let found = other[name] else { continue }
      score += isSame(value, found) ? 4 : 1
    }
    if element.children.isEmpty {
      if element.nodes.contains(where: \.isWritten), isSame(element.stringValue, other.stringValue)
      {
        score += 4
      }
      return score
    }
    var free = other.children
    for part in element.children {
      guard let found = counterpart(of: part, among: free) else { continue }
      free.removeAll { $0 === found }
      score += 1 + Self.score(part, found)
    }
    return score
  }

  /// Returns whether two values are the same number, or the same text ignoring case.
  static func isSame(_ a: String, _ b: String) -> Bool {
    if a == b { return true }
    if let number = XMLNotation.number(a) { return number == XMLNotation.number(b) }
    func plain(_ text: String) -> String {
      text.lowercased().split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }
    return plain(a) == plain(b)
  }

  /// Returns whether two elements have the same size in different units.
  static func isSameSize(_ one: XMLElement, _ other: XMLElement) -> Bool {
    guard one["unit"] != nil, let size = size(one) else { return false }
    return size == Self.size(other)
  }

  /// Returns the size in bytes. libvirt's default unit is KiB.
  static func size(_ element: XMLElement) -> Int64? {
    XMLNotation.bytes(element.stringValue, unit: element["unit"], standard: 1 << 10)
  }
}
