import VMScriptSyntax

/// A compiled script with all that it imports: immutable, shared freely between threads.
public struct Program: Sendable {
  let code: Code
  /// The main file's name.
  let name: String
  /// The name in a literal `stack "…"` statement.
  let declaredStack: String?

  /// All sources, to show diagnostics with.
  public var sources: SourceMap { code.sources }

  /// The stack of this script: as declared, or the base name of its file.
  public var stackName: String { stackName(EvaluationOptions()) }

  /// Parses and resolves a script and its imports.
  ///
  /// - Parameter importer: finds imported files; without one, `import` is an error.
  /// - Returns: the program unless there were errors, every diagnostic, and the sources they are in.
  ///   Where only names are wrong, what evaluation would refuse whatever the parameters is among
  ///   the diagnostics, so that one look shows all of it.
  public static func compile(
    _ main: SourceText, importer: (any Importer)? = nil
  ) -> (program: Program?, diagnostics: [Diagnostic], sources: SourceMap) {
    let resolved = resolve(main, importer: importer)
    guard let program = resolved.program, resolved.diagnostics.hasErrors else { return resolved }
    let found = program.problems(.ofWrongNames, earlier: resolved.diagnostics).diagnostics
    return (nil, found, resolved.sources)
  }

  /// The program with what is wrong with its names; nil where it could not be parsed.
  private static func resolve(
    _ main: SourceText, importer: (any Importer)?
  ) -> (program: Program?, diagnostics: [Diagnostic], sources: SourceMap) {
    var loader = ModuleLoader(importer: importer)
    _ = loader.load(main)
    guard !loader.diagnostics.hasErrors else { return (nil, loader.diagnostics, loader.sources) }
    let (code, resolver) = loader.resolve()
    let program = Program(code, name: main.name)
    return (program, loader.diagnostics + resolver.diagnostics, loader.sources)
  }

  init(_ code: Code, name: String) {
    self.code = code
    self.name = name
    declaredStack = Self.literalStack(code)
  }

  private static func literalStack(_ code: Code) -> String? {
    guard let main = code.modules.last else { return nil }
    for statement in code.children(of: code.nodes[Int(main.root.index)]) {
      let node = code.nodes[Int(statement.index)]
      guard node.kind == .stackStatement else { continue }
      let name = code.nodes[Int(code.child(0, of: node).index)]
      if name.kind == .stringLiteral, case .string(let text) = code.literals[Int(name.data)] {
        return text
      }
    }
    return nil
  }

  /// The base name of a file, unfit characters replaced.
  static func standardStack(for name: String) -> String {
    // What is no file bears a name such as `<stdin>`.
    let file = (name.split(separator: "/").last.map(String.init) ?? name)
      .filter { !"<>".contains($0) }
    let base = file.hasSuffix(".vmscript") ? String(file.dropLast(9)) : file
    let fit = String(base.map { isStackName(String($0)) ? $0 : "_" })
    return fit.isEmpty ? "main" : fit
  }

  /// Letters, digits, `_` and `-` of ASCII, at least one.
  public static func isStackName(_ name: String) -> Bool {
    !name.isEmpty
      && name.utf8.allSatisfy {
        (48...57).contains($0) || (65...90).contains($0) || (97...122).contains($0) || $0 == 95
          || $0 == 45
      }
  }
}
