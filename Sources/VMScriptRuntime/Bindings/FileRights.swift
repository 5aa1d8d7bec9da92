import CFileAttributes
import Foundation

/// The owner, the mode and the access list of a file.
struct FileRights: Sendable, Equatable {
  /// The accesses that a process asks for, as the bits of a mode.
  struct Access: OptionSet, Sendable {
    let rawValue: UInt32
    static let enter = Access(rawValue: 1)
    static let write = Access(rawValue: 2)
    static let read = Access(rawValue: 4)
  }

  /// An entry of an access list.
  struct Entry: Sendable, Equatable {
    /// The class that an entry applies to, by its tag in the kernel's format.
    enum Kind: UInt16, Sendable {
      case owner = 1
      case user = 2
      case owningGroup = 4
      case group = 8
      case mask = 16
      case other = 32
    }
    let kind: Kind
    let access: Access
    /// The user or group of a named entry.
    let number: UInt32
  }

  let owner: UInt32
  let group: UInt32
  /// The kind of the file and its permissions.
  let mode: UInt32
  /// The access list; empty for a file with permissions alone.
  var entries: [Entry] = []

  /// The permissions as `ls` prints them in octal digits.
  var permissions: String {
    let digits = String(mode & 0o7777, radix: 8)
    return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
  }

  /// The name of the group whose members may read and write it; nil if there is none besides root's.
  var sharingGroup: String? {
    group != 0 && mode & 0o060 == 0o060 ? Account.name(ofGroup: group) : nil
  }

  /// Whether it is a folder.
  var isFolder: Bool { mode & S_IFMT == S_IFDIR }

  /// Returns whether a user has an access. Root has every one, also as the user of guests.
  func allow(_ access: Access, to account: Account) -> Bool {
    if account.user == 0 { return true }
    if entries.isEmpty { return granted(to: account).isSuperset(of: access) }
    func entry(_ kind: Entry.Kind) -> Access? { entries.first { $0.kind == kind }?.access }
    if account.user == owner { return entry(.owner)?.isSuperset(of: access) ?? false }
    let mask = entry(.mask) ?? [.read, .write, .enter]
    if let named = entries.first(where: { $0.kind == .user && $0.number == account.user }) {
      return named.access.intersection(mask).isSuperset(of: access)
    }
    let ofGroups = entries.filter { entry in
      switch entry.kind {
      case .owningGroup: account.groups.contains(group)
      case .group: account.groups.contains(entry.number)
      default: false
      }
    }
    guard ofGroups.isEmpty else {
      return ofGroups.contains { $0.access.intersection(mask).isSuperset(of: access) }
    }
    return entry(.other)?.isSuperset(of: access) ?? false
  }

  /// Returns the bits of the mode that apply to a user.
  private func granted(to account: Account) -> Access {
    let shift: UInt32 = account.user == owner ? 6 : account.groups.contains(group) ? 3 : 0
    return Access(rawValue: mode >> shift & 7)
  }
}

extension FileRights {
  /// Reads the rights of the file at a path, through symbolic links; nil if it cannot be read.
  init?(at path: String) {
    var status = stat()
    guard stat(path, &status) == 0 else { return nil }
    self.init(
      owner: status.st_uid, group: status.st_gid, mode: status.st_mode,
      entries: Self.entries(Self.attribute("system.posix_acl_access", of: path)))
  }

  /// Returns the SELinux label of the file at a path; nil without one.
  static func label(of path: String) -> String? {
    let bytes = attribute("security.selinux", of: path).prefix { $0 != 0 }
    return bytes.isEmpty ? nil : String(decoding: bytes, as: UTF8.self)
  }

  /// Returns an extended attribute; empty if there is none.
  private static func attribute(_ name: String, of path: String) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: 4096)
    // SAFETY: no more is written than the array holds.
    let count = getxattr(path, name, &bytes, bytes.count)
    return Array(bytes.prefix(max(0, count)))
  }

  /// Parses the kernel's form of an access list: a version, then a tag, an access and a number for
  /// each entry, in little-endian order.
  static func entries(_ bytes: [UInt8]) -> [Entry] {
    func number(_ start: Int, _ count: Int) -> UInt32 {
      bytes[start..<start + count].reversed().reduce(0) { $0 << 8 | UInt32($1) }
    }
    guard bytes.count >= 4, number(0, 4) == 2 else { return [] }
    return stride(from: 4, through: bytes.count - 8, by: 8).compactMap { start in
      Entry.Kind(rawValue: UInt16(number(start, 2))).map {
        Entry(
          kind: $0, access: Access(rawValue: number(start + 2, 2)), number: number(start + 4, 4))
      }
    }
  }
}
