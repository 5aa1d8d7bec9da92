import VMScript
import VMScriptSyntax

/// The grammars for editors, generated from the tables of the language into `grammar/`.
public enum EditorGrammars {
  /// The files by their paths below `grammar/`, with their texts.
  public static var files: [(path: String, text: String)] {
    [("vmscript.tmLanguage.json", TextMateGrammar.text)] + VimGrammar.files
  }
}

/// The words that editors colour, from the language's own tables.
enum GrammarTables {
  static let constants = ["true", "false", "none"]
  static let keywords = StatementStarts.reserved.filter { !constants.contains($0) }
  static let statements = StatementStarts.all
  static let functions = Builtin.functions.map(\.name)
  static let properties = names { $0.properties.map(\.name) }
  static let blocks = names { $0.blocks.map(\.name) }

  /// Returns the words with longer ones first, because a regular expression takes the first match.
  static func byLength(_ words: [String]) -> [String] {
    words.sorted { ($1.utf8.count, $0) < ($0.utf8.count, $1) }
  }

  /// Returns the names that any block of any resource contributes, each once, in alphabetical
  /// order.
  private static func names(_ list: (BlockSchema) -> [String]) -> [String] {
    func all(_ block: BlockSchema) -> [String] { list(block) + block.blocks.flatMap(all) }
    let kinds: [ResourceKind] = [.image, .net, .domain]
    return Set(kinds.map(Schema.resource).flatMap(all)).sorted()
  }
}

/// The TextMate grammar for VS Code, Sublime Text, IntelliJ and others.
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

  /// Returns a pattern for a word that is a keyword only at the start of a statement.
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

/// The files for Vim and Neovim, which detect, highlight and indent scripts.
enum VimGrammar {
  static var files: [(path: String, text: String)] {
    [
      ("vim/ftdetect/vmscript.vim", detection), ("vim/ftplugin/vmscript.vim", settings),
      ("vim/indent/vmscript.vim", indentation), ("vim/syntax/vmscript.vim", syntax),
    ]
  }

  private static let detection = """
    autocmd BufRead,BufNewFile *.vmscript setfiletype vmscript

    """

  private static let settings = """
    if exists("b:did_ftplugin")
      finish
    endif
    let b:did_ftplugin = 1
    setlocal commentstring=#\\ %s comments=:##,:# expandtab shiftwidth=2 softtabstop=2
    let b:undo_ftplugin = "setlocal commentstring< comments< expandtab< shiftwidth< softtabstop<"

    """

  private static let indentation = """
    if exists("b:did_indent")
      finish
    endif
    let b:did_indent = 1
    setlocal indentexpr=VMScriptIndent() indentkeys=0},0],0),!^F,o,O
    let b:undo_indent = "setlocal indentexpr< indentkeys<"

    if exists("*VMScriptIndent")
      finish
    endif

    " One step deeper after a line that leaves a bracket open, one less on a line that closes one.
    function VMScriptIndent()
      let previous = prevnonblank(v:lnum - 1)
      if previous == 0
        return 0
      endif
      let line = substitute(getline(previous), '\\s*#[^"'']*$', '', '')
      let depth = indent(previous)
      if line =~ '[{(\\[]$'
        let depth += shiftwidth()
      endif
      if getline(v:lnum) =~ '^\\s*[})\\]]'
        let depth -= shiftwidth()
      endif
      return depth
    endfunction

    """

  private static var syntax: String {
    """
    " Generated by `scripts/generate` from the tables of the language.
    if exists("b:current_syntax")
      finish
    endif
    syntax case match

    syntax keyword vmscriptKeyword \(GrammarTables.keywords.joined(separator: " "))
    syntax keyword vmscriptConstant \(GrammarTables.constants.joined(separator: " "))
    syntax match vmscriptStatement "\\%(^\\|[;{}]\\)\\s*\\zs\\%(\(choice(GrammarTables.statements))\\)\\>\\%(\\s*\\%(==\\@!\\|:\\)\\)\\@!"
    syntax match vmscriptFunction "\\<\\%(\(choice(GrammarTables.functions))\\)\\ze("
    syntax match vmscriptProperty "\\<\\%(\(choice(GrammarTables.properties + GrammarTables.blocks))\\)\\>\\ze\\s*==\\@!"
    syntax match vmscriptBlock "\\<\\%(\(choice(GrammarTables.blocks))\\)\\>\\ze\\s*\\%([^ =,;{}]\\+\\s*\\)\\?{"

    syntax match vmscriptNumber "\\<\\d[0-9_]*\\%(\\.\\d[0-9_]*\\)\\?\\%(\(choice(LexicalWords.units))\\)\\?\\>"
    syntax match vmscriptNumber "\\<0[xX][0-9A-Fa-f_]\\+\\>"
    syntax match vmscriptNumber "\\<\\d\\+\\%(\\.\\d\\+\\)\\{3}\\%(/\\d\\+\\)\\?\\>"

    syntax match vmscriptEscape contained "\\\\[\(vimEscapes)]"
    syntax match vmscriptEscape contained "\\\\u{\\x\\{1,8}}"
    syntax region vmscriptInterpolation contained matchgroup=vmscriptDelimiter start="\\\\(" end=")" contains=TOP
    syntax region vmscriptParentheses transparent start="(" end=")" contains=TOP
    syntax region vmscriptString start=+"+ skip=+\\\\["\\\\]+ end=+"+ end=+$+ contains=vmscriptEscape,vmscriptInterpolation
    syntax region vmscriptString start=+'+ end=+'+ end=+$+
    syntax region vmscriptString start=+"\""+ skip=+\\\\["\\\\]+ end=+"\""+ contains=vmscriptEscape,vmscriptInterpolation
    syntax region vmscriptString start=+'''+ end=+'''+
    syntax match vmscriptComment "#.*$"
    syntax match vmscriptDocumentation "##.*$"

    highlight default link vmscriptKeyword Keyword
    highlight default link vmscriptConstant Constant
    highlight default link vmscriptStatement Statement
    highlight default link vmscriptFunction Function
    highlight default link vmscriptProperty Identifier
    highlight default link vmscriptBlock Structure
    highlight default link vmscriptNumber Number
    highlight default link vmscriptEscape SpecialChar
    highlight default link vmscriptDelimiter Delimiter
    highlight default link vmscriptString String
    highlight default link vmscriptComment Comment
    highlight default link vmscriptDocumentation SpecialComment

    let b:current_syntax = "vmscript"

    """
  }

  private static let vimEscapes = LexicalWords.escapes.replacing("\"", with: "\\\"")

  private static func choice(_ words: [String]) -> String {
    GrammarTables.byLength(Array(Set(words))).joined(separator: "\\|")
  }
}
