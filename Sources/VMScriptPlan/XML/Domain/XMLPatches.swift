import OrderedCollections
import VMScript
import VMScriptSyntax

/// The `xml` blocks of a resource, for settings without a property, compared with a definition.
///
/// The mark of the resource records every effect of a block: the elements that it added, and the
/// values and elements that it changed or removed. So a removed block is undone, and an element
/// added later by others is not patched too. The mark also records how libvirt stored an effect,
/// because libvirt respells values and drops unknown parts.
///
/// Rows and devices are written and compared on the definition without the changes of patches, and
/// patches are applied last. So a patch may change what a property has set.
struct XMLPatches {
  /// An element that a patch adds.
  struct Addition: Hashable {
    let path: String
    let place: XMLOperations.Place
    let text: String
  }

  private let patches: [XMLPatch]
  /// The time at which a change takes effect.
  private let impact: Impact
  /// The elements that earlier runs added.
  private let records: [Record]
  /// The changes that earlier runs made, in order.
  private let changes: [PatchChange]
  /// The undone effects of earlier runs.
  private var undo = PatchUndo()
  /// The added elements that were removed with their blocks.
  private var gone: [Addition] = []
  /// The elements that existed before anything was written.
  private let earlier: Set<ObjectIdentifier>

  /// - Throws: a diagnostic for an `xml` block that is not a valid patch.
  init(_ declaration: Declaration, on root: XMLElement) throws(Diagnostic) {
    patches = try Self.patches(of: declaration)
    impact = declaration.kind == .net ? .restart : .nextStart
    (records, changes) = (Self.records(in: root), Self.changes(in: root))
    earlier = Set(([root] + root.descendants).map(ObjectIdentifier.init))
  }

  static func patches(of declaration: Declaration) throws(Diagnostic) -> [XMLPatch] {
    var patches: [XMLPatch] = []
    for block in declaration.body.blocks("xml") {
      if let patch = try XMLPatch(block, of: declaration.kind) { patches.append(patch) }
    }
    return patches
  }
}

/// Undoing what the script no longer has.
extension XMLPatches {
  /// Undoes the changes of earlier runs, and removes the added elements of blocks that the script no
  /// longer has. Changes of blocks that it still has are made again after the rows.
  mutating func undo(in root: XMLElement) {
    undo = PatchUndo(of: root, in: root) { changes[$0].undo(in: root) }
    var declared = patches.flatMap { patch in
      patch.operations.additions.map {
        Addition(path: patch.path, place: $0.place, text: $0.text)
      }
    }
    for (number, record) in records.enumerated() {
      if let position = declared.firstIndex(of: record.addition) {
        declared.remove(at: position)
        continue
      }
      var isGone = !(undo.additions.removeValue(forKey: number) ?? []).isEmpty
      if record.isMerged, let element = record.element {
        for target in record.targets(in: root) {
          guard let whole = target.children.first(where: { $0.includes(element) }) else { continue }
          whole.removeParts(of: element)
          isGone = true
        }
      }
      if isGone { gone.append(record.addition) }
    }
    undo.returnAdditions()
  }

  /// Undoes the changes that a definition records in a document, such as its machine's.
  ///
  /// - Returns: the document.
  static func undoingChanges(of definition: XMLElement, in root: XMLElement) -> XMLElement {
    let changes = changes(in: definition)
    guard !changes.isEmpty else { return root }
    PatchUndo(of: definition, in: root) { changes[$0].undo(in: root) }.returnAdditions()
    return root
  }
}

extension XMLPatches.Application {
  /// Adds an element to an element at the path of a patch, or beside it.
  fileprivate mutating func insert(
    _ element: XMLElement, _ place: XMLOperations.Place, _ target: XMLElement
  ) {
    met.insert(ObjectIdentifier(element))
    guard place == .after else { return target.add([element], place) }
    let key = ObjectIdentifier(target)
    (anchors[key] ?? target).add([element], place)
    anchors[key] = element
  }
}

/// Applying.
extension XMLPatches {
  /// The effects that a definition does not have yet.
  fileprivate struct Effects {
    var additions: [Addition] = []
    /// The new changes.
    var changes: [PatchChange] = []
    /// The undone changes of earlier runs that no block makes again.
    var restored: [PatchChange] = []
  }

  /// The state of an application.
  fileprivate struct Application {
    let root: XMLElement
    /// Elements that are present or new for a patch.
    var met: Set<ObjectIdentifier> = []
    /// The positions of the records of which no block made the addition yet.
    var records: [Int]
    /// The positions of the earlier changes that no block made yet.
    var changes: [Int]
    var effects = Effects()
    /// By element at the path of a patch, the last element that the patch added after it.
    var anchors: [ObjectIdentifier: XMLElement] = [:]
  }

