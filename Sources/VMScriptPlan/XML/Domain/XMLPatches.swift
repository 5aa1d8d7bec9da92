import VMScript
import VMScriptSyntax

/// The `xml` blocks of a domain, for settings without a property, compared with a definition.
///
/// The domain's mark records the appended parts of a patch. So they are removed with its block,
/// and an element added later by others is not patched too. The mark also records how libvirt
/// stored the patch, because libvirt respells values and drops unknown parts.
struct XMLPatches {
  /// A patch of an earlier run.
  struct Record {
    let path: String
    let text: String
    /// The form in which libvirt stored it.
    let outcome: Outcome
    /// Whether it was merged into an existing element.
    let isMerged: Bool

    enum Outcome {
      /// Not compared yet, because the run ended before.
      case open
      case kept(XMLElement)
      case dropped
    }

    /// The element of the patch in the definition; nil if there is none.
    var element: XMLElement? {
      switch outcome {
      case .open: try? XMLElement.parse(text)
      case .kept(let element): element
      case .dropped: nil
      }
    }
  }

  /// A patch that a difference names.
  struct Patch: Hashable {
    let path: String
    let text: String
  }

  private let patches: [DomainPatch]
  /// The patches that earlier runs appended.
  private let records: [Record]
  /// The elements that existed before anything was written.
  private let earlier: Set<ObjectIdentifier>

  /// - Throws: a diagnostic for an `xml` block that is not a valid patch.
  init(_ declaration: Declaration, on root: XMLElement) throws(Diagnostic) {
    patches = try Self.patches(of: declaration)
    records = Self.records(in: root)
    earlier = Set(([root] + root.descendants).map(ObjectIdentifier.init))
  }

  private static func patches(of declaration: Declaration) throws(Diagnostic) -> [DomainPatch] {
    var patches: [DomainPatch] = []
    for block in declaration.body.blocks("xml") {
      if let patch = try DomainPatch(block) { patches.append(patch) }
    }
    return patches
  }

  static func records(in root: XMLElement) -> [Record] {
    entries(in: root).compactMap { entry in
      guard let path = entry["path"], let text = entry["append"] else { return nil }
      let outcome: Record.Outcome =
        switch entry["kept"] {
        case nil: .open
        case ""?: .dropped
        case let kept?: (try? XMLElement.parse(kept)).map(Record.Outcome.kept) ?? .open
        }
      return Record(
        path: path, text: text, outcome: outcome, isMerged: entry["merged"] == "yes")
    }
  }

  static func entries(in root: XMLElement) -> [XMLElement] {
    DomainMetadata.mark(in: root)?.all("patch", namespace: DomainMetadata.namespace) ?? []
  }

  /// Removes the appended parts of blocks that the script no longer has.
  ///
  /// - Returns: the patches with removed parts.
  @discardableResult
  func removeGone(from root: XMLElement) -> [Patch] {
    var declared = patches.map { Patch(path: $0.path, text: $0.text) }
    return records.compactMap { record in
      let patch = Patch(path: record.path, text: record.text)
      if let position = declared.firstIndex(of: patch) {
        declared.remove(at: position)
        return nil
      }
      guard let path = try? XMLPath(record.path), let element = record.element else { return nil }
      let targets = path.elements(from: root)
      let found = (targets.isEmpty ? path.elementsByName(from: root) : targets).compactMap {
        target in
        target.children.first { $0.includes(element) }
      }
      for element in found {
        if record.isMerged, let part = record.element {
          element.removeParts(of: part)
        } else {
          element.detach()
        }
      }
      return found.isEmpty ? nil : patch
    }
  }

