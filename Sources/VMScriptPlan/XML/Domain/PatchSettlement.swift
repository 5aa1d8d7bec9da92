import VMScript
import VMScriptSyntax

/// The stored forms of the effects of patches in a definition that a run sent.
package struct PatchSettlement {
  /// The mark with the result, as `virDomainSetMetadata` takes it; nil if there is nothing to
  /// record.
  package let mark: String?
  /// A warning for each patch that libvirt stored incompletely.
  package let warnings: [Diagnostic]

  /// Compares a sent definition with its stored form.
  ///
  /// - Throws: a diagnostic for an `xml` block that is not a valid patch.
  package init(_ declaration: Declaration, sent: XMLElement, defined: XMLElement) throws(Diagnostic)
  {
    let patches = try XMLPatches.patches(of: declaration)
    let changes = PatchedValues(patches, sent: sent, defined: defined)
    let additions = PatchedElements(
      patches, XMLPatches.entries(in: defined), sent: changes.sent, defined: changes.defined)
    warnings = (changes.findings + additions.findings).compactMap { $0.warning(of: declaration) }
    let isSettled = changes.findings.isEmpty && additions.findings.isEmpty
    mark = isSettled ? nil : DomainMetadata.bareMark(in: defined)?.xmlString
  }
}

/// The stored form of one effect of a patch.
private struct PatchFinding {
  let patch: XMLPatch
  /// The property of the block that has the effect.
  let property: String
  /// The paths of missing parts.
  var dropped: [String] = []
  /// The parts with another value.
  var changed: [XMLProjection.Change] = []

  func warning(of declaration: Declaration) -> Diagnostic? {
    guard !dropped.isEmpty || !changed.isEmpty else { return nil }
    return XMLMessages.notKept(
      dropped, changed, at: patch.block.property(property)?.span ?? patch.block.span,
      of: declaration)
  }
}

/// The stored forms of changed values and removed elements.
private struct PatchedValues {
  let findings: [PatchFinding]
  /// The documents without the changes.
  let sent: XMLElement
  let defined: XMLElement

  /// Compares the changes, each in the state in which it was the last one.
  ///
  /// - Parameter stored: the stored definition, whose records get the result.
  init(_ patches: [XMLPatch], sent written: XMLElement, defined stored: XMLElement) {
    let (sent, defined) = (written.copy(), stored.copy())
    let entries = XMLPatches.changeEntries(in: stored)
    let changes = XMLPatches.changes(in: stored)
    var counts: [Int: Int] = [:]
    PatchUndo(of: stored, in: sent) { number in
      counts[number] = Self.count(changes[number], in: sent)
      return changes[number].undo(in: sent)
    }.returnAdditions()
    var findings: [PatchFinding] = []
    PatchUndo(of: stored, in: defined) { number in
      var change = changes[number]
      if change.outcome == .open, let patch = patches.first(where: { $0.makes(change) }) {
        var finding = PatchFinding(patch: patch, property: change.property)
        if case .element = change.part {
          let isBack = Self.count(change, in: defined) > counts[number] ?? 0
          if isBack { finding.dropped.append("the removal of \(Self.name(change))") }
          change.outcome = isBack ? .dropped : .kept(nil)
        } else {
          let isScaled = Self.isSameSize(change, written, stored)
          Self.settle(&change, &finding, Self.element(of: change, defined), isScaled: isScaled)
        }
        change.write(to: entries[number])
        findings.insert(finding, at: 0)
      }
      return change.undo(in: defined)
    }.returnAdditions()
    (self.sent, self.defined, self.findings) = (sent, defined, findings)
  }

  /// Settles a change of a value.
  ///
  /// - Parameters:
  ///   - target: the changed element; nil if libvirt dropped it.
  ///   - isScaled: whether the element has the wanted size in another unit.
  private static func settle(
    _ change: inout PatchChange, _ finding: inout PatchFinding, _ target: XMLElement?,
    isScaled: Bool
  ) {
    var path = name(change)
    var stored = target?.stringValue
    if case .attribute(let name) = change.part {
      path += "/@\(name)"
      stored = target?[name]
    }
    switch (change.after, stored) {
    case (nil, nil): change.outcome = .kept(nil)
    case (nil, .some):
      finding.dropped.append("the removal of \(path)")
      change.outcome = .dropped
    case (let wanted?, let stored?) where stored == wanted || !stored.isEmpty:
      change.outcome = .kept(stored)
      if !isScaled, !XMLProjection.isSame(wanted, stored) {
        finding.changed.append(.init(path: path, wanted: wanted, kept: stored))
      }
    case (.some, _):
      finding.dropped.append(path)
      change.outcome = .dropped
    }
  }

  /// Returns whether libvirt stored the size of the changed element in another unit.
  private static func isSameSize(
    _ change: PatchChange, _ sent: XMLElement, _ defined: XMLElement
  ) -> Bool {
    guard let one = change.element(in: sent), let other = change.element(in: defined) else {
      return false
    }
    return XMLProjection.isSameSize(one, other)
  }

