import VMScript

/// A name that the text at hand can use, such as a session's or a script's.
public struct KnownName: Sendable {
  /// The name.
  public var text: String
  /// What it is a name of.
  public var kind: Candidate.Kind
  /// Its value, where that is known.
  public var value: Value?
  /// What it is where no value says it, such as a function's parameters; may be empty.
  public var detail: String
  /// What the script says about it; may be empty.
  public var doc: String
  /// The names of a module.
  public var members: [KnownName]

  /// A known name.
  public init(
    _ text: String, _ kind: Candidate.Kind, value: Value? = nil, detail: String = "",
    doc: String = "", members: [KnownName] = []
  ) {
    self.text = text
    self.kind = kind
    self.value = value
    self.detail = detail
    self.doc = doc
    self.members = members
  }

  /// The name as a candidate.
  var candidate: Candidate {
    Candidate(text, kind, type: value?.brief ?? detail, doc: doc)
  }
}

extension Session {
  /// The session's names, for completion.
  public var knownNames: [KnownName] {
    names.map { name, value in
      KnownName(
        name, value == nil ? .module : .variable, value: value,
        detail: value == nil ? "module" : "")
    }
  }
}

extension Value {
  /// The value as a script writes it, cut where it is long.
  var brief: String { excerpt(40) }
}
