import VMScript
import VMScriptSyntax

/// Tells entries that hold a secret, or may, from those that history keeps.
enum Secrecy {
  /// Whether an entry may be kept.
  ///
  /// - Parameter secretNames: variables and parameters whose value is secret.
  static func mayKeep(_ entry: String, secretNames: some Sequence<String> = []) -> Bool {
    let lower = entry.lowercased()
    guard !words.contains(where: lower.contains), !hasPasswordInAddress(entry) else { return false }
    // To name a secret tells nothing; to set it does.
    return !secretNames.contains { setsValue(of: $0, in: entry) }
  }

  /// What a secret is called, wherever it stands in an entry.
  private static let words: [String] =
    [
      "secret", "passphrase", "passwort", "password", "passwd", "token", "credential", "api_key",
      "apikey", "api-key", "private key", "private_key",
    ] + Set(ResourceKind.allCases.flatMap { secretProperties(of: Schema.resource($0)) })

  /// The properties whose value is secret, at any depth.
  private static func secretProperties(of block: BlockSchema) -> [String] {
    let own = block.properties.compactMap { property in
      if case .secret = property.type { property.name } else { nil }
    }
    return own + block.blocks.flatMap(secretProperties)
  }

  /// Whether there is an address such as `qemu+ssh://user:password@host/`.
  private static func hasPasswordInAddress(_ entry: String) -> Bool {
    var rest = entry[...]
    while let start = rest.range(of: "://") {
      rest = rest[start.upperBound...]
      let authority = rest.prefix { !"/ \n\"'".contains($0) }
      if let user = authority.lastIndex(of: "@"), authority[..<user].contains(":") { return true }
    }
    return false
  }

  /// Whether there is a `name=` or `name =`, or a `name:` that gives a type.
  private static func setsValue(of name: String, in entry: String) -> Bool {
    let bytes = Array(entry.utf8)
    let pieces = Piece.all(in: bytes)
    return pieces.indices.dropLast().contains { position in
      Array(bytes[pieces[position].range]) == Array(name.utf8)
        && [[UInt8(ascii: "=")], [UInt8(ascii: ":")]]
          .contains(Array(bytes[pieces[position + 1].range]))
    }
  }
}
