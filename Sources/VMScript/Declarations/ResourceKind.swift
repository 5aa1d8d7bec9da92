/// What kind of object a resource is. A clone is a domain that has a source.
public enum ResourceKind: Hashable, Sendable {
  case image, net, domain
  /// A kind that the host of the script defined, by the word that declares one; see
  /// ``Engine/resource(_:)``.
  case custom(String)

  /// The kind of libvirt's objects that this word declares; nil for any other word.
  public init?(rawValue word: String) {
    guard let kind = Self.allCases.first(where: { $0.rawValue == word }) else { return nil }
    self = kind
  }

  /// The word that declares a resource of this kind.
  public var rawValue: String {
    switch self {
    case .image: "image"
    case .net: "net"
    case .domain: "domain"
    case .custom(let word): word
    }
  }

  /// Whether a host of the script defined it, so that libvirt knows nothing of it.
  public var isCustom: Bool {
    if case .custom = self { true } else { false }
  }
}

extension ResourceKind: CaseIterable {
  /// The kinds that every script knows.
  public static let allCases: [ResourceKind] = [.image, .net, .domain]
}
