import VMScript
import VMScriptSyntax

/// The TextMate grammar, which VS Code, Sublime Text, IntelliJ and others read.
enum TextMateGrammar {
  static var text: String {
    let top = ["comments", "strings", "numbers", "statements", "keywords", "functions", "entries"]
    let grammar = Value.map([
      "name": .string("VMScript"),
      "scopeName": .string("source.vmscript"),
      "fileTypes": .list([.string("vmscript")]),
      "firstLineMatch": .string(#"^#!.*\bvmscript\b"#),
      "patterns": .list(top.map(include)),
      "repository": .map([
        "comments": patterns([
          match("##.*$", "comment.line.documentation"), match("#.*$", "comment.line.number-sign"),
        ]),
        "strings": patterns(strings),
        "escapes": patterns([match(escape, "constant.character.escape")]),
        "interpolation": patterns([
          region(
            #"\\\("#, #"\)"#, "meta.embedded", punctuation: "punctuation.section.embedded",
            [include("parentheses"), .map(["include": .string("$self")])])
        ]),
        "parentheses": patterns([
          region(
            #"\("#, #"\)"#, nil, [include("parentheses"), .map(["include": .string("$self")])])
        ]),
        "numbers": patterns([
          match(#"\b[0-9]+(?:\.[0-9]+){3}(?:/[0-9]+)?\b"#, "constant.numeric.address"),
          match(#"\b0[xX][0-9A-Fa-f_]+\b"#, "constant.numeric.integer"),
          match(
            #"\b[0-9][0-9_]*(?:\.[0-9][0-9_]*)?(?:\#(choice(LexicalWords.units)))?\b"#,
            "constant.numeric"),
        ]),
        "statements": patterns([
          statement("^"), statement("(?<=[;{}])"),
        ]),
        "keywords": patterns([
          match(#"\b(?:\#(choice(GrammarTables.keywords)))\b"#, "keyword.control"),
          match(#"\b(?:\#(choice(GrammarTables.constants)))\b"#, "constant.language"),
        ]),
        "functions": patterns([
          match(#"\b(?:\#(choice(GrammarTables.functions)))(?=\()"#, "support.function")
        ]),
        "entries": patterns([
          match(
            #"\b(?:\#(choice(GrammarTables.properties + GrammarTables.blocks)))\b(?=\s*=(?!=))"#,
            "variable.other.property"),
          match(
            #"\b(?:\#(choice(GrammarTables.blocks)))\b(?=\s*(?:[^\s=,;{}]+\s*)?\{)"#,
            "entity.name.tag"),
        ]),
      ]),
    ])
    return grammar.json() + "\n"
  }

  private static let escape = #"\\(?:[\#(LexicalWords.escapes)]|u\{[0-9A-Fa-f]{1,8}\})"#

  private static var strings: [Value] {
    let content = [include("escapes"), include("interpolation")]
    return [
      region("\"\"\"", "\"\"\"", "string.quoted.triple", content),
      region("'''", "'''", "string.quoted.triple.raw", []),
      region("\"", "\"|$", "string.quoted.double", content),
      region("'", "'|$", "string.quoted.single", []),
    ]
  }

  /// A word that is a keyword only where a statement begins.
  private static func statement(_ start: String) -> Value {
    .map([
      "match": .string(#"\#(start)\s*(\#(choice(GrammarTables.statements)))\b(?!\s*(?:=(?!=)|:))"#),
      "captures": .map(["1": .map(["name": .string("keyword.other.vmscript")])]),
    ])
  }

  private static func choice(_ words: [String]) -> String {
    GrammarTables.byLength(Array(Set(words))).joined(separator: "|")
  }

  private static func include(_ name: String) -> Value { .map(["include": .string("#\(name)")]) }

  private static func patterns(_ patterns: [Value]) -> Value {
    .map(["patterns": .list(patterns)])
  }

  private static func match(_ expression: String, _ scope: String) -> Value {
    .map(["match": .string(expression), "name": .string("\(scope).vmscript")])
  }

  private static func region(
    _ begin: String, _ end: String, _ scope: String?, punctuation: String? = nil,
    _ content: [Value]
  ) -> Value {
    var entries: [(String, Value)] = [("begin", .string(begin)), ("end", .string(end))]
    if let scope { entries.append(("name", .string("\(scope).vmscript"))) }
    if let punctuation {
      let name = Value.map(["0": .map(["name": .string("\(punctuation).vmscript")])])
      entries += [("beginCaptures", name), ("endCaptures", name)]
    }
    entries.append(("patterns", .list(content)))
    return .map(.init(entries))
  }
}
