import OrderedCollections
import VMScript

/// An `xml` block that is not part of a script yet.
package struct PatchDraft {
  /// The label of the block.
  package let path: String
  /// The edits of the block.
  package let operations: XMLOperations

  package init(path: String, _ operations: XMLOperations) {
    self.path = path
    self.operations = operations
  }

  /// Makes the edits in a document, without a record.
  ///
  /// - Throws: for a path that is malformed.
  package func apply(to root: XMLElement) throws(XMLPath.Malformed) {
    let path = try XMLPath(path)
    for target in path.elements(from: root) {
      for attribute in operations.attributes { target[attribute.name] = attribute.value }
      if let text = operations.text { target.stringValue = text }
      for place in XMLOperations.Place.allCases {
        let elements = operations.additions.filter { $0.place == place }.map { $0.element.copy() }
        target.add(elements, place)
      }
      guard operations.isRemoval else { continue }
      if let attribute = path.attribute { target[attribute] = nil } else { target.detach() }
    }
  }
}

/// The patches that turn one document into another of the same meaning: with the same elements,
/// attributes and texts, and the same order of the elements of one name below one parent.
///
/// The order of attributes and of elements of different names, white space between tags and
/// comments have no meaning. Name, UUID and mark of the resource belong to the run, and are not
/// compared.
package struct XMLPatchDiff {
  /// The first document with the edits so far, so that each path leads from the state that the
  /// earlier patches leave.
  private let root: XMLElement
  private var drafts: [PatchDraft] = []

  /// Returns the patches, in the order in which a script must list them.
  package static func patches(from: XMLElement, to: XMLElement) -> [PatchDraft] {
    var diff = XMLPatchDiff(root: from.copy())
    diff.turn(diff.root, into: to)
    return diff.drafts
  }

  private init(root: XMLElement) { self.root = root }

  // MARK: Edits

  private mutating func turn(_ element: XMLElement, into wanted: XMLElement) {
    guard !element.isEquivalent(to: wanted) else { return }
    for (name, _) in element.ownAttributes where wanted[name] == nil {
      var removal = XMLOperations()
      removal.isRemoval = true
      drafts.append(PatchDraft(path: "\(element.path)/@\(name)", removal))
      element[name] = nil
    }
    var last = XMLOperations()
    for (name, value) in wanted.ownAttributes where element[name] != value {
      last.attributes.append(.init(name, value))
    }
    if !element.children.isEmpty || !wanted.children.isEmpty {
      // A text must go before the first child comes.
      if element.children.isEmpty, !element.plainText.isEmpty { setText("", of: element) }
      let additions = turnChildren(of: element, into: wanted)
      last.additions = additions.map { XMLOperations.Addition(.append, $0, text: $0.xmlString) }
    }
    if wanted.children.isEmpty, element.plainText != wanted.plainText {
      last.text = wanted.plainText
    }
    guard !last.isEmpty else { return }
    drafts.append(PatchDraft(path: element.path, last))
    for attribute in last.attributes { element[attribute.name] = attribute.value }
    if let text = last.text { element.stringValue = text }
    element.add(last.additions.map { $0.element.copy() }, .append)
  }

  private mutating func setText(_ text: String, of element: XMLElement) {
    var operations = XMLOperations()
    operations.text = text
    drafts.append(PatchDraft(path: element.path, operations))
    element.stringValue = text
  }

  /// Removes, changes and inserts children.
  ///
  /// - Returns: the elements to append.
  private mutating func turnChildren(
    of element: XMLElement, into wanted: XMLElement
  ) -> [XMLElement] {
    var appended: [XMLElement] = []
    for alignment in ElementAlignment.groups(element, wanted) {
      for gone in alignment.removed {
        var removal = XMLOperations()
        removal.isRemoval = true
        drafts.append(PatchDraft(path: gone.path, removal))
        gone.detach()
      }
      var following: [XMLElement] = []
      for pair in alignment.pairs { turn(pair.element, into: pair.wanted) }
      for entry in alignment.entries {
        switch entry {
        case .inserted(let new): following.append(new.standingAlone)
        case .kept(let sibling):
          guard !following.isEmpty else { continue }
          var insertion = XMLOperations()
          insertion.additions = following.map { .init(.before, $0, text: $0.xmlString) }
          drafts.append(PatchDraft(path: sibling.path, insertion))
          sibling.add(following.map { $0.copy() }, .before)
          following = []
        }
      }
      appended += following
    }
    return appended
  }
}

/// The alignment of the elements of one name below two parents, at the lowest cost of edits.
private struct ElementAlignment {
  /// An element of the result, in order.
  enum Entry {
    case kept(XMLElement)
    case inserted(XMLElement)
  }

  private(set) var removed: [XMLElement] = []
  private(set) var pairs: [(element: XMLElement, wanted: XMLElement)] = []
  private(set) var entries: [Entry] = []
  private(set) var cost = 0

  /// Returns the alignments of the names of which the elements differ.
  static func groups(_ one: XMLElement, _ other: XMLElement) -> [ElementAlignment] {
    var groups: OrderedDictionary<[String?], (old: [XMLElement], new: [XMLElement])> = [:]
    for child in one.children where !child.isOfRun {
      groups[child.key, default: ([], [])].old.append(child)
    }
    for child in other.children where !child.isOfRun {
      groups[child.key, default: ([], [])].new.append(child)
    }
    return groups.values.map { ElementAlignment($0.old, $0.new) }
  }

