/// Why a value is not known: it is an attribute of something that does not exist yet.
public final class UnknownOrigin: Sendable {
  /// The resource's name.
  public let resource: String
  /// The attribute that was read.
  public let attribute: String
  /// The origin of one attribute's value.
  public init(resource: String, attribute: String) {
    self.resource = resource
    self.attribute = attribute
  }

  /// What stands for an unknown value in outputs.
  public static let text = "(known after apply)"
}
