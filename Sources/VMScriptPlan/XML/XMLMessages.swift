import VMScript
import VMScriptSyntax

/// The wording of what goes wrong between declarations and XML, VM0270, VM0271 and VM0750.
package enum XMLMessages {
  static func malformed(_ declaration: Declaration, _ error: MalformedXML) -> Diagnostic {
    Diagnostic(
      code: .xml.unreadableDefinition,
      "the host's definition of `\(declaration.name)` is not readable XML",
      at: .init(declaration.nameSpan), notes: [error.description],
      helps: [.init("look at it with `virsh dumpxml` or `virsh net-dumpxml`")])
  }

  package static func unreadable(_ declaration: Declaration, _ object: UnreadableObject)
    -> Diagnostic
  {
    var diagnostic = PlanMessages.unreadable(
      object, cannot: "be compared", at: declaration.nameSpan)
    diagnostic.notes.append("it is left as it is")
    return diagnostic
  }

  package static func unwritable(_ property: DeclaredProperty) -> Diagnostic {
    Diagnostic(
      code: .xml.unwritableCharacter,
      "`\(property.schema.name)` holds a character that XML cannot hold",
      at: .init(property.span, "a control character"), helps: [.init("remove it")])
  }

  /// - Parameters:
  ///   - dropped: the paths of what is not there.
  ///   - changed: what has another value.
  static func notKept(
    _ dropped: [String], _ changed: [XMLProjection.Change], _ patch: DomainPatch,
    of declaration: Declaration
  ) -> Diagnostic {
    let more = dropped.count > 5 ? " and more" : ""
    let kept = changed.prefix(5).map {
      "libvirt keeps `\($0.kept)` for `\($0.wanted)` in `\($0.path)` of `\(declaration.name)`"
    }
    let title =
      dropped.isEmpty
      ? kept.first ?? ""
      : "libvirt does not keep \(dropped.prefix(5).map { "`\($0)`" }.joined(separator: ", "))\(more)"
        + " of `\(declaration.name)`"
    return Diagnostic(
      .warning, code: .xml.droppedPatch, title,
      at: .init(patch.block.property("append")?.span ?? patch.block.span, "appended here"),
      notes: kept.dropFirst(dropped.isEmpty ? 1 : 0) + [
        "libvirt drops what it does not know and takes one of several values; it is not tried again"
      ],
      helps: [.init("check its spelling and its place, or remove the block")])
  }
}

/// The codes of XML documents.
package struct XMLCodes: DiagnosticTable {
  package init() {}

  package let unreadableDefinition = DiagnosticCode.ofScript(
    270, "unreadable definition",
    "The host answered with something that is not the XML of such an object.")
  package let unwritableCharacter = DiagnosticCode.ofScript(
    271, "character not allowed in XML",
    "XML 1.0 has no way to write most control characters, so no definition can hold them.")
  package let droppedPatch = DiagnosticCode.ofHost(
    750, "patch that libvirt drops",
    """
    libvirt ignores elements and attributes that it does not know, and takes one of several elements \
    where it knows but one. The run says so once and notes what was kept; later plans compare only \
    that.
    """)
}

extension DiagnosticCode {
  /// The codes of XML documents.
  package static let xml = XMLCodes()
}
