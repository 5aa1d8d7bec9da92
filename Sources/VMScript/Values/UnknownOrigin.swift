/// Why a value is not known: it is an attribute of something that does not exist yet.
public final class UnknownOrigin: Sendable {
  /// The resource's name.
  public let resource: String
  /// The attribute that was read.
  public let attribute: String
  /// Whether the value is missing for another reason, of which nothing more needs to be said.
  let isReported: Bool

  /// The origin of an attribute that is known after apply.
  public convenience init(resource: String, attribute: String) {
    self.init(resource: resource, attribute: attribute, isReported: false)
  }

  private init(resource: String, attribute: String, isReported: Bool) {
    self.resource = resource
    self.attribute = attribute
    self.isReported = isReported
  }

  /// A part of the value is known after apply.
  static let part = UnknownOrigin(resource: "", attribute: "")

  /// The statement that should give the value failed, or nobody gave the parameter yet.
  static let failed = UnknownOrigin(resource: "", attribute: "", isReported: true)

  /// What stands for an unknown value in outputs.
  public static let text = "(known after apply)"
}
