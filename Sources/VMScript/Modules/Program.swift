import VMScriptSyntax

/// A compiled script with all that it imports: immutable, shared freely between threads.
public struct Program: Sendable {
  let code: Code
  /// The main file's name.
  let name: String
  /// The name in a literal `stack "…"` statement.
  let declaredStack: String?
  /// What it was compiled with, for its limits and for what it may reach.
  let engine: Engine

  /// All sources, to show diagnostics with.
  public var sources: SourceMap { code.sources }

  /// The stack of this script: as declared, or the base name of its file.
  public var stackName: String { stackName(EvaluationOptions()) }

  package init(_ code: Code, name: String, engine: Engine) {
    self.code = code
    self.name = name
    self.engine = engine
    declaredStack = Self.literalStack(code)
  }

  private static func literalStack(_ code: Code) -> String? {
    guard let main = code.modules.last else { return nil }
    for statement in code.children(of: main.root) {
      let node = code[statement]
      guard node.kind == .stackStatement else { continue }
      let name = code[code.child(0, of: node)]
      if name.kind == .stringLiteral, case .string(let text) = code.literals[Int(name.data)] {
        return text
      }
    }
    return nil
  }

  /// The base name of a file.
  ///
  /// Unfit characters are replaced and long names shortened; a digest of the whole base name then
  /// keeps two files apart that would otherwise share a stack.
  static func standardStack(for name: String) -> String {
    let file = SourcePath.fileName(of: name)
    // Text without a file has a name such as `<stdin>`, which is nobody else's.
    let isFile = !(file.hasPrefix("<") && file.hasSuffix(">"))
    let base =
      isFile
      ? file.hasSuffix(".vmscript") ? String(file.dropLast(9)) : file
      : String(file.dropFirst().dropLast())
    guard !base.isEmpty else { return "main" }
    if isFile { return stackName(resembling: base) ?? "main" }
    return isStackName(base) ? base : String(fit(base).prefix(maximumStackLength))
  }

  /// The stack that a base name of a file stands for, and that the same name on a command line means;
  /// nil for an empty name and for a path.
  public static func stackName(resembling base: String) -> String? {
    guard !base.isEmpty, !base.contains("/") else { return nil }
    return isStackName(base)
      ? base : Identity.distinct(fit(base), from: base, limit: maximumStackLength)
  }

  private static func fit(_ name: String) -> String {
    String(name.map { isStackName(String($0)) ? $0 : "_" })
  }

  /// Bytes that the name of a stack may have.
  public static let maximumStackLength = 64

  /// Returns whether a stack can have this name: 1 to ``maximumStackLength`` ASCII letters, digits,
  /// `_` and `-`.
  public static func isStackName(_ name: String) -> Bool {
    (1...maximumStackLength).contains(name.utf8.count)
      && name.utf8.allSatisfy {
        (48...57).contains($0) || (65...90).contains($0) || (97...122).contains($0) || $0 == 95
          || $0 == 45
      }
  }

  /// The rule of ``isStackName(_:)`` in words, for messages.
  public static var stackNameRule: String {
    "up to \(maximumStackLength) letters, digits, `_` and `-`"
  }
}
