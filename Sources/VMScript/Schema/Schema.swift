/// The one table that says what a script can declare.
public enum Schema {
  /// The body of a resource of this kind; of a kind that is the host's, an empty one.
  public static func resource(_ kind: ResourceKind) -> BlockSchema {
    switch kind {
    case .image: image
    case .net: net
    case .domain: domain
    case .custom(let word): BlockSchema(word, "")
    }
  }
}
