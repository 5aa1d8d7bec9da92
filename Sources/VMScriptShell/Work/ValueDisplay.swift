import VMScript

/// A value as the shell shows it.
enum ValueDisplay {
  /// As the language writes it; nothing for `none`, which is what a statement without a value gives.
  static func line(_ value: Value) -> String? {
    if case .none = value { return nil }
    return value.literal
  }
}
