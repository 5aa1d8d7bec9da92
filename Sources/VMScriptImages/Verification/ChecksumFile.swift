import Foundation

/// A digest of a file, in lower-case hexadecimal digits.
package struct ExpectedDigest: Hashable, Sendable {
  /// `sha256` or `sha512`.
  package let algorithm: String
  package let digits: String

  /// Creates a digest; nil unless the digits are those of a SHA-256 or a SHA-512.
  package init?(_ digits: some StringProtocol) {
    let digits = digits.lowercased()
    guard digits.utf8.allSatisfy({ "0123456789abcdef".utf8.contains($0) }) else { return nil }
    switch digits.utf8.count {
    case 64: algorithm = "sha256"
    case 128: algorithm = "sha512"
    default: return nil
    }
    self.digits = digits
  }
}

/// The digests that a publisher lists beside its images.
///
/// The known forms are `HASH  NAME`, `HASH *NAME`, `SHA256 (NAME) = HASH`, and a file that holds
/// one digest only. A signature around the text is ignored.
package struct ChecksumFile: Sendable {
  private struct Entry: Sendable {
    /// nil in a file of one digest.
    let name: String?
    let digest: ExpectedDigest
  }

  private let entries: [Entry]

  /// Reads the text of a file. Other lines are ignored.
  package init(_ text: String) {
    entries = text.split(whereSeparator: \.isNewline).compactMap(Self.entry)
  }

  /// Returns the digest of a file; the strongest if there are several.
  ///
  /// A file that lists one digest describes the image beside it, whatever name it gives.
  package func digest(of name: String) -> ExpectedDigest? {
    let named = entries.filter { $0.name == name }
    let found = named.isEmpty && entries.count == 1 ? entries : named
    return found.map(\.digest).max { $0.digits.utf8.count < $1.digits.utf8.count }
  }

  private static func entry(_ line: Substring) -> Entry? {
    let line = line.trimmingCharacters(in: .whitespaces)
    if let open = line.range(of: " ("), let close = line.range(of: ") = ", options: .backwards),
      open.upperBound <= close.lowerBound
    {
      let digest = ExpectedDigest(line[close.upperBound...])
      return digest.map {
        Entry(name: fileName(line[open.upperBound..<close.lowerBound]), digest: $0)
      }
    }
    let digits = line.prefix { !$0.isWhitespace }
    guard let digest = ExpectedDigest(digits) else { return nil }
    let rest = line.dropFirst(digits.count).drop { $0.isWhitespace }
    let name = rest.first == "*" ? rest.dropFirst() : rest
    return Entry(name: name.isEmpty ? nil : fileName(name), digest: digest)
  }

  /// Names may have a folder, as in `./image.qcow2`.
  private static func fileName(_ text: some StringProtocol) -> String {
    String(text).split(separator: "/").last.map(String.init) ?? ""
  }
}
