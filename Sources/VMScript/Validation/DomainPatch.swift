import VMScriptSyntax

/// An `xml` block of a domain, read and checked as far as the script alone tells.
package struct DomainPatch {
  /// The length of a fragment that a definition still takes, in bytes.
  static let maximumLength = 262_144

  /// The block that says it.
  package let block: DeclaredBlock
  /// The path as it is written.
  package let path: String
  /// The fragment as it is written.
  package let text: String
  /// The way to the elements that get the fragment.
  package let steps: XMLPath
  /// The element that they get.
  package let fragment: XMLElement

  /// Reads a block; nil where its fragment is not known yet.
  ///
  /// - Throws: a diagnostic for what is no path or no element.
  package init?(_ block: DeclaredBlock) throws(Diagnostic) {
    guard let path = block.label, let property = block.property("append"),
      case .string(let text) = property.value
    else { return nil }
    self.block = block
    self.path = path
    self.text = text
    guard let steps = try? XMLPath(path) else { throw PatchMessages.unsupportedPath(path, block) }
    self.steps = steps
    if text.utf8.count > Self.maximumLength { throw PatchMessages.tooLarge(property) }
    do { fragment = try XMLElement.parse(text) } catch {
      throw PatchMessages.badFragment(property, error)
    }
    if let fault = fragment.namespaceFault() { throw PatchMessages.namespace(property, fault) }
    guard steps.depth + fragment.height <= XMLReader.maximumDepth else {
      throw PatchMessages.badFragment(
        property, MalformedXML(.tooDeep, line: 1))
    }
    if fragment.isOwn || path.contains("\(Self.ownPrefix):") || Self.identity(path, fragment) {
      throw PatchMessages.ownElement(block)
    }
    guard steps.startsAt("domain") else { throw PatchMessages.noMatch(path, block) }
  }

  private static let ownPrefix = "vmscript"

  /// Whether it adds a second name, UUID or mark to the domain, of which there is one.
  private static func identity(_ path: String, _ fragment: XMLElement) -> Bool {
    path == "/domain" && ["name", "uuid", "metadata"].contains(fragment.name)
  }
}

extension XMLElement {
  /// The namespace of the marks that a stack puts into definitions.
  package static let markNamespace = "https://vmscript.dev/xmlns/1"

  /// Whether it is part of a mark.
  fileprivate var isOwn: Bool {
    attributes.values.contains(Self.markNamespace) || children.contains { $0.isOwn }
  }
}

extension Validation {
  /// The patches of a domain that are none.
  static func patches(of domain: Declaration) -> [Diagnostic] {
    domain.body.blocks("xml").compactMap { block in
      do throws(Diagnostic) {
        _ = try DomainPatch(block)
        return nil
      } catch { return error }
    }
  }
}
