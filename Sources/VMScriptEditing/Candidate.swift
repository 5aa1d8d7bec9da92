import VMScript

/// Something that may stand at a cursor.
public struct Candidate: Hashable, Sendable {
  /// What it is, for an editor's symbol.
  public enum Kind: String, Sendable {
    case keyword, statement, property, block, word, variable, parameter, function, module, resource
    case member, method, type, file
  }

  /// The word itself.
  public var text: String
  /// What it is.
  public var kind: Kind
  /// Its type or value in a few words; may be empty.
  public var type: String
  /// One line about it; may be empty.
  public var doc: String
  /// What follows it in any case, such as ` = `.
  public var suffix: String

  /// A candidate.
  public init(
    _ text: String, _ kind: Kind, type: String = "", doc: String = "", suffix: String = ""
  ) {
    self.text = text
    self.kind = kind
    self.type = type
    self.doc = doc
    self.suffix = suffix
  }

  /// Type and doc on one line.
  public var note: String {
    type.isEmpty ? doc : doc.isEmpty ? type : "\(type): \(doc)"
  }
}
