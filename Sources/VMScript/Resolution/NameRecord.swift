import VMScriptSyntax

/// What the names of a program mean, by place; written by the resolver where an editor wants to know.
///
/// A definition is known by the span of its name, whose file is part of it.
package struct NameRecord: Sendable {
  /// What a word of a script stands for.
  package enum Meaning: Sendable {
    /// The name that is defined at this place.
    case definition(Span)
    case builtin(Builtin)
    case property(PropertySchema)
    case block(BlockSchema)
    /// What stands behind a dot and an expression that is no module.
    case member(String, of: NodeID)
    /// One of the words that a property takes.
    case word
    /// The type of a `param`.
    case type
    /// An imported file.
    case module(Int)
  }

  package struct Use: Sendable {
    package let span: Span
    package let meaning: Meaning

    package init(span: Span, meaning: Meaning) {
      self.span = span
      self.meaning = meaning
    }
  }

  package struct Definition: Sendable {
    package let name: Name
    package let span: Span
    /// The statement, parameter or name that defines it.
    package let node: NodeID
    /// What the name of an import stands for.
    package let module: Int?
  }

  package private(set) var definitions: [Span: Definition] = [:]
  package private(set) var uses: [Use] = []
  /// The node of a name; what could stand there is wanted.
  package var observed: NodeID?
  /// What can be named at the observed node, and where it is defined.
  package var visible: [Name: Span] = [:]

  package init() {}

  package mutating func define(_ name: Name, _ span: Span, _ node: NodeID, module: Int? = nil) {
    definitions[span] = Definition(name: name, span: span, node: node, module: module)
  }

  package mutating func use(_ span: Span, _ meaning: Meaning?) {
    guard let meaning else { return }
    uses.append(Use(span: span, meaning: meaning))
  }
}
