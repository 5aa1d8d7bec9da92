import VMScript
import VMScriptSyntax

/// The wording of what goes wrong between declarations and XML, VM0270 to VM0279.
enum XMLMessages {
  static func malformed(_ declaration: Declaration, _ error: MalformedXML) -> Diagnostic {
    Diagnostic(
      code: 270, "the host's definition of `\(declaration.name)` is not readable XML",
      at: .init(declaration.nameSpan), notes: [error.description],
      helps: [.init("look at it with `virsh dumpxml` or `virsh net-dumpxml`")])
  }

  static func unwritable(_ property: DeclaredProperty) -> Diagnostic {
    Diagnostic(
      code: 271, "`\(property.schema.name)` holds a character that XML cannot hold",
      at: .init(property.span, "a control character"), helps: [.init("remove it")])
  }

  static func badFragment(_ property: DeclaredProperty, _ error: MalformedXML) -> Diagnostic {
    Diagnostic(
      code: 272, "`append` is not one well-formed XML element", at: .init(property.span),
      notes: [error.description],
      helps: [.init("write one element, such as '<hostdev mode=\"subsystem\"/>'")])
  }

  static func noMatch(_ path: String, _ block: DeclaredBlock) -> Diagnostic {
    Diagnostic(
      code: 273, "the path `\(path)` finds no element", at: .init(block.span),
      helps: [.init("`vmscript xml` shows the document that it is looked for in")])
  }

  static func unsupportedPath(_ path: String, _ block: DeclaredBlock) -> Diagnostic {
    Diagnostic(
      code: 274, "`\(path)` is no path that an `xml` block understands", at: .init(block.span),
      notes: [
        "steps are `/name` or `/*`, each with any of `[1]`, `[@attribute='value']`, `[child='text']`"
      ],
      helps: [.init("write one from the root, such as `/domain/devices/disk[@device='cdrom']`")])
  }
}

/// What the XML half can report, for `vmscript explain`.
public enum XMLExplanations {
  /// The codes VM0270 to VM0274.
  public static let all: [DiagnosticExplanation] = [
    DiagnosticExplanation(
      270, "unreadable definition",
      "The host answered with something that is not the XML of such an object."),
    DiagnosticExplanation(
      271, "character not allowed in XML",
      "XML 1.0 has no way to write most control characters, so no definition can hold them."),
    DiagnosticExplanation(
      272, "malformed patch", "What an `xml` block appends must be one well-formed element."),
    DiagnosticExplanation(
      273, "patch finds nothing",
      "The path of an `xml` block must find at least one element of the definition."),
    DiagnosticExplanation(
      274, "path not understood",
      """
      An `xml` block names elements by steps from the root, as in XPath: `/name` or `/*`, each with \
      any of a position `[1]`, an attribute `[@device='cdrom']` or a child's text `[name='web']`.
      """),
  ]
}
