import Crypto
import FoundationEssentials
import VMScript

/// The name of a volume that a stack owns: `<stack>.<owner>.<role>.<hash8>.<extension>`.
///
/// Volumes have no metadata in libvirt, so the name itself certifies who owns the volume: `hash8` is
/// taken over the other fields, and a name whose hash does not recompute belongs to nobody. The hash
/// covers the fields as written, so that it also holds for an owner too long to be written in full.
public struct VolumeName: Hashable, Sendable {
  /// What the volume is for.
  public enum Role: Hashable, Sendable {
    /// A blank image.
    case image
    /// The uploaded content of an image; `nonce` tells two uploads of one content apart.
    case base(key: String, nonce: String)
    /// The record that an upload is complete and wanted by a stack.
    case pin(key: String, nonce: String, record: UploadRecord? = nil)
    /// A NoCloud seed, by the first digits of its content's digest.
    case seed(content: String)
    /// A domain's disk, by its key (`disk1` or its label).
    case disk(String)
  }

  /// The longest file name that Linux file systems take, in bytes.
  public static let maximumLength = 255

  /// The stack, as written.
  public let stack: String
  /// The domain or image, as written: percent-escaped, shortened to a digest where too long.
  public let owner: String
  /// What it is for.
  public let role: Role
  /// The whole file name.
  public let fileName: String

  /// Composes a name.
  ///
  /// - Throws: ``StorageFailure/unfitStackName(_:)`` for what is no stack's name.
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

  /// Reads a file name; nil if it is not a name that some stack certified.
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

  /// Reads the name of the file at a path.
  package init?(ofFile path: String) { self.init(parsing: SourcePath.fileName(of: path)) }

  /// The owner's name as scripts write it; the text as it stands where a digest shortened it.
  package var ownerName: String {
    owner.contains("~") ? owner : owner.removingPercentEncoding ?? owner
  }

  /// The owner's part of a name that no volume has to shorten; nil for a longer one.
  static func plainOwner(_ name: String) -> String? {
    let text = escaped(name, keepingDots: true)
    return text.utf8.count <= 64 ? text : nil
  }

  /// Whether this is a disk or a seed, so that its owner is a domain.
  var isDomains: Bool {
    switch role {
    case .disk, .seed: true
    case .image, .base, .pin: false
    }
  }

  /// Whether this is a volume of the domain or image of this name.
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

  /// `~` is escaped everywhere else, so a shortened text is never another one written in full.
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
    case .disk(let key):
      let text = shortened(escaped(key, keepingDots: false), to: 80)
      // A disk labelled `image` or `seed-…` must not be mistaken for one: escape its first letter.
      if case .disk = self.role(of: text) { return text }
      return text.utf8.first.map { percent($0) + text.dropFirst() } ?? text
    }
  }

  private static func role(of text: String) -> Role {
    let parts = text.split(separator: "-", omittingEmptySubsequences: false).map(String.init)
    switch (parts.first, parts.count) {
    case ("image", 1): return .image
    case ("base", 3): return .base(key: parts[1], nonce: parts[2])
    case ("pin", 3): return .pin(key: parts[1], nonce: parts[2])
    case ("pin", 6):
      guard let record = UploadRecord(parts[3...]) else { return .disk(text) }
      return .pin(key: parts[1], nonce: parts[2], record: record)
    case ("seed", 2): return .seed(content: parts[1])
    default: return .disk(text)
    }
  }
}
