/// One file of a seed.
public struct SeedFile: Hashable, Sendable {
  /// The name in the root folder, such as `user-data`.
  public let name: String
  /// The whole content.
  public let content: [UInt8]

  /// A file of these bytes.
  public init(name: String, content: [UInt8]) {
    self.name = name
    self.content = content
  }

  /// A file of this text in UTF-8.
  public init(name: String, text: String) { self.init(name: name, content: Array(text.utf8)) }
}
