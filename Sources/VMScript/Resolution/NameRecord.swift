import VMScriptSyntax

/// What the names of a program mean, by place; written by the resolver where an editor wants to know.
///
/// A definition is known by the span of its name, whose file is part of it.
struct NameRecord: Sendable {
  /// What a word of a script stands for.
  enum Meaning: Sendable {
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

  struct Use: Sendable {
    /// Where the word stands in the span.
    enum Place { case start, end, all }

    let span: Span
    let meaning: Meaning
    let place: Place
  }

  struct Definition: Sendable {
    let name: Name
    let span: Span
    /// The statement, parameter or name that defines it.
    let node: NodeID
    /// What the name of an import stands for.
    let module: Int?
  }

  private(set) var definitions: [Span: Definition] = [:]
  private(set) var uses: [Use] = []
  /// The node of a name; what could stand there is wanted.
  var observed: NodeID?
  /// What can be named at the observed node, and where it is defined.
  var visible: [Name: Span] = [:]

  mutating func define(_ name: Name, _ span: Span, _ node: NodeID, module: Int? = nil) {
    definitions[span] = Definition(name: name, span: span, node: node, module: module)
  }

  mutating func use(_ span: Span, _ meaning: Meaning?, at place: Use.Place) {
    guard let meaning else { return }
    uses.append(Use(span: span, meaning: meaning, place: place))
  }
}
