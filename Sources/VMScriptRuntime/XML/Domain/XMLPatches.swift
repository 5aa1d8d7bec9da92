import VMScript
import VMScriptSyntax

/// The `xml` blocks of a domain, which say what no property covers, against a definition.
///
/// What a patch appended is noted in the domain's mark: so it goes again with its block, and an
/// element that libvirt or somebody else adds later is not patched as well.
struct XMLPatches {
  /// What a block says.
  struct Patch: Hashable {
    let path: String
    let fragment: String
  }

  private let blocks: [DeclaredBlock]
  /// What earlier runs appended.
  private let records: [Patch]
  /// The elements that were there before anything was written.
  private let earlier: Set<ObjectIdentifier>

  init(_ declaration: Declaration, on root: XMLElement) {
    blocks = declaration.body.blocks("xml")
    let mark = DomainMetadata.mark(in: root)
    records = (mark?.all("patch", namespace: DomainMetadata.namespace) ?? []).compactMap { entry in
      guard let path = entry["path"], let fragment = entry["append"] else { return nil }
      return Patch(path: path, fragment: fragment)
    }
    earlier = Set(([root] + root.descendants).map(ObjectIdentifier.init))
  }

  /// Takes out what was appended for blocks that the script no longer has.
  ///
  /// - Returns: the patches that something went of.
  @discardableResult
  func removeGone(from root: XMLElement) -> [Patch] {
    let declared = Set(blocks.compactMap(Self.patch))
    return records.filter { patch in
      guard !declared.contains(patch), let path = try? XMLPath(patch.path),
        let fragment = try? XMLElement.parse(patch.fragment)
      else { return false }
      let found = path.elements(from: root).compactMap { target in
        target.children.first { $0.includes(fragment) }
      }
      found.forEach { $0.detach() }
      return !found.isEmpty
    }
  }

  /// Appends what is missing to every element that a path leads to, and notes it in the mark.
  ///
  /// - Returns: the patches that something was missing of.
  /// - Throws: a diagnostic for a path or fragment that is none, and for a path that leads nowhere.
  @discardableResult
  func apply(to root: XMLElement) throws(Diagnostic) -> [Patch] {
    var met: Set<ObjectIdentifier> = []
    var appended: [Patch] = []
    for block in blocks {
      guard let patch = Self.patch(block), let property = block.property("append") else { continue }
      let fragment = try Self.fragment(patch.fragment, property)
      let targets = try Self.path(patch.path, block).elements(from: root)
      guard !targets.isEmpty else { throw XMLMessages.noMatch(patch.path, block) }
      var missing: [XMLElement] = []
      for target in targets {
        let present = target.children.first {
          $0.includes(fragment) && !met.contains(ObjectIdentifier($0))
        }
        if let present { met.insert(ObjectIdentifier(present)) } else { missing.append(target) }
      }
      if records.contains(patch), missing.count < targets.count {
        // It is in place; what came since without the script's doing is left alone.
        missing.removeAll { earlier.contains(ObjectIdentifier($0)) }
      }
      for target in missing {
        let element = fragment.copy()
        target.append(.element(element))
        met.insert(ObjectIdentifier(element))
      }
      if !missing.isEmpty { appended.append(patch) }
      if !missing.isEmpty || records.contains(patch) { note(patch, in: root) }
    }
    return appended
  }

  private func note(_ patch: Patch, in root: XMLElement) {
    DomainMetadata.mark(in: root)?.add(
      DomainMetadata.name("patch"), ["path": patch.path, "append": patch.fragment])
  }

  /// The changes of patches that a definition, which is left as it is, does not have yet.
  static func differences(
    _ declaration: Declaration, definition: XMLElement
  ) throws(Diagnostic) -> [PropertyDifference] {
    let root = definition.copy()
    let patches = XMLPatches(declaration, on: root)
    let gone = patches.removeGone(from: root).map { patch in
      difference(patch.path, from: .string(patch.fragment), to: nil)
    }
    return try gone
      + patches.apply(to: root).map { difference($0.path, from: nil, to: .string($0.fragment)) }
  }

  private static func difference(_ path: String, from: Value?, to: Value?) -> PropertyDifference {
    PropertyDifference(
      block: "xml \(path)", name: "append", from: from, to: to, impact: .nextStart)
  }

  private static func patch(_ block: DeclaredBlock) -> Patch? {
    guard case .string(let fragment) = block["append"], let path = block.label else { return nil }
    return Patch(path: path, fragment: fragment)
  }

  private static func path(_ text: String, _ block: DeclaredBlock) throws(Diagnostic) -> XMLPath {
    do { return try XMLPath(text) } catch { throw XMLMessages.unsupportedPath(text, block) }
  }

  private static func fragment(
    _ text: String, _ property: DeclaredProperty
  ) throws(Diagnostic) -> XMLElement {
    do { return try .parse(text) } catch { throw XMLMessages.badFragment(property, error) }
  }
}

extension XMLElement {
  /// Whether everything that `other` says stands here as well; libvirt adds addresses and aliases,
  /// and writes the declarations of namespaces elsewhere.
  func includes(_ other: XMLElement) -> Bool {
    guard localName == other.localName, namespaceURI == other.namespaceURI else { return false }
    let attributes = other.attributes.filter { $0.key != "xmlns" && !$0.key.hasPrefix("xmlns:") }
    guard attributes.allSatisfy({ self[$0.key] == $0.value }) else { return false }
    if other.children.isEmpty { return other.nodes.isEmpty || stringValue == other.stringValue }
    return other.children.allSatisfy { part in children.contains { $0.includes(part) } }
  }
}
