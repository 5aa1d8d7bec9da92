import Crypto

/// One file of a seed.
public struct SeedFile: Hashable, Sendable {
  /// The name in the root folder, such as `user-data`.
  public let name: String
  /// The whole content.
  public let content: [UInt8]

  /// Creates a file of these bytes.
  public init(name: String, content: [UInt8]) {
    self.name = name
    self.content = content
  }

  /// Creates a file of this text in UTF-8.
  public init(name: String, text: String) { self.init(name: name, content: Array(text.utf8)) }

  /// Returns the first 8 hexadecimal digits of a SHA-256 over the names and contents of files.
  package static func digest(of files: [SeedFile]) -> String {
    var hash = SHA256()
    for file in files {
      hash.update(data: Array("\(file.name)\0\(file.content.count)\0".utf8))
      hash.update(data: file.content)
    }
    return Hexadecimal.text(hash.finalize().prefix(4))
  }
}
