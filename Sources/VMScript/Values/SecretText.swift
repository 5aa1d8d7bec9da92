/// A string that must not be shown: passwords and the like.
///
/// It flows through concatenation and interpolation, which make secrets again, and every output
/// shows ``mask`` in its place.
public struct SecretText: Hashable, Sendable, CustomStringConvertible {
  /// What is shown instead.
  public static let mask = "••••••"

  /// The text itself, for the one who hands it to the guest.
  public let revealed: String
  /// Keeps a text from being shown.
  public init(_ text: String) { revealed = text }
  /// Whether two secrets have the same code points.
  public static func == (a: SecretText, b: SecretText) -> Bool {
    ExactText.areEqual(a.revealed, b.revealed)
  }
  /// Hashes the text.
  public func hash(into hasher: inout Hasher) { hasher.combine(ExactText(revealed)) }
  /// The ``mask``, never the text.
  public var description: String { Self.mask }
}
