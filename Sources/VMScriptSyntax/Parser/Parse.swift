/// Whether the text ended where it could end.
public enum Completeness: Sendable {
  /// Nothing is missing; errors may still be among the diagnostics.
  case complete
  /// The text ends inside a block, bracket or string, or after an operator: more lines may finish it.
  case incomplete
}

/// What parsing gives: always a tree, never a throw.
public struct ParseResult: Sendable {
  public var tree: Tree
  public var diagnostics: [Diagnostic]
  public var completeness: Completeness
}
