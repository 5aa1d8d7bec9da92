import Crypto

/// Identities derived from names, so that a resource can be found again without a state file.
public enum Identity {
  /// Returns the UUID of a stack's resource: version 5 (RFC 9562) over stack, kind and name, in
  /// lower case.
  public static func uuid(stack: String, kind: ResourceKind, name: String) -> String {
    uuid("resource\0\(stack)\0\(kind.rawValue)\0\(name)")
  }

  /// Returns the UUID of any name: version 5 in VMScript's own namespace.
  public static func uuid(_ name: String) -> String {
    var hash = Insecure.SHA1()
    hash.update(data: namespace)
    hash.update(data: Array(name.utf8))
    var bytes = Array(hash.finalize().prefix(16))
    bytes[6] = bytes[6] & 0x0F | 0x50
    bytes[8] = bytes[8] & 0x3F | 0x80
    let digits = bytes.map(hexadecimal)
    return [digits[0..<4], digits[4..<6], digits[6..<8], digits[8..<10], digits[10..<16]]
      .map { $0.joined() }.joined(separator: "-")
  }

  /// Returns the name of a network's bridge: `virbr` and eight characters of a hash over stack and
  /// name. The kernel allows at most 15 bytes.
  ///
  /// - Parameters:
  ///   - stack: the name of the stack.
  ///   - net: the name of the network.
  ///   - attempt: the number of earlier names that the host already uses.
  public static func bridge(stack: String, net: String, attempt: Int = 0) -> String {
    let digits = Array("abcdefghijklmnopqrstuvwxyz234567")
    let name = "bridge\0\(stack)\0\(net)" + (attempt == 0 ? "" : "\0\(attempt)")
    let characters = SHA256.hash(data: Array(name.utf8)).prefix(8).map { digits[Int($0 & 31)] }
    return "virbr" + String(characters)
  }

  /// Returns the address of a domain's interface: QEMU's prefix 52:54:00 and three bytes of a hash
  /// over stack, domain and the interface's label or position (`nic1`).
  public static func mac(stack: String, domain: String, nic: String) -> MACAddress {
    mac("nic\0\(stack)\0\(domain)\0\(nic)")
  }

  /// Returns an address with QEMU's prefix 52:54:00 for any name.
  public static func mac(_ name: String) -> MACAddress {
    let low = SHA256.hash(data: Array(name.utf8)).prefix(3).reduce(UInt64(0)) {
      $0 << 8 | UInt64($1)
    }
    return MACAddress(value: 0x5254_0000_0000 | low)
  }

  /// Returns a name that was cleaned or shortened, with a digest of the original that distinguishes
  /// it from others that are cleaned alike.
  ///
  /// - Parameters:
  ///   - fit: the cleaned name, in ASCII.
  ///   - original: the original name.
  ///   - limit: the longest result, in bytes.
  public static func distinct(_ fit: String, from original: String, limit: Int) -> String {
    let digest = SHA256.hash(data: Array(original.utf8)).prefix(4).map(hexadecimal).joined()
    return "\(fit.prefix(max(0, limit - digest.utf8.count - 1)))-\(digest)"
  }

  static func hexadecimal(_ byte: UInt8) -> String {
    let text = String(byte, radix: 16)
    return text.utf8.count == 1 ? "0" + text : text
  }

  /// The UUIDv5 of `https://vmscript.dev/` in the URL namespace: the namespace of all identities.
  private static let namespace: [UInt8] = [
    0x3A, 0x96, 0xB7, 0x3C, 0x83, 0x94, 0x59, 0x38, 0xAF, 0x5A, 0x7D, 0x46, 0x6F, 0x7E, 0x85, 0x77,
  ]
}
