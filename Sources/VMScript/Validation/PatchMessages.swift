import VMScriptSyntax

/// The wording of errors in `xml` blocks: VM0245 to VM0248, VM0272 to VM0274 and VM0290 to VM0292.
package enum PatchMessages {
  static func badFragment(_ property: DeclaredProperty, _ error: MalformedXML) -> Diagnostic {
    Diagnostic(
      code: .patch.malformedPatch,
      "`\(property.schema.name)` is not one well-formed XML element",
      at: .init(property.span),
      notes: [error.description],
      helps: [
        .init("write one element, such as '<hostdev mode=\"subsystem\"/>', or a list of elements")
      ])
  }

  /// Reports a path that matches no element.
  package static func noMatch(_ path: String, _ block: DeclaredBlock) -> Diagnostic {
    Diagnostic(
      code: .patch.patchFindsNothing, "the path `\(path)` matches no element",
      at: .init(block.span),
      helps: [.init("compare the path with the document: `vmscript xml`")])
  }

  static func malformedPath(
    _ path: String, _ error: XMLPath.Malformed, _ block: DeclaredBlock
  ) -> Diagnostic {
    var place = Diagnostic.Label(block.span, error.reason)
    var notes: [String] = []
    if let text = block.labelText {
      let offset = UInt32(error.offset)
      let length: UInt32 = offset < text.length ? 1 : 0
      place.span = Span(source: text.source, start: text.start + offset, length: length)
    } else {
      notes = ["after `\(String(decoding: path.utf8.prefix(error.offset), as: UTF8.self))`"]
    }
    return Diagnostic(
      code: .patch.pathNotUnderstood, "`\(path)` is not a supported path of an `xml` block",
      at: place, notes: notes,
      helps: [
        .init("write a path from the root, such as `/domain/devices/disk[target/@dev='vda']`")
      ])
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
    let name = property.schema.name
    return Diagnostic(
      code: .patch.patchTooLarge, "`\(name)` is longer than \(XMLPatch.maximumLength / 1024)KiB",
      at: .init(property.span, "too long for a definition"),
      helps: [.init("add only what the machine needs, and put the rest into a file")])
  }

  static func ownElement(_ block: DeclaredBlock) -> Diagnostic {
    Diagnostic(
      code: .patch.patchOfMark,
      "an `xml` block cannot change name, UUID, metadata or the stack's mark",
      at: .init(block.span, "the run sets these itself"),
      helps: [.init("set the properties `uuid` and `labels`, or change the domain's name")])
  }

  static func noEdit(_ block: DeclaredBlock) -> Diagnostic {
    Diagnostic(
      code: .patch.emptyPatch, "the `xml` block edits nothing", at: .init(block.span),
      helps: [
        .init(
          "add one of \(block.schema.properties.map { "`\($0.name)`" }.joined(separator: ", "))")
      ])
  }

  static func contradiction(_ one: String, _ other: String, _ block: DeclaredBlock) -> Diagnostic {
    Diagnostic(
      code: .patch.contradictoryPatch,
      "`\(one)` and `\(other)` exclude each other in an `xml` block",
      at: .init(block.property(one)?.span ?? block.span),
      secondary: [block.property(other).map { .init($0.span) }].compactMap(\.self),
      helps: [.init("remove one of them, or write two blocks")])
  }

  static func attributePath(
    _ attribute: String, _ other: String, _ block: DeclaredBlock
  ) -> Diagnostic {
    Diagnostic(
      code: .patch.contradictoryPatch,
      "the path leads to an attribute, which an `xml` block can only remove",
      at: .init(block.property(other)?.span ?? block.span, "applies to elements"),
      secondary: [.init(block.span, "ends in `/@\(attribute)`")],
      helps: [
        .init(
          "remove `/@\(attribute)` from the path, and set the attribute with "
            + "`set = { \(attribute): … }`")
      ])
  }

  static func badAttribute(_ name: String, _ property: DeclaredProperty) -> Diagnostic {
    Diagnostic(
      code: .patch.badAttribute, "`\(name)` is not the name of an attribute",
      at: .init(property.span),
      helps: [.init("write a name without a prefix, such as `cache`")])
  }

  static func badCharacter(_ property: DeclaredProperty) -> Diagnostic {
    Diagnostic(
      code: .patch.badAttribute,
      "`\(property.schema.name)` contains a character that XML does not allow",
      at: .init(property.span, "a control character"), helps: [.init("remove it")])
  }

  /// Reports a text for an element that contains elements.
  package static func textOfParent(_ path: String, _ block: DeclaredBlock) -> Diagnostic {
    Diagnostic(
      code: .patch.textOfParent, "the element at `\(path)` contains elements, not a text",
      at: .init(block.property("text")?.span ?? block.span),
      helps: [.init("edit one of its elements, or replace it: `before = …, remove = true`")])
  }
}

/// The codes of `xml` blocks.
struct PatchCodes: DiagnosticTable {
  let emptyPatch = DiagnosticCode.ofScript(
    245, "patch without an edit",
    "An `xml` block needs at least one edit of the elements at its path.")
  let contradictoryPatch = DiagnosticCode.ofScript(
    246, "contradictory patch",
    """
    The edits of an `xml` block apply to the same elements. An element that is removed has no new \
    attributes, text or children, and an element has either a text or children. A path that ends in an \
    attribute selects that attribute for removal.
    """)
  let badAttribute = DiagnosticCode.ofScript(
    247, "invalid attribute of a patch",
    """
    An `xml` block sets attributes without a prefix, to texts of characters that XML 1.0 allows. To \
    add an attribute of a namespace, replace the element.
    """)
  let textOfParent = DiagnosticCode.ofScript(
    248, "text of an element with children",
    """
    A text would replace the children of the element. An `xml` block changes only the text of elements \
    without children.
    """)
  let malformedPatch = DiagnosticCode.ofScript(
    272, "malformed patch",
    "Each fragment that an `xml` block adds must be one well-formed element.")
  let patchFindsNothing = DiagnosticCode.ofScript(
    273, "patch without a match",
    "The path of an `xml` block must match at least one element of the definition.")
  let pathNotUnderstood = DiagnosticCode.ofScript(
    274, "unsupported path",
    """
    An `xml` block selects elements by a path in a part of XPath 1.0, from the root: steps to children \
    (`/name`, `/*`), to elements at any depth (`//name`) and to the parent (`/..`). A last step `/@name` \
    selects an attribute for removal. Each step to elements may have predicates: a position `[1]` or \
    `[last()]`, the presence or the value of a part such as `[@device='cdrom']`, `[target/@dev='vda']` or \
    `[name='web']`, and these with `and`, `or`, `not(…)`, `=`, `!=`, `<`, `<=`, `>`, `>=`, `text()`, \
    `position()`, `count(…)`, `contains(…)` and `starts-with(…)`. A name matches with its prefix as written \
    in the document.
    """)
  let undeclaredNamespace = DiagnosticCode.ofScript(
    290, "undeclared namespace",
    """
    A prefix such as `qemu:` denotes a namespace, which the added element must declare with \
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
