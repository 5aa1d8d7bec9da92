import Crypto
import FoundationEssentials
import VMScript

/// The name of a volume that a stack owns: `<stack>.<owner>.<role>.<hash8>.<extension>`.
///
/// Volumes have no metadata in libvirt, so the name itself certifies the owner. `hash8` is a hash
/// of the other fields. A name with a wrong hash belongs to no stack. The hash covers the fields
/// as written, so that it also verifies a shortened owner.
public struct VolumeName: Hashable, Sendable {
  /// The purpose of a volume.
  public enum Role: Hashable, Sendable {
    /// A blank image.
    case image
    /// The uploaded content of an image; `nonce` distinguishes two uploads of the same content.
    case base(key: String, nonce: String)
    /// The record that an upload is complete and used by a stack.
    case pin(key: String, nonce: String, record: UploadRecord? = nil)
    /// A NoCloud seed, identified by the first digits of its content's digest.
    case seed(content: String)
    /// A domain's disk, identified by its key (`disk1` or its label).
    case disk(String)
    /// The record that the edits of a domain's disk are not complete, identified by the disk's role
    /// as written.
    case unfinished(disk: String)
    /// The record that a resource of this kind must not be deleted: `net` or `image`.
    case protection(of: String)
  }

  /// The maximum length of a file name on Linux file systems, in bytes.
  public static let maximumLength = 255

  /// The stack, as written.
  public let stack: String
  /// The domain or image, as written: percent-escaped, shortened to a digest where too long.
  public let owner: String
  /// The purpose of the volume.
  public let role: Role
  /// The whole file name.
  public let fileName: String

  /// Composes a name.
  ///
  /// - Throws: ``StorageFailure/unfitStackName(_:)`` for an invalid stack name.
  public init(stack: String, owner: String, role: Role, extension suffix: String)
    throws(StorageFailure)
  {
    guard Program.isStackName(stack) else { throw .unfitStackName(stack) }
    let roleText = Self.text(of: role)
    let fixed = stack.utf8.count + roleText.utf8.count + suffix.utf8.count + 8 + 4
    let ownerText = Self.shortened(
      Self.escaped(owner, keepingDots: true), to: Self.maximumLength - fixed)
    let hash = Self.hash(stack: stack, owner: ownerText, role: roleText)
    self.stack = stack
    self.owner = ownerText
    self.role = Self.role(of: roleText)
    self.fileName = "\(stack).\(ownerText).\(roleText).\(hash).\(suffix)"
  }

  /// Parses a file name; nil if no stack certified it.
  public init?(parsing fileName: String) {
    guard fileName.utf8.count <= Self.maximumLength else { return nil }
    let parts = fileName.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    guard parts.count >= 5, Program.isStackName(parts[0]), !parts[parts.count - 1].isEmpty else {
      return nil
    }
    let roleText = parts[parts.count - 3]
    let owner = parts[1..<(parts.count - 3)].joined(separator: ".")
    let hash = Self.hash(stack: parts[0], owner: owner, role: roleText)
    guard !owner.isEmpty, parts[parts.count - 2] == hash else { return nil }
    self.stack = parts[0]
    self.owner = owner
    self.role = Self.role(of: roleText)
    self.fileName = fileName
  }

  /// Parses the name of the file at a path.
  package init?(ofFile path: String) { self.init(parsing: SourcePath.fileName(of: path)) }

  /// The owner's name as scripts write it. A shortened name is returned as it is in the file name.
  package var ownerName: String {
    owner.contains("~") ? owner : owner.removingPercentEncoding ?? owner
  }

  /// Returns the owner's field of a name if it fits without shortening; nil otherwise.
  static func plainOwner(_ name: String) -> String? {
    let text = escaped(name, keepingDots: true)
    return text.utf8.count <= 64 ? text : nil
  }

  /// Whether the owner is a domain: of a disk, a seed, or the record of an unfinished disk.
  var isDomains: Bool {
    switch role {
    case .disk, .seed, .unfinished: true
    case .image, .base, .pin, .protection: false
    }
  }

  /// Whether this volume belongs to the domain or image of this name.
  package func isOwned(by name: String) -> Bool {
    if owner == name { return true }
    let suffix = fileName.split(separator: ".").last.map(String.init) ?? ""
    let named = try? VolumeName(stack: stack, owner: name, role: role, extension: suffix)
    return named?.owner == owner
  }

  private static func isPlain(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
      true
    default: false
    }
  }

  private static func escaped(_ text: String, keepingDots: Bool) -> String {
    var result = ""
    for byte in text.utf8 {
      if isPlain(byte) || (keepingDots && byte == UInt8(ascii: ".")) {
        result.unicodeScalars.append(Unicode.Scalar(byte))
      } else {
        result += percent(byte)
      }
    }
    return result
  }

  private static func percent(_ byte: UInt8) -> String { "%" + Hexadecimal.text([byte]) }

  /// `~` is escaped everywhere else, so a shortened name never equals a full one.
  private static func shortened(_ text: String, to limit: Int) -> String {
    guard text.utf8.count > limit else { return text }
    let digest = Hexadecimal.text(SHA256.hash(data: Array(text.utf8)).prefix(16))
    return String(text.prefix(max(0, limit - digest.utf8.count - 1))) + "~" + digest
  }

  private static func hash(stack: String, owner: String, role: String) -> String {
    let content = ["vmscript volume", stack, owner, role].joined(separator: "\0")
    return Hexadecimal.text(SHA256.hash(data: Array(content.utf8)).prefix(4))
  }

  private static func text(of role: Role) -> String {
    switch role {
    case .image: return "image"
    case .base(let key, let nonce): return "base-\(key)-\(nonce)"
    case .pin(let key, let nonce, let record):
      return (["pin", key, nonce] + (record?.fields ?? [])).joined(separator: "-")
    case .seed(let content): return "seed-\(content)"
    case .protection(let kind): return "protected-\(kind)"
    case .disk(let key):
      let text = shortened(escaped(key, keepingDots: false), to: 80)
      // A disk labelled `image` or `seed-…` must not be read as one of those: escape its first
      // letter.
      if case .disk = self.role(of: text) { return text }
      return text.utf8.first.map { percent($0) + text.dropFirst() } ?? text
    case .unfinished(let disk): return disk + unfinished
    }
  }

  /// The suffix of an unfinished disk's record. The role of a disk never contains a `+`.
  private static let unfinished = "+unfinished"

  private static func role(of text: String) -> Role {
    if text.hasSuffix(unfinished) {
      return .unfinished(disk: String(text.dropLast(unfinished.utf8.count)))
    }
    let parts = text.split(separator: "-", omittingEmptySubsequences: false).map(String.init)
    switch (parts.first, parts.count) {
    case ("image", 1): return .image
    case ("base", 3): return .base(key: parts[1], nonce: parts[2])
    case ("pin", 3): return .pin(key: parts[1], nonce: parts[2])
    case ("pin", 6):
      guard let record = UploadRecord(parts[3...]) else { return .disk(text) }
      return .pin(key: parts[1], nonce: parts[2], record: record)
    case ("seed", 2): return .seed(content: parts[1])
    case ("protected", 2) where ["net", "image"].contains(parts[1]):
      return .protection(of: parts[1])
    default: return .disk(text)
    }
  }
}