  private init(_ old: [XMLElement], _ new: [XMLElement]) {
    // Equal elements at both ends need no search.
    let prefix = zip(old, new).prefix { $0.isEquivalent(to: $1) }.count
    let rest = min(old.count, new.count) - prefix
    let suffix = zip(old.reversed(), new.reversed()).prefix(rest)
      .prefix { $0.isEquivalent(to: $1) }.count
    entries = old.prefix(prefix).map(Entry.kept)
    align(
      Array(old[prefix..<(old.count - suffix)]), Array(new[prefix..<(new.count - suffix)]))
    entries += old.suffix(suffix).map(Entry.kept)
  }

  /// Aligns lists by the edit distance of Levenshtein, with the costs of patches.
  private mutating func align(_ old: [XMLElement], _ new: [XMLElement]) {
    let removals = old.count * Self.removal
    guard !new.isEmpty, !old.isEmpty else {
      removed = old
      entries += new.map(Entry.inserted)
      cost = removals + new.map(Self.insertion).reduce(0, +)
      return
    }
    // The cost of turning the elements from each position on.
    var costs = Array(
      repeating: Array(repeating: 0, count: new.count + 1), count: old.count + 1)
    var changes = Array(repeating: Array(repeating: 0, count: new.count), count: old.count)
    for i in stride(from: old.count, through: 0, by: -1) {
      for j in stride(from: new.count, through: 0, by: -1) {
        var options: [Int] = []
        if i < old.count { options.append(costs[i + 1][j] + Self.removal) }
        if j < new.count { options.append(costs[i][j + 1] + Self.insertion(new[j])) }
        if i < old.count, j < new.count {
          changes[i][j] = Self.change(old[i], new[j])
          options.append(costs[i + 1][j + 1] + changes[i][j])
        }
        costs[i][j] = options.min() ?? 0
      }
    }
    cost = costs[0][0]
    var (i, j) = (0, 0)
    while i < old.count || j < new.count {
      if i < old.count, j < new.count, costs[i][j] == costs[i + 1][j + 1] + changes[i][j] {
        pairs.append((old[i], new[j]))
        entries.append(.kept(old[i]))
        (i, j) = (i + 1, j + 1)
      } else if i < old.count, costs[i][j] == costs[i + 1][j] + Self.removal {
        removed.append(old[i])
        i += 1
      } else {
        entries.append(.inserted(new[j]))
        j += 1
      }
    }
  }

  // MARK: Costs, about the characters of the blocks

  /// The cost of a block without edits.
  private static let block = 60
  private static let removal = block
  /// The cost of a change that no patch can make.
  private static let impossible = 1 << 40

  private static func insertion(_ element: XMLElement) -> Int { 20 + element.size }

  /// Returns the cost of turning one element into another one.
  private static func change(_ old: XMLElement, _ new: XMLElement) -> Int {
    guard !old.isEquivalent(to: new) else { return 0 }
    let set = new.ownAttributes.filter { old[$0.key] != $0.value }
    guard !old.isMixed, !new.isMixed, !set.contains(where: { $0.key.contains(":") }) else {
      return impossible
    }
    var cost = old.ownAttributes.count { new[$0.key] == nil } * block
    var own = set.reduce(0) { $0 + 8 + $1.key.utf8.count + $1.value.utf8.count }
    if new.children.isEmpty, old.plainText != new.plainText { own += 8 + new.plainText.utf8.count }
    if own > 0 { cost += block + own }
    // An element of another identity is another one.
    if !old.hasIdentity(of: new) { cost += 3 * block }
    if !old.children.isEmpty || !new.children.isEmpty {
      cost += ElementAlignment.groups(old, new).reduce(0) { min(impossible, $0 + $1.cost) }
    }
    return min(impossible, cost)
  }
}

extension XMLElement {
  /// The approximate length of its XML.
  fileprivate var size: Int {
    let own = attributes.reduce(2 * name.utf8.count + 5) { size, attribute in
      size + attribute.key.utf8.count + attribute.value.utf8.count + 4
    }
    return own + (children.isEmpty ? plainText.utf8.count : children.map(\.size).reduce(0, +))
  }

  /// A copy that declares the namespaces which are declared around the element.
  fileprivate var standingAlone: XMLElement {
    let copy = copy()
    let names = ([copy] + copy.descendants).flatMap { element in
      [element.name] + element.ownAttributes.map(\.key).filter { $0.contains(":") }
    }
    let prefixes = names.map { name in name.contains(":") ? String(name.prefix { $0 != ":" }) : "" }
    for prefix in OrderedSet(prefixes) where prefix != "xml" {
      let declaration = prefix.isEmpty ? "xmlns" : "xmlns:\(prefix)"
      guard copy[declaration] == nil else { continue }
      let scope = sequence(first: self) { $0.parent }
      if let uri = scope.lazy.compactMap({ $0[declaration] }).first { copy[declaration] = uri }
    }
    return copy
  }
}
