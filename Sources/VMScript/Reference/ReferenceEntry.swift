/// What there is to say about a word of the language, for help, editors and documentation.
public struct ReferenceEntry: Sendable, Hashable {
  /// The word itself.
  public let name: String
  /// How it is written, such as `range(FIRST, END, STEP)`.
  public let form: String
  /// What it does, one sentence without its full stop.
  public let doc: String
  /// A line that works as it stands; empty where none would.
  public let example: String
  /// The value of the example, as the language writes it; nil where it has none or it depends on what
  /// lies outside.
  public let result: String?

  init(
    _ name: String, _ form: String, _ doc: String, _ example: String, gives result: String? = nil
  ) {
    self.name = name
    self.form = form
    self.doc = doc
    self.example = example
    self.result = result
  }
}

/// The words of the language with what there is to say about them.
public enum Reference {
  /// The functions that every script knows, in the order of the documentation.
  public static let functions: [ReferenceEntry] = Builtin.functions.map(\.reference)

  /// The functions by what they have to do with.
  public static let functionGroups: [(title: String, functions: [ReferenceEntry])] =
    Builtin.Group.allCases.map { group in
      (group.rawValue, Builtin.functions.filter { $0.group == group }.map(\.reference))
    }

  /// The entry of a function, verb or statement.
  public static func entry(_ name: String) -> ReferenceEntry? {
    (statements + verbs + functions).first { $0.name == name }
  }
}
