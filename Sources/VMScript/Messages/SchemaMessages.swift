// The words of schemas that are not what they must be.

extension MalformedText {
  /// - Parameter path: such as `properties[1].type`; empty for the whole.
  static func schema(_ path: String, expected: String) -> MalformedText {
    MalformedText(reason: "\(place(path)): expected \(expected)")
  }

  static func missingMember(_ name: String, of path: String) -> MalformedText {
    MalformedText(reason: "\(place(path)) has no `\(name)`")
  }

  static func unknownMember(
    _ name: String, of path: String, known: [String]
  ) -> MalformedText {
    let help = didYouMean(name, known).map { "; \($0)" } ?? ""
    return MalformedText(reason: "\(place(path)) cannot have `\(excerpt(name, 40))`\(help)")
  }

  static func unfitName(_ name: String, at path: String) -> MalformedText {
    MalformedText(
      reason: "\(place(path)): `\(excerpt(name, 40))` is no name that scripts can write")
  }

  static func duplicateRow(_ name: String, at path: String) -> MalformedText {
    MalformedText(reason: "\(place(path)): two properties or blocks are named `\(name)`")
  }

  private static func place(_ path: String) -> String { path.isEmpty ? "the schema" : "`\(path)`" }
}
