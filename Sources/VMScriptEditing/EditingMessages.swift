import VMScript

/// Why an editor's wish is refused, in words.
enum EditingMessages {
  static func noName(_ text: String) -> RenameRefusal {
    RenameRefusal(
      reason:
        "`\(text)` is not a name: a name begins with a letter or `_` and continues with letters, "
        + "digits and `_`")
  }

  static func reservedName(_ text: String) -> RenameRefusal {
    RenameRefusal(reason: "`\(text)` is a reserved word")
  }
}