  /// Makes the edits of every block that are missing, and records them in the mark.
  ///
  /// - Parameter isNew: whether the resource does not exist yet.
  /// - Returns: the effects that the definition did not have, and those that it lost.
  /// - Throws: a diagnostic for a path without a match.
  func apply(to root: XMLElement, isNew: Bool) throws(Diagnostic) -> [PropertyDifference] {
    var application = Application(
      root: root, records: Array(records.indices), changes: Array(changes.indices))
    for (element, _) in undo.additions.values.joined() { element.detach() }
    for patch in patches {
      application.anchors = [:]
      let targets = patch.steps.elements(from: root)
      for target in targets { try patch.checkOwnership(of: target) }
      try change(targets, of: patch, &application, isNew: isNew)
      for addition in patch.operations.additions {
        try add(addition, to: targets, of: patch, &application)
      }
      if patch.operations.isRemoval { remove(targets, of: patch, &application) }
    }
    application.effects.restored = application.changes.filter(undo.changes.contains).map {
      changes[$0]
    }
    return gone.map { $0.difference(isGone: true, impact) }
      + application.effects.differences(impact)
  }

  /// Sets attributes and texts.
  private func change(
    _ targets: [XMLElement], of patch: XMLPatch, _ application: inout Application, isNew: Bool
  ) throws(Diagnostic) {
    let operations = patch.operations
    if targets.isEmpty {
      // Where a removal has its result already, it needs no match.
      let isDone = operations.isRemoval && operations.additions.isEmpty && !isNew
      let kept = application.changes.filter { changes[$0].path == patch.path }
      // libvirt dropped it with its target, or removed it before it was compared.
      if !kept.isEmpty, kept.allSatisfy({ !changes[$0].isKept }) {
        for position in kept { note(changes[position], in: application.root) }
        application.changes.removeAll(where: kept.contains)
      } else if operations.additions.isEmpty, !isDone {
        throw PatchMessages.noMatch(patch.path, patch.block)
      }
      return
    }
    // A place leads from the changed document, because a change may be one of the identity.
    for target in targets {
      for attribute in operations.attributes {
        let (name, before) = (attribute.name, target[attribute.name])
        target[name] = attribute.value
        let change = PatchChange(
          path: patch.path, place: target.path, part: .attribute(name), before: before,
          after: attribute.value)
        target[name] = record(change, &application).map(\.stored) ?? before
      }
      guard let text = operations.text else { continue }
      guard target.children.isEmpty else {
        throw PatchMessages.textOfParent(patch.path, patch.block)
      }
      let before = target.stringValue
      target.stringValue = text
      let change = PatchChange(
        path: patch.path, place: target.path, part: .text, before: before, after: text)
      let made = record(change, &application)
      target.stringValue = made.map { $0.stored ?? "" } ?? before
    }
  }

  /// Removes elements or attributes.
  private func remove(
    _ targets: [XMLElement], of patch: XMLPatch, _ application: inout Application
  ) {
    // The last element goes first, so that the positions of the others stay.
    for target in targets.reversed() {
      if let name = patch.steps.attribute {
        let before = target[name]
        target[name] = nil
        let change = PatchChange(
          path: patch.path, place: target.path, part: .attribute(name), before: before, after: nil)
        if record(change, &application) == nil { target[name] = before }
      } else if let parent = target.parent {
        let (place, xml) = (target.path, target.xmlString)
        let position = parent.all(target.name).firstIndex { $0 === target } ?? 0
        target.detach()
        let change = PatchChange(
          path: patch.path, place: place, part: .element(parent: parent.path, position: position),
          before: xml, after: nil)
        if record(change, &application) == nil { parent.restore(target, at: position) }
      }
    }
  }

  /// Records a change.
  ///
  /// - Returns: the change with the form in which libvirt stored it; nil if the document needs no
  ///   change, or if libvirt does not store it.
  private func record(
    _ change: PatchChange, _ application: inout Application
  ) -> PatchChange? {
    var change = change
    let position = application.changes.first { changes[$0].isSame(as: change) }
    application.changes.removeAll { $0 == position }
    guard change.before != change.after else { return nil }
    let isPresent = position.map(undo.changes.contains) ?? false
    if let position, isPresent || changes[position].outcome == .dropped {
      change.outcome = changes[position].outcome
    }
    note(change, in: application.root)
    guard change.outcome != .dropped else { return nil }
    if !isPresent { application.effects.changes.append(change) }
    return change
  }

  private func note(_ change: PatchChange, in root: XMLElement) {
    Self.newEntry(PatchChange.entryName, in: root).map(change.write)
  }

