/// A fact about the host. A fact that could not be read is never taken for an absent one.
///
/// There is no default for the third case: code that needs the value either handles it or throws.
public enum Fact<Value: Sendable>: Sendable {
  /// The host has it, and this is it.
  case known(Value)
  /// The host was asked and has none.
  case absent
  /// The host could not be asked; the text is the reason in the words of whoever refused.
  case unreadable(String)

  /// The value, or `absent` for nil.
  public init(_ value: Value?) { self = value.map(Fact.known) ?? .absent }

  /// Why it could not be read; nil where it was.
  public var reason: String? {
    if case .unreadable(let reason) = self { reason } else { nil }
  }

  /// The value for output alone, where "not known" and "none" look the same.
  public var shown: Value? {
    if case .known(let value) = self { value } else { nil }
  }

  /// Whether the host was asked and has none.
  public var isAbsent: Bool {
    if case .absent = self { true } else { false }
  }
}

extension Fact: Equatable where Value: Equatable {}
extension Fact: Hashable where Value: Hashable {}
