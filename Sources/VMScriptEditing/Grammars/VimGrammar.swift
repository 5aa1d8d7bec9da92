import VMScript
import VMScriptSyntax

/// Files for Vim and Neovim: how a script is recognized, coloured and indented.
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

    " One step deeper behind a line that leaves a bracket open, one less where a line closes one.
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
    " Made by `scripts/generate` from the tables of the language.
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
