import Crypto

/// What makes two uploaded images one: the content and how it is stored.
public struct ImageKey: Hashable, Sendable {
  /// The first 16 hexadecimal digits of a SHA-256 over content digest, format and layout.
  public let text: String

  /// The key of a source with this SHA-256 (hexadecimal), stored in `format`.
  ///
  /// - Parameters:
  ///   - sha256: of the source, as hexadecimal digits.
  ///   - format: of the volume, such as `qcow2`.
  ///   - size: the declared virtual size in bytes; nil keeps the source's.
  ///   - options: of its layout, as `qemu-img` takes them; none for the tool's own choice.
  public init(sha256: String, format: String, size: Int64?, options: [String] = []) {
    let fields =
      ["vmscript image", sha256.lowercased(), format, size.map(String.init) ?? ""] + options
    let digest = SHA256.hash(data: Array(fields.joined(separator: "\0").utf8))
    text = Hexadecimal.text(digest.prefix(8))
  }
}