  /// Adds an element to every element that a path matches, or beside it, unless it is present.
  private func add(
    _ addition: XMLOperations.Addition, to targets: [XMLElement], of patch: XMLPatch,
    _ application: inout Application
  ) throws(Diagnostic) {
    let key = Addition(path: patch.path, place: addition.place, text: addition.text)
    let position = application.records.first { records[$0].addition == key }
    application.records.removeAll { $0 == position }
    let record = position.map { records[$0] }
    var targets = targets
    // libvirt may have respelled a value in the path's predicate.
    if targets.isEmpty, record != nil {
      targets = patch.steps.elementsByName(from: application.root)
    }
    switch record?.outcome {
    case .dropped?: return note(key, record, in: application.root)
    // It was removed with its target.
    case .open? where targets.isEmpty: return note(key, record, in: application.root)
    case .open?, .kept?, nil:
      guard !targets.isEmpty else { throw PatchMessages.noMatch(patch.path, patch.block) }
    }
    let wanted = record?.element ?? addition.element
    var own = position.flatMap { undo.additions[$0] } ?? []
    var missing: [XMLElement] = []
    for target in targets {
      let parent = addition.place == .append ? target : target.parent ?? target
      if let index = own.firstIndex(where: { $0.parent === parent }) {
        application.insert(own.remove(at: index).element, addition.place, target)
        continue
      }
      let free = parent.children.filter {
        $0 !== target
          && (record?.isMerged == true || !application.met.contains(ObjectIdentifier($0)))
      }
      if let present = free.first(where: { $0.includes(wanted) }) {
        if record?.isMerged != true { application.met.insert(ObjectIdentifier(present)) }
      } else {
        missing.append(target)
      }
    }
    // A row wrote the parent anew.
    for element in own.map(\.element) where !missing.isEmpty {
      application.insert(element, addition.place, missing.removeFirst())
    }
    if record != nil, missing.count < targets.count {
      // It is present. Parts added since by others are left alone.
      missing.removeAll { earlier.contains(ObjectIdentifier($0)) }
    }
    for target in missing {
      application.insert(addition.element.copy(), addition.place, target)
    }
    if missing.isEmpty {
      if record != nil { note(key, record, in: application.root) }
    } else {
      application.effects.additions.append(key)
      note(key, nil, in: application.root)
    }
  }

  private func note(_ addition: Addition, _ record: Record?, in root: XMLElement) {
    let entry = Self.newEntry("patch", in: root)
    entry?["path"] = addition.path
    entry?[addition.place.rawValue] = addition.text
    switch record?.outcome {
    case .kept(let element):
      entry?["kept"] = element.xmlString
      if record?.isMerged == true { entry?["merged"] = "yes" }
    case .dropped: entry?["kept"] = ""
    case .open, nil: break
    }
  }
}

extension XMLPatches {
  /// Returns the patches of a new resource that match nothing in a definition, as far as the script
  /// shows.
  ///
  /// - Throws: a diagnostic for an `xml` block that is not a valid patch, or that changes what the
  ///   run sets itself.
  static func unmatched(
    _ declaration: Declaration, in root: XMLElement
  ) throws(Diagnostic) -> [Diagnostic] {
    var diagnostics: [Diagnostic] = []
    for patch in try patches(of: declaration) {
      for target in patch.steps.elements(from: root) { try patch.checkOwnership(of: target) }
      let targets = patch.steps.elementsByName(from: root)
      for target in targets {
        for addition in patch.operations.additions {
          target.add([addition.element.copy()], addition.place)
        }
      }
      if targets.isEmpty { diagnostics.append(PatchMessages.noMatch(patch.path, patch.block)) }
    }
    return diagnostics
  }
}

extension XMLPatches.Addition {
  fileprivate func difference(isGone: Bool, _ impact: Impact) -> PropertyDifference {
    let text = Value.string(text)
    return PropertyDifference(
      block: "xml \(path)", name: place.rawValue, from: isGone ? text : nil,
      to: isGone ? nil : text, impact: impact)
  }
}

extension XMLPatches.Effects {
  /// The differences, for a value from the present one to the wanted one. So the value of a changed
  /// block has one difference, not one of its earlier form and one of its new form.
  fileprivate func differences(_ impact: Impact) -> [PropertyDifference] {
    var values: OrderedDictionary<[String], (from: String?, to: String?)> = [:]
    let all =
      restored.reversed().map { ($0, $0.stored, $0.before) }
      + changes.map { ($0, $0.before, $0.after) }
    for (change, from, to) in all {
      let key = [change.place, change.name]
      values[key] = (values[key].map(\.from) ?? from, to)
    }
    let ofValues = values.filter { $0.value.from != $0.value.to }.map { key, value in
      PropertyDifference(
        block: "xml \(key[0])", name: key[1], from: value.from.map(Value.string),
        to: value.to.map(Value.string), impact: impact)
    }
    return additions.map { $0.difference(isGone: false, impact) } + ofValues
  }
}
