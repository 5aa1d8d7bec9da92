/// The kind of a node. Each case documents its `data` and its children in order; a child written
/// `x?` may be ``NodeID/absent``.
public enum NodeKind: UInt8, Sendable {
  /// Bytes that could not be parsed. Children: the parts that could.
  case error

  // MARK: Statements
  /// Children: statements.
  case file
  /// Children: statements of a function body, or of an `if` or `for` outside of a resource body.
  case block
  /// data: name. Children: value.
  case letStatement
  /// data: name. Children: type (a `name` node), default?.
  case paramStatement
  /// data: name. Children: `parameterList`, body (`block`, or an expression with `.expressionBody`).
  case funcStatement
  /// Children: `parameter` nodes.
  case parameterList
  /// data: name. Children: default?.
  case parameter
  /// Children: condition, then-branch (`block` or `body`), else-branch? (`block`, `body` or `ifStatement`).
  case ifStatement
  /// Children: binding (`name`), second binding?, sequence, `block` or `body`.
  case forStatement
  /// Children: path, alias? (`name`).
  case importStatement
  /// Children: condition, message?.
  case checkStatement
  /// Children: expressions.
  case printStatement
  /// Children: name (an expression; a `name` node with `.bareName` means its own text), value.
  case outputStatement
  /// Children: name (an expression).
  case stackStatement
  /// Children: the earlier and the new name (each as the name of a `resource`).
  case movedStatement
  /// Children: value?.
  case returnStatement
  /// Children: the expression.
  case expressionStatement
  /// data: the ``Verb``; `run` is an expression, too. Children: one for each argument of the verb's
  /// row but `force`, which is a flag: a target, a text, a name (an expression; a `name` node with
  /// `.bareName` means its own text), a condition (a bare `ip agent ssh cloud_init stopped` is a
  /// `name` node), a limit?.
  case verbStatement
  /// A condition of `wait` with an argument, such as `port 22`. data: index into
  /// ``WaitWord/allCases``. Children: the argument.
  case waitCondition

  // MARK: Resources; statements that are expressions too
  /// data: the kind (`image net domain`, or a word of the host's). Children: name (a `name` node
  /// with `.bareName`, which also binds it, or an expression), `body`.
  case resource
  /// Children: source, name (as in `resource`), `body`.
  case clone

  // MARK: Entries of a resource body; `letStatement`, `ifStatement` and `forStatement` occur as well
  /// Children: entries.
  case body
  /// `key = value`. data: key. Children: value.
  case property
  /// `key { … }`, `key LABEL { … }`, `key "TEXT" as NAME`. data: key. Children: label or text?, name?
  /// (both as the name of a `resource`), `body`?.
  case nestedBlock
  /// `...map`. Children: the map.
  case spread
  /// `remove nic 2`, `remove disk data`. data: key. Children: label or position.
  case remove

  // MARK: Literals
  case noneLiteral
  case trueLiteral
  case falseLiteral
  /// data: index into `literals`.
  case intLiteral
  case floatLiteral
  case sizeLiteral
  case durationLiteral
  case ipLiteral
  case cidrLiteral
  /// data: index into `strings`.
  case stringLiteral
  /// Children: `stringLiteral` parts and expressions, in order.
  case interpolation

  // MARK: Expressions
  /// data: name.
  case name
  /// Children: elements, `spread` among them.
  case list
  /// Children: element, then `forClause` and `ifClause` nodes in order.
  case comprehension
  /// Children: binding (`name`), second binding?, sequence.
  case forClause
  /// Children: condition.
  case ifClause
  /// Children: `mapEntry` and `spread` nodes.
  case map
  /// Children: key (`stringLiteral` for an identifier, or a string expression), value.
  case mapEntry
  /// data: ``Operator``. Children: operand.
  case unary
  /// data: ``Operator``. Children: left, right.
  case binary
  /// Children: condition, value if so, value if not.
  case conditional
  /// Children: callee, arguments (`namedArgument` among them).
  case call
  /// data: name. Children: value.
  case namedArgument
  /// Children: base, index.
  case index
  /// data: name. Children: base.
  case member
  /// `x => EXPR`, `(x, y) => EXPR`. Children: `parameterList`, value.
  case lambda

  /// Whether `data` is a name, or the word for the kind of a resource.
  var holdsName: Bool {
    switch self {
    case .letStatement, .paramStatement, .funcStatement, .parameter, .resource, .property,
      .nestedBlock, .remove, .name, .namedArgument, .member:
      true
    default: false
    }
  }
}

/// Operators in the order of their binding, loosest first.
public enum Operator: UInt32, Sendable, CaseIterable {
  case coalesce, or, and
  case equal, notEqual, less, lessOrEqual, greater, greaterOrEqual, contained
  case closedRange, halfOpenRange
  case add, subtract
  case multiply, divide, remainder
  case negate, not

  /// The operator as it is written.
  public var symbol: String {
    switch self {
    case .coalesce: "??"
    case .or: "||"
    case .and: "&&"
    case .equal: "=="
    case .notEqual: "!="
    case .less: "<"
    case .lessOrEqual: "<="
    case .greater: ">"
    case .greaterOrEqual: ">="
    case .contained: "in"
    case .closedRange: "..."
    case .halfOpenRange: "..<"
    case .add: "+"
    case .subtract, .negate: "-"
    case .multiply: "*"
    case .divide: "/"
    case .remainder: "%"
    case .not: "!"
    }
  }
}
