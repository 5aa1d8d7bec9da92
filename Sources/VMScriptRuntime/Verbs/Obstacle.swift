import VMScriptPlan

/// Why what is awaited is not so yet.
struct Obstacle: Sendable, Equatable, ExpressibleByStringLiteral {
  /// The reason in words, which may be empty.
  let reason: String
  /// An instruction that removes it, where more time alone does not.
  let remedy: String?

  init(_ reason: String, remedy: String? = nil) {
    self.reason = reason
    self.remedy = remedy
  }

  init(stringLiteral reason: String) { self.init(reason) }
}
