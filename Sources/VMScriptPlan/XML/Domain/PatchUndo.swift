import VMScript

extension XMLPatches {
  /// An element that a patch of an earlier run added.
  struct Record {
    let path: String
    let place: XMLOperations.Place
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
}

/// The records in the mark.
extension XMLPatches {
  static func records(in root: XMLElement) -> [Record] {
    entries(in: root).compactMap(Record.init)
  }

  static func entries(in root: XMLElement) -> [XMLElement] { entries("patch", in: root) }

  static func changes(in root: XMLElement) -> [PatchChange] {
    changeEntries(in: root).compactMap(PatchChange.init)
  }

  static func changeEntries(in root: XMLElement) -> [XMLElement] {
    entries(PatchChange.entryName, in: root)
  }

  /// All records, in the order in which the patches were applied.
  static func allEntries(in root: XMLElement) -> [XMLElement] {
    (DomainMetadata.mark(in: root)?.children ?? []).filter {
      $0.namespaceURI == DomainMetadata.namespace
        && (PatchChange(entry: $0) != nil && $0.localName == PatchChange.entryName
          || Record(entry: $0) != nil && $0.localName == "patch")
    }
  }

  private static func entries(_ name: String, in root: XMLElement) -> [XMLElement] {
    DomainMetadata.mark(in: root)?.all(name, namespace: DomainMetadata.namespace) ?? []
  }

  static func newEntry(_ name: String, in root: XMLElement) -> XMLElement? {
    DomainMetadata.mark(in: root)?.add(DomainMetadata.name(name))
  }
}

extension XMLPatches.Record {
  init?(entry: XMLElement) {
    guard let path = entry["path"],
      let place = XMLOperations.Place.allCases.first(where: { entry[$0.rawValue] != nil }),
      let text = entry[place.rawValue]
    else { return nil }
    self.path = path
    self.place = place
    self.text = text
    outcome =
      switch entry["kept"] {
      case nil: .open
      case ""?: .dropped
      case let kept?: (try? XMLElement.parse(kept)).map(Outcome.kept) ?? .open
      }
    isMerged = entry["merged"] == "yes"
  }

  var addition: XMLPatches.Addition { .init(path: path, place: place, text: text) }

  /// Returns the elements at its path. libvirt may have respelled a value in a predicate.
  func targets(in root: XMLElement) -> [XMLElement] {
    guard let path = try? XMLPath(path) else { return [] }
    let targets = path.elements(from: root)
    return targets.isEmpty ? path.elementsByName(from: root) : targets
  }
}

/// The effects of patches that a mark records, undone from the last to the first. So each path leads
/// from the state in which its patch was applied.
struct PatchUndo {
  /// The positions of the changes that were undone.
  var changes: Set<Int> = []
  /// By the position of the record, the added elements, each with its parent.
  var additions: [Int: [(element: XMLElement, parent: XMLElement)]] = [:]

  init() {}

  /// Undoes the effects that a definition records in a document, such as its machine's.
  ///
  /// - Parameter change: undoes a change, by its position among the changes; returns whether it did.
  init(of definition: XMLElement, in root: XMLElement, change: (Int) -> Bool) {
    let records = XMLPatches.records(in: definition)
    var (record, number) = (records.count, XMLPatches.changes(in: definition).count)
    for entry in XMLPatches.allEntries(in: definition).reversed() {
      if entry.localName == PatchChange.entryName {
        number -= 1
        if change(number) { changes.insert(number) }
      } else {
        record -= 1
        additions[record] = Self.take(records[record], from: root)
      }
    }
  }

  /// Takes the elements that a patch added out of a document.
  private static func take(
    _ record: XMLPatches.Record, from root: XMLElement
  ) -> [(element: XMLElement, parent: XMLElement)] {
    guard !record.isMerged, let element = record.element else { return [] }
    let targets = record.targets(in: root)
    return targets.compactMap { target in
      guard let parent = record.place == .append ? target : target.parent else { return nil }
      // The element itself may match the path too, and the one beside it may contain its parts.
      let isTarget = { (child: XMLElement) in targets.contains { $0 === child } }
      let others = parent.children.filter { !isTarget($0) }
      var found =
        others.last { $0.includes(element) }
        ?? parent.children.last { isTarget($0) && $0.includes(element) }
      if found == nil, case .open = record.outcome {
        // The run that added it ended before it read the stored form.
        found = XMLProjection.counterpart(of: element, among: others)
      }
      found?.detach()
      return found.map { ($0, parent) }
    }
  }

  /// Returns the added elements to their parents.
  func returnAdditions() {
    for (_, elements) in additions.sorted(by: { $0.key < $1.key }) {
      for (element, parent) in elements { parent.append(.element(element)) }
    }
  }
}
