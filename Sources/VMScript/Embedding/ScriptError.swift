import VMScriptSyntax

/// Everything that is wrong with a script, with the sources that it speaks of.
///
///     do {
///       _ = try Engine().compile(.text("let x = y"))
///     } catch {
///       print(error.rendered())  // the line, what is wrong with it and what to do
///       print(error.diagnostics.map(\.message))
///     }
public struct ScriptError: Error, Sendable {
  /// What is wrong, warnings among it, in the order of its finding; at least one is an error.
  public let diagnostics: [Diagnostic]
  /// What the spans of the diagnostics point into.
  public let sources: SourceMap

  /// An error of these diagnostics.
  public init(_ diagnostics: [Diagnostic], sources: SourceMap) {
    self.diagnostics = diagnostics
    self.sources = sources
  }

  /// The diagnostics as the command line shows them: what is wrong, the line, what to do.
  ///
  /// - Parameter color: whether the text has a terminal's colours.
  public func rendered(color: Bool = false) -> String {
    let renderer = DiagnosticRenderer(sources: sources, color: color)
    return diagnostics.map(renderer.render).joined(separator: "\n")
  }
}

extension ScriptError: CustomStringConvertible {
  /// The diagnostics without colours.
  public var description: String { rendered() }
}
