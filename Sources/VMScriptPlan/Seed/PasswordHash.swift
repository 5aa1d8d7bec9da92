/// The hashed passwords of crypt(5): `$id$salt$hash`, some with parameters before the salt.
enum PasswordHash {
  /// Returns whether a text is a hash; any other text is a password as it is typed.
  static func isHash(_ text: String) -> Bool {
    let parts = text.split(separator: "$", omittingEmptySubsequences: false)
    guard parts.count >= 4, parts[0].isEmpty, let form = forms[String(parts[1])] else {
      return false
    }
    var rest = parts[2...]
    switch form {
    case .salted: break
    case .withRounds:
      if let rounds = rest.first, rounds.hasPrefix("rounds=") {
        guard isNumber(rounds.dropFirst("rounds=".utf8.count)) else { return false }
        rest = rest.dropFirst()
      }
    case .withCost:
      // Cost, then salt and hash in one field.
      guard let cost = rest.first, cost.utf8.count == 2, isNumber(cost) else { return false }
    case .withParameters:
      guard let parameters = rest.first, isEncoded(parameters) else { return false }
      rest = rest.dropFirst()
    }
    return rest.count == 2 && rest.allSatisfy(isEncoded)
  }

  /// The fields between identifier and hash.
  private enum Form { case salted, withRounds, withCost, withParameters }

  private static let forms: [String: Form] = [
    "1": .salted, "5": .withRounds, "6": .withRounds, "7": .salted, "y": .withParameters,
    "gy": .withParameters, "2": .withCost, "2a": .withCost, "2b": .withCost, "2x": .withCost,
    "2y": .withCost,
  ]

  private static func isNumber(_ text: Substring) -> Bool {
    !text.isEmpty && text.utf8.allSatisfy { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }
  }

  /// Whether a field holds only what crypt(5) encodes with: `./0-9A-Za-z`.
  private static func isEncoded(_ text: Substring) -> Bool {
    !text.isEmpty
      && text.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: ".")...UInt8(ascii: "9"):
          true
        default: false
        }
      }
  }
}
