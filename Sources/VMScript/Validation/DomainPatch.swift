import VMScriptSyntax

/// An `xml` block of a domain, parsed and checked as far as the script alone allows.
package struct DomainPatch {
  /// The longest fragment that a definition accepts, in bytes.
  static let maximumLength = 262_144

  /// The block.
  package let block: DeclaredBlock
  /// The path as written.
  package let path: String
  /// The fragment as written.
  package let text: String
  /// The path to the elements that receive the fragment.
  package let steps: XMLPath
  /// The element to append.
  package let fragment: XMLElement

  /// Parses a block; nil if its fragment is not known yet.
  ///
  /// - Throws: a diagnostic for an invalid path or element.
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

  /// Returns whether it adds a second name, UUID or mark to the domain, which can have only one.
  private static func identity(_ path: String, _ fragment: XMLElement) -> Bool {
    path == "/domain" && ["name", "uuid", "metadata"].contains(fragment.name)
  }
}

extension XMLElement {
  /// The namespace of the marks that a stack puts into definitions.
  package static let markNamespace = "https://vmscript.dev/xmlns/1"

  /// Whether it is a part of a mark.
  fileprivate var isOwn: Bool {
    attributes.values.contains(Self.markNamespace) || children.contains { $0.isOwn }
  }
}

extension Validation {
  /// Returns the errors of a domain's invalid patches.
  static func patches(of domain: Declaration) -> [Diagnostic] {
    domain.body.blocks("xml").compactMap { block in
      do throws(Diagnostic) {
        _ = try DomainPatch(block)
        return nil
      } catch { return error }
    }
  }
}

/// The wording of errors in `xml` blocks: VM0272 to VM0274 and VM0290 to VM0292.
package enum PatchMessages {
  static func badFragment(_ property: DeclaredProperty, _ error: MalformedXML) -> Diagnostic {
    Diagnostic(
      code: .patch.malformedPatch, "`append` is not one well-formed XML element",
      at: .init(property.span),
      notes: [error.description],
      helps: [.init("write one element, such as '<hostdev mode=\"subsystem\"/>'")])
  }

  /// Reports a path that matches no element.
  package static func noMatch(_ path: String, _ block: DeclaredBlock) -> Diagnostic {
    Diagnostic(
      code: .patch.patchFindsNothing, "the path `\(path)` matches no element",
      at: .init(block.span),
      helps: [.init("compare the path with the document: `vmscript xml`")])
  }

  static func unsupportedPath(_ path: String, _ block: DeclaredBlock) -> Diagnostic {
    Diagnostic(
      code: .patch.pathNotUnderstood, "`\(path)` is not a supported path of an `xml` block",
      at: .init(block.span),
      notes: [
        "steps are `/name` or `/*`, each with any of `[1]`, `[@attribute='value']`, `[child='text']`"
      ],
      helps: [.init("write a path from the root, such as `/domain/devices/disk[@device='cdrom']`")])
  }

  static func namespace(_ property: DeclaredProperty, _ fault: XMLNamespaceFault) -> Diagnostic {
    let (message, help) = texts(of: fault)
    return Diagnostic(
      code: .patch.undeclaredNamespace, message,
      at: .init(property.span, "libvirt would drop it silently"),
      helps: [.init(help)])
  }

  private static func texts(of fault: XMLNamespaceFault) -> (message: String, help: String) {
    switch fault {
    case .undeclared(let prefix, let name):
      let uri = known[prefix] ?? "…"
      return (
        "the prefix of `\(name)` is not declared",
        "declare it in the element: `xmlns:\(prefix)=\"\(uri)\"`"
      )
    case .malformed(let name):
      return ("`\(name)` is not a name with a prefix", "write one prefix, one `:` and one name")
    case .declaration(let name):
      return (
        "`\(name)` cannot be declared like this", "declare a non-empty namespace for another prefix"
      )
    case .attributeTwice(let name):
      return ("`\(name)` occurs twice in one tag", "remove one of the two attributes")
    }
  }

  /// The namespaces that libvirt's drivers read.
  private static let known = [
    "qemu": "http://libvirt.org/schemas/domain/qemu/1.0",
    "lxc": "http://libvirt.org/schemas/domain/lxc/1.0",
  ]

  static func tooLarge(_ property: DeclaredProperty) -> Diagnostic {
    Diagnostic(
      code: .patch.patchTooLarge, "`append` is longer than \(DomainPatch.maximumLength / 1024)KiB",
      at: .init(property.span, "too long for a definition"),
      helps: [.init("append only what the machine needs, and put the rest into a file")])
  }

  static func ownElement(_ block: DeclaredBlock) -> Diagnostic {
    Diagnostic(
      code: .patch.patchOfMark,
      "an `xml` block cannot change name, UUID, metadata or the stack's mark",
      at: .init(block.span, "the run sets these itself"),
      helps: [.init("set the properties `uuid` and `labels`, or change the domain's name")])
  }
}

/// The codes of `xml` blocks.
struct PatchCodes: DiagnosticTable {
  let malformedPatch = DiagnosticCode.ofScript(
    272, "malformed patch",
    "The fragment that an `xml` block appends must be one well-formed element.")
  let patchFindsNothing = DiagnosticCode.ofScript(
    273, "patch without a match",
    "The path of an `xml` block must match at least one element of the definition.")
  let pathNotUnderstood = DiagnosticCode.ofScript(
    274, "unsupported path",
    """
    An `xml` block selects elements by steps from the root, as in XPath: `/name` or `/*`, each with \
    any of a position `[1]`, an attribute `[@device='cdrom']` or a child's text `[name='web']`.
    """)
  let undeclaredNamespace = DiagnosticCode.ofScript(
    290, "undeclared namespace",
    """
    A prefix such as `qemu:` denotes a namespace, which the appended element must declare with \
    `xmlns:qemu="http://libvirt.org/schemas/domain/qemu/1.0"`. Without that, libvirt drops the \
    element and reports no error.
    """)
  let patchTooLarge = DiagnosticCode.ofScript(
    291, "patch too large", "A definition describes a machine; it is not a place for files.")
  let patchOfMark = DiagnosticCode.ofScript(
    292, "patch of the mark",
    """
    A run finds its domains by name, UUID and the mark in their metadata. A patch that changes \
    them would turn the domain into another one.
    """)
}

extension DiagnosticCode {
  /// The codes of `xml` blocks.
  static let patch = PatchCodes()
}
