import Foundation

/// A user of this machine with the groups that its processes have.
struct Account: Sendable, Equatable {
  /// The name, or `+NUMBER` for a user without one.
  let name: String
  /// The number of the user.
  let user: UInt32
  /// The numbers of its groups, the primary one first.
  let groups: [UInt32]

  init(name: String, user: UInt32, groups: [UInt32]) {
    self.name = name
    self.user = user
    self.groups = groups
  }

  /// Looks up a user; nil if there is none.
  ///
  /// - Parameters:
  ///   - name: its name, or its number after `+`.
  ///   - group: the name or number of another primary group.
  init?(named name: String, group: String? = nil) {
    guard let entry = Self.entry(of: name) else { return nil }
    let primary = group.flatMap(Self.group) ?? entry.group
    self.name = name
    user = entry.user
    groups = Self.groups(of: name, primary)
  }

  /// The user of this process.
  static var current: Account {
    let user = geteuid()
    var groups = [gid_t](repeating: 0, count: 256)
    // SAFETY: no more groups are written than the array holds.
    let count = getgroups(Int32(groups.count), &groups)
    return Account(
      name: self.name(ofUser: user), user: user,
      groups: [getegid()] + groups.prefix(Int(max(0, count))))
  }

  /// The name of a user, or `+NUMBER` if it has none.
  static func name(ofUser user: UInt32) -> String {
    lookUp(passwd(), { getpwuid_r(user, $0, $1, $2, $3) }) {
      $0.pw_name.map { String(cString: $0) }
    }
      ?? "+\(user)"
  }

  /// The name of a group, or `+NUMBER` if it has none.
  static func name(ofGroup number: UInt32) -> String {
    lookUp(CGroup(), { getgrgid_r(number, $0, $1, $2, $3) }) {
      $0.gr_name.map { String(cString: $0) }
    } ?? "+\(number)"
  }

  private typealias CGroup = Foundation.group

  private static func entry(of name: String) -> (user: UInt32, group: UInt32)? {
    if let number = number(name) { return (number, number) }
    return lookUp(passwd(), { getpwnam_r(name, $0, $1, $2, $3) }) { ($0.pw_uid, $0.pw_gid) }
  }

  private static func group(_ name: String) -> UInt32? {
    number(name) ?? lookUp(CGroup(), { getgrnam_r(name, $0, $1, $2, $3) }) { $0.gr_gid }
  }

  /// Returns the number in libvirt's form `+107`; nil for a name.
  private static func number(_ name: String) -> UInt32? {
    name.hasPrefix("+") ? UInt32(name.dropFirst()) : nil
  }

  private static func groups(of name: String, _ primary: UInt32) -> [UInt32] {
    var groups = [gid_t](repeating: 0, count: 256)
    var count = Int32(groups.count)
    // SAFETY: the call writes at most `count` groups, which the array holds.
    guard getgrouplist(name, primary, &groups, &count) >= 0 else { return [primary] }
    return Array(groups.prefix(Int(count)))
  }

  /// Makes a reentrant call to the user database, and reads its entry.
  private static func lookUp<Entry, Result>(
    _ empty: Entry,
    _ call: (
      UnsafeMutablePointer<Entry>, UnsafeMutablePointer<CChar>, Int,
      UnsafeMutablePointer<UnsafeMutablePointer<Entry>?>
    ) -> Int32, _ read: (Entry) -> Result?
  ) -> Result? {
    var record = empty
    var found: UnsafeMutablePointer<Entry>?
    var texts = [CChar](repeating: 0, count: 16_384)
    // SAFETY: the entry's texts lie in `texts`, which outlives their use in `read`.
    return texts.withUnsafeMutableBufferPointer { buffer in
      guard let start = buffer.baseAddress, call(&record, start, buffer.count, &found) == 0
      else { return nil }
      return (found?.pointee).flatMap(read)
    }
  }
}
