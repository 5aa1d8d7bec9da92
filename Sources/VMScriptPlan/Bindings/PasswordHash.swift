import CCrypt
import Crypto
import Foundation

/// The password hashes of crypt(5): `$id$salt$hash`, some with parameters before the salt.
enum PasswordHash {
  /// Returns a SHA-512 hash of a plain password: `$6$salt$hash`.
  ///
  /// The salt derives from the machine and the user, so that a second plan computes the same hash,
  /// and that equal passwords have different hashes. It does not depend on the password: the salt
  /// is public, and would allow testing a guess with one SHA-256 instead of 5000 rounds.
  ///
  /// - Throws: ``StorageFailure/seedFailed(_:)`` if libcrypt rejects the password.
  static func make(
    _ password: String, user: String, machine uuid: String
  ) throws(StorageFailure) -> String {
    let digest = HMAC<SHA256>.authenticationCode(
      for: Array("vmscript password\0\(user)".utf8),
      using: SymmetricKey(data: Array(uuid.lowercased().utf8)))
    let salt = String(digest.prefix(16).map { alphabet[Int($0 & 63)] })
    guard let hash = crypt(password, setting: "$6$\(salt)") else {
      throw .seedFailed("libcrypt cannot compute the hash of a password")
    }
    return hash
  }

  /// Returns whether a hash is that of a plain password.
  static func matches(_ password: String, _ hash: String) -> Bool {
    isHash(hash) && crypt(password, setting: hash) == hash
  }

  /// Returns the hash of a password with the algorithm and salt of a setting; nil if libcrypt
  /// supports neither.
  private static func crypt(_ password: String, setting: String) -> String? {
    var data: UnsafeMutableRawPointer?
    var size: CInt = 0
    // SAFETY: crypt_ra allocates `data` and stores its size; it is erased and freed once, here, after
    // the result in it is copied.
    defer {
      if let data {
        memset(data, 0, Int(size))
        free(data)
      }
    }
    return crypt_ra(password, setting, &data, &size).map { String(cString: $0) }
  }

  private static let alphabet = Array(
    "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")

  /// Whether a text is a hash. Any other text is a plain password.
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

  /// Whether a field contains only characters of crypt(5): `./0-9A-Za-z`.
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
