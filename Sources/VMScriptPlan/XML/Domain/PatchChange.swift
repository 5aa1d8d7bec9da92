import VMScript

/// A change of a part that the document had before a patch, with what undoes it.
struct PatchChange {
  /// The changed part of an element.
  enum Part: Hashable {
    case attribute(String)
    case text
    /// The whole element, which is removed. The path of its parent, and its position among the
    /// siblings of its name.
    case element(parent: String, position: Int)
  }

  /// The path of the `xml` block.
  let path: String
  /// The path of the changed element, which leads to it alone.
  let place: String
  let part: Part
  /// The value before; nil if there was none. A removed element is its XML.
  var before: String?
  /// The new value; nil if the part is removed.
  let after: String?
  /// The form in which libvirt stored the new value.
  var outcome = Outcome.open

  enum Outcome: Hashable {
    /// Not compared yet, because the run ended before.
    case open
    case kept(String?)
    /// libvirt did not store the change.
    case dropped
  }

  /// Whether libvirt stored it.
  var isKept: Bool { if case .kept = outcome { true } else { false } }

  /// The value in the stored definition.
  var stored: String? { if case .kept(let value) = outcome { value } else { after } }

  /// The name of the part in plans.
  var name: String {
    switch part {
    case .attribute(let name): "@\(name)"
    case .text: "text"
    case .element: "remove"
    }
  }

  /// Whether two changes have the same wanted result.
  func isSame(as other: PatchChange) -> Bool {
    path == other.path && place == other.place && part == other.part && after == other.after
  }
}

/// The entry in the mark.
extension PatchChange {
  static let entryName = "change"

  /// Reads an entry; nil for an unknown form.
  init?(entry: XMLElement) {
    guard let path = entry["path"], let place = entry["at"] else { return nil }
    self.path = path
    self.place = place
    before = entry["from"]
    after = entry["to"]
    if let name = entry["attribute"] {
      part = .attribute(name)
    } else if let parent = entry["in"], let position = entry["position"].flatMap({ Int($0) }) {
      part = .element(parent: parent, position: position)
    } else {
      part = .text
    }
    switch entry["outcome"] {
    case "kept"?: outcome = .kept(entry["kept"])
    case "dropped"?: outcome = .dropped
    default: outcome = .open
    }
  }

  /// Writes an entry, also over an earlier form.
  func write(to entry: XMLElement) {
    entry["path"] = path
    entry["at"] = place
    entry["from"] = before
    entry["to"] = after
    switch part {
    case .attribute(let name): entry["attribute"] = name
    case .text: break
    case .element(let parent, let position):
      entry["in"] = parent
      entry["position"] = String(position)
    }
    switch outcome {
    case .open: break
    case .kept(let value):
      entry["outcome"] = "kept"
      entry["kept"] = value
    case .dropped: entry["outcome"] = "dropped"
    }
  }
}

/// Undoing.
extension PatchChange {
  /// Restores the part in a document if it is as the change left it.
  ///
  /// - Returns: whether it did. A part that others changed since is left alone.
  func undo(in root: XMLElement) -> Bool {
    guard outcome != .dropped else { return false }
    switch part {
    case .attribute(let name):
      guard let target = element(in: root), isLeft(target[name]) else { return false }
      target[name] = before
    case .text:
      guard let target = element(in: root), isLeft(target.stringValue) else { return false }
      target.stringValue = before ?? ""
    case .element(let parent, let position):
      guard let parent = Self.parent(parent, in: root),
        let element = before.flatMap({ try? XMLElement.parse($0) }),
        !parent.children.contains(where: { $0.includes(element) })
      else { return false }
      parent.restore(element, at: position)
    }
    return true
  }

  /// Returns the parent of a removed element. libvirt drops a part such as `features` with its last
  /// element.
  private static func parent(_ path: String, in root: XMLElement) -> XMLElement? {
    guard let path = try? XMLPath(path) else { return nil }
    return path.elements(from: root).first
      ?? path.names?.dropFirst().reduce(root) { $0.ensure($1) }
  }

  /// Returns the changed element in a document.
  func element(in root: XMLElement) -> XMLElement? {
    (try? XMLPath(place))?.elements(from: root).first
  }

  /// Returns whether a value is the one that the change left.
  private func isLeft(_ value: String?) -> Bool {
    if value == stored { return true }
    // The run that changed it ended before it read the stored form.
    guard outcome == .open, let value, let stored else { return false }
    return XMLProjection.isSame(stored, value)
  }
}

extension XMLElement {
  /// Inserts a child at its position among the children of its name.
  func restore(_ child: XMLElement, at position: Int) {
    let siblings = all(child.name)
    if siblings.indices.contains(position) {
      insert(child, before: siblings[position])
    } else if let last = siblings.last {
      insert(child, after: last)
    } else {
      append(.element(child))
    }
  }
}