  /// Returns the changed element in the stored definition. libvirt may have respelled a value in its
  /// path.
  private static func element(of change: PatchChange, _ defined: XMLElement) -> XMLElement? {
    if let element = change.element(in: defined) { return element }
    let others = (try? XMLPath(change.place))?.elementsByName(from: defined) ?? []
    return others.count == 1 ? others[0] : nil
  }

  /// Returns the number of elements like a removed one.
  private static func count(_ change: PatchChange, in root: XMLElement) -> Int {
    guard case .element(let parent, _) = change.part,
      let parent = (try? XMLPath(parent))?.elements(from: root).first,
      let element = change.before.flatMap({ try? XMLElement.parse($0) })
    else { return 0 }
    return parent.children.count { $0.includes(element) }
  }

  /// Returns the name of the changed element.
  private static func name(_ change: PatchChange) -> String {
    let path = change.place.split(separator: "[").first ?? ""
    return change.before.flatMap { try? XMLElement.parse($0).name }
      ?? path.split(separator: "/").last.map(String.init) ?? ""
  }
}

extension PatchChange {
  /// The property of a block that makes it.
  fileprivate var property: String {
    switch part {
    case .attribute: after == nil ? "remove" : "set"
    case .text: "text"
    case .element: "remove"
    }
  }
}

extension XMLPatch {
  /// Returns whether the block makes a change.
  fileprivate func makes(_ change: PatchChange) -> Bool {
    guard path == change.path else { return false }
    return switch (change.part, change.after) {
    case (.attribute(let name), let value?):
      operations.attributes.contains(.init(name, value))
    case (.attribute(let name), nil): steps.attribute == name && operations.isRemoval
    case (.text, let value): operations.text == value
    case (.element, _): steps.attribute == nil && operations.isRemoval
    }
  }
}

/// The stored forms of added elements.
private struct PatchedElements {
  private(set) var findings: [PatchFinding] = []
  private var met: Set<ObjectIdentifier> = []

  /// - Parameters:
  ///   - entries: the records of the additions, which get the result.
  ///   - sent: the sent definition without changes, which are no differences of the elements.
  ///   - defined: the stored definition without changes.
  init(
    _ patches: [XMLPatch], _ entries: [XMLElement], sent: XMLElement, defined: XMLElement
  ) {
    var additions = patches.flatMap { patch in patch.operations.additions.map { (patch, $0) } }
    for entry in entries where entry["kept"] == nil {
      let position = additions.firstIndex { patch, addition in
        patch.path == entry["path"] && addition.text == entry[addition.place.rawValue]
      }
      guard let position else { continue }
      let (patch, addition) = additions.remove(at: position)
      let projection = projection(of: addition, patch, sent, defined)
      entry["kept"] = projection?.found.kept.xmlString ?? ""
      entry["merged"] = projection?.isMerged == true ? "yes" : nil
      findings.append(
        PatchFinding(
          patch: patch, property: addition.place.rawValue,
          dropped: projection?.found.dropped ?? [addition.element.name],
          changed: projection?.found.changed ?? []))
    }
  }

  /// Returns the stored form of an element at the first target that has a part of it, and whether
  /// it was merged into an existing element.
  private mutating func projection(
    of addition: XMLOperations.Addition, _ patch: XMLPatch, _ sent: XMLElement,
    _ defined: XMLElement
  ) -> (found: XMLProjection, isMerged: Bool)? {
    let wanted = addition.element
    func parents(_ targets: [XMLElement]) -> [XMLElement] {
      addition.place == .append ? targets : targets.compactMap(\.parent)
    }
    let targets = patch.steps.elements(from: defined)
    for target in parents(patch.steps.elements(from: sent)) {
      // Match only the name if libvirt respelled a value in the path's predicate.
      let places = parents(
        targets.isEmpty ? patch.steps.elementsByName(from: defined) : targets)
      guard
        let place = XMLProjection.counterpart(of: target, among: places) ?? places.first
      else { continue }
      var free = place.children.filter {
        $0.hasName(of: wanted) && !met.contains(ObjectIdentifier($0))
      }
      let others = target.children.filter { $0.hasName(of: wanted) && !$0.includes(wanted) }
      // Elements that match other patches do not match this one.
      for other in others {
        guard let taken = free.first(where: { $0.includes(other) }) else { continue }
        free.removeAll { $0 === taken }
      }
      if let found = XMLProjection.counterpart(of: wanted, among: free) {
        met.insert(ObjectIdentifier(found))
        return (XMLProjection(of: wanted, onto: found), false)
      }
      for other in others {
        guard let whole = place.children.first(where: { $0.includes(other) }) else { continue }
        let projection = XMLProjection(of: wanted, onto: whole)
        if !projection.kept.children.isEmpty { return (projection.beyond(other), true) }
      }
    }
    return nil
  }
}
