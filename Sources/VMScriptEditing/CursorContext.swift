import VMScript
import VMScriptSyntax

/// What may stand at a cursor, as far as grammar and schema say.
public struct CursorContext: Sendable {
  /// What is being written.
  public enum Place: Sendable {
    /// A statement, or the name at its start.
    case statement
    /// A property or block of this schema.
    case entry(BlockSchema)
    /// A key of a map that becomes a block of this schema.
    case key(BlockSchema)
    /// The name of a block of this schema, to remove it.
    case removal(BlockSchema)
    /// The value of a property.
    case value(PropertySchema)
    /// An expression.
    case expression
    /// A member of what this dotted path names; of something else if the path is empty.
    case member([String])
    /// The target of a verb, or the source of a clone.
    case target
    /// What `wait` waits for.
    case condition
    /// The type of a `param`.
    case type
    /// The text of a string that names a resource, one of these kinds.
    case resourceName([ResourceKind])
    /// The text of a string that names a file.
    case path
    /// Any other string's text.
    case text
    /// One of these words, with which the statement goes on.
    case continuation([String])
    /// A new name, a comment, a number: nothing that is known.
    case nothing
  }

  /// What is being written.
  public let place: Place
  /// What stands of it before the cursor.
  public let typed: String
  /// The text before the cursor, parsed.
  let parse: CursorParse
  /// What finds imports, and knows what the host added to the language.
  let engine: Engine
  var vocabulary: Vocabulary { engine.vocabulary }

  /// Reads the context off the bytes before the cursor.
  ///
  /// - Parameters:
  ///   - bytes: the text up to the cursor, as UTF-8.
  ///   - engine: knows the host's own kinds of resources.
  public init(before bytes: [UInt8], engine: Engine = Engine()) {
    parse = CursorParse(bytes)
    self.engine = engine
    typed = String(decoding: bytes[parse.typed], as: UTF8.self)
    var reader = CursorContextReader(parse, typed: typed, vocabulary: engine.vocabulary)
    place = reader.read()
  }

  /// Reads the context off the text before the cursor.
  public init(before text: String) { self.init(before: Array(text.utf8)) }
}