  /// Appends the missing parts to every element that a path matches, and records them in the mark.
  ///
  /// - Returns: the patches with missing parts.
  /// - Throws: a diagnostic for a path without a match.
  @discardableResult
  func apply(to root: XMLElement) throws(Diagnostic) -> [Patch] {
    var met: Set<ObjectIdentifier> = []
    var appended: [Patch] = []
    var records = records
    for patch in patches {
      let position = records.firstIndex { $0.path == patch.path && $0.text == patch.text }
      let record = position.map { records.remove(at: $0) }
      var targets = patch.steps.elements(from: root)
      // libvirt may have respelled a value in the path's condition.
      if targets.isEmpty, record != nil { targets = patch.steps.elementsByName(from: root) }
      switch record?.outcome {
      case .dropped?:
        note(patch, record, in: root)
        continue
      // It was removed with its target.
      case .open? where targets.isEmpty:
        note(patch, record, in: root)
        continue
      case .open?, .kept?, nil:
        guard !targets.isEmpty else { throw PatchMessages.noMatch(patch.path, patch.block) }
      }
      let wanted = record?.element ?? patch.fragment
      var missing: [XMLElement] = []
      for target in targets {
        if record?.isMerged == true {
          if !target.children.contains(where: { $0.includes(wanted) }) { missing.append(target) }
          continue
        }
        let free = target.children.filter { !met.contains(ObjectIdentifier($0)) }
        var present = free.first { $0.includes(wanted) }
        if present == nil, case .open? = record?.outcome {
          // The run that appended it ended before it read the stored form.
          present = XMLProjection.counterpart(of: wanted, among: free)
        }
        if let present { met.insert(ObjectIdentifier(present)) } else { missing.append(target) }
      }
      if record != nil, missing.count < targets.count {
        // It is present. Parts added since by others are left alone.
        missing.removeAll { earlier.contains(ObjectIdentifier($0)) }
      }
      for target in missing {
        let element = patch.fragment.copy()
        target.append(.element(element))
        met.insert(ObjectIdentifier(element))
      }
      if missing.isEmpty {
        if record != nil { note(patch, record, in: root) }
      } else {
        appended.append(Patch(path: patch.path, text: patch.text))
        note(patch, nil, in: root)
      }
    }
    return appended
  }

  private func note(_ patch: DomainPatch, _ record: Record?, in root: XMLElement) {
    let entry = DomainMetadata.mark(in: root)?.add(
      DomainMetadata.name("patch"), ["path": patch.path, "append": patch.text])
    switch record?.outcome {
    case .kept(let element):
      entry?["kept"] = element.xmlString
      if record?.isMerged == true { entry?["merged"] = "yes" }
    case .dropped: entry?["kept"] = ""
    case .open, nil: break
    }
  }

  /// Returns the pending changes of patches. The definition is not changed.
  static func differences(
    _ declaration: Declaration, definition: XMLElement
  ) throws(Diagnostic) -> [PropertyDifference] {
    let root = definition.copy()
    let patches = try XMLPatches(declaration, on: root)
    let gone = patches.removeGone(from: root).map { patch in
      difference(patch.path, from: .string(patch.text), to: nil)
    }
    return try gone
      + patches.apply(to: root).map { difference($0.path, from: nil, to: .string($0.text)) }
  }

  private static func difference(_ path: String, from: Value?, to: Value?) -> PropertyDifference {
    PropertyDifference(
      block: "xml \(path)", name: "append", from: from, to: to, impact: .nextStart)
  }

  /// Returns the patches of a new domain that match nothing in a definition, as far as the script
  /// shows.
  static func unmatched(
    _ declaration: Declaration, in root: XMLElement
  ) throws(Diagnostic) -> [Diagnostic] {
    try patches(of: declaration).compactMap { patch in
      let targets = patch.steps.elementsByName(from: root)
      for target in targets { target.append(.element(patch.fragment.copy())) }
      return targets.isEmpty ? PatchMessages.noMatch(patch.path, patch.block) : nil
    }
  }
}

extension XMLElement {
  /// Whether the element contains everything in `other`. libvirt adds addresses and aliases, and
  /// moves namespace declarations.
  func includes(_ other: XMLElement) -> Bool {
    guard hasName(of: other) else { return false }
    guard other.ownAttributes.allSatisfy({ self[$0.key] == $0.value }) else { return false }
    if other.children.isEmpty {
      return !other.nodes.contains(where: \.isWritten) || stringValue == other.stringValue
    }
    return other.children.allSatisfy { part in children.contains { $0.includes(part) } }
  }

  /// Removes the parts that another element contains too, and elements that become empty.
  func removeParts(of other: XMLElement) {
    for part in other.children {
      guard
        let own = children.first(where: { $0.includes(part) })
          ?? children.first(where: { $0.hasName(of: part) && !part.children.isEmpty })
      else { continue }
      guard !part.children.isEmpty else {
        own.detach()
        continue
      }
      own.removeParts(of: part)
      if own.children.isEmpty { own.detach() }
    }
  }

  func hasName(of other: XMLElement) -> Bool {
    localName == other.localName && namespaceURI == other.namespaceURI
  }

  /// The attributes without namespace declarations.
  var ownAttributes: [(key: String, value: String)] {
    attributes.filter { $0.key != "xmlns" && !$0.key.hasPrefix("xmlns:") }.map { $0 }
  }
}
