import VMScriptSyntax

/// The language reference, made from the tables of the language; it stands in the catalogue.
public enum LanguageReference {
  /// The articles by the names of their files, with their texts.
  ///
  /// - Parameter codes: the codes of diagnostics, in the order of the page.
  public static func files(
    explaining codes: [DiagnosticCode]
  ) -> [(path: String, text: String)] {
    [
      ("Statements.md", statements), ("Verbs.md", verbs), ("Functions.md", functions),
      ("Types.md", types),
      ("Domains.md", resources(.domain, "Domains", "Virtual machines and all that is in them.")),
      ("Networks.md", resources(.net, "Networks", "Networks that machines are on.")),
      (
        "Images.md",
        resources(.image, "Images", "Disk images and media that machines start from.")
      ),
      ("DiagnosticCodes.md", diagnostics(codes)),
    ].map { ($0, $1 + "\n<!-- Made by scripts/generate from the tables of the language. -->\n") }
  }

  private static var statements: String {
    """
    # Statements

    What a script is made of.

    Statements run from top to bottom. The words of resources and of all statements that are no \
    reserved words count only where a statement begins: `image` may name a value as well. What stands \
    in the braces of a resource is told by <doc:Domains>, <doc:Networks> and <doc:Images>.

    """ + Reference.statements.map { section($0, level: 2) }.joined()
  }

  private static var verbs: String {
    """
    # Verbs

    What is done with machines that are there.

    TARGET is a resource, a name, a pattern such as `"web-*"` or a list of them; a list's machines \
    are served at the same time. What was declared above a verb takes effect before it.

    """ + Reference.verbs.map { section($0, level: 2) }.joined()
  }

  private static var functions: String {
    """
    # Functions

    What every expression can use.

    """
      + Reference.functionGroups.map { title, functions in
        "\n## \(title)\n" + functions.map { section($0, level: 3) }.joined()
      }.joined()
  }

  private static var types: String {
    """
    # Types and their members

    What values there are, and what belongs to them.

    `type` gives the name of a value's type. What the resources give is told by <doc:Domains>, \
    <doc:Networks> and <doc:Images>.

    """
      + Reference.types.map { type in
        "\n## \(type.name)\n\n\(type.doc).\n\(block(type.example))"
          + table(type.members + type.methods)
      }.joined()
  }

  /// The page of a kind of resource.
  private static func resources(_ kind: ResourceKind, _ title: String, _ abstract: String) -> String
  {
    let schema = Schema.resource(kind)
    let statement = Reference.entry(schema.name).map { section($0, level: 2, title: "Declaration") }
    let clone = kind == .domain ? Reference.entry("clone").map { section($0, level: 2) } : nil
    return """
      # \(title)

      \(abstract)

      What a change of a property does is told by <doc:Language#What-takes-effect-and-when>.

      """ + (statement ?? "") + (clone ?? "") + """

        ## What can be read

        Beside `name` and what is declared, the host tells:

        """ + table(kind.attributes.map(\.reference))
        + SchemaReference.sections(of: [schema])
  }

  private static func diagnostics(_ codes: [DiagnosticCode]) -> String {
    """
    # Codes of errors and warnings

    What the code in a message means; `vmscript explain VM0210` says it too.

    """
      + DiagnosticCode.areas.map { hundred, title in
        "\n## \(title)\n"
          + codes.filter { $0.number / 100 == hundred }.map {
            "\n### \($0): \($0.title)\n\n\($0.explanation)\n"
          }.joined()
      }.joined()
  }

  // MARK: Parts of pages

  private static func section(_ entry: ReferenceEntry, level: Int, title: String? = nil) -> String {
    let heading = String(repeating: "#", count: level)
    return "\n\(heading) \(title ?? entry.name)\n\n`\(entry.form)`\n\n\(entry.doc).\n"
      + block(entry.example, gives: entry.result)
  }

  private static func block(_ example: String, gives result: String? = nil) -> String {
    guard !example.isEmpty else { return "" }
    return "\n```vmscript\n\(example)\(result.map { "  # \($0)" } ?? "")\n```\n"
  }

  private static func table(_ entries: [ReferenceEntry]) -> String {
    guard !entries.isEmpty else { return "" }
    let hasExamples = entries.contains { !$0.example.isEmpty }
    return "\n"
      + SchemaReference.table(
        ["Member", "Meaning"] + (hasExamples ? ["For example"] : []),
        entries.map { entry in
          ["`\(entry.form)`", entry.doc]
            + (hasExamples
              ? ["`\(entry.example)`" + (entry.result.map { " gives `\($0)`" } ?? "")] : [])
        })
  }
}
