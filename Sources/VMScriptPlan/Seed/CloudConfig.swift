import Crypto
import VMScript
import Yams

/// What a script's `cloud_init` block says, and the NoCloud files it becomes.
public struct CloudConfig: Sendable {
  /// A user that cloud-init makes.
  public struct User: Sendable {
    /// The login name.
    public var name: String
    /// Public SSH keys, a line each.
    public var keys: [String] = []
    /// May become root without a password.
    public var sudo = false
    /// In plain text, or a hash in a form of crypt(5).
    public var password: String?
    /// The login shell's path.
    public var shell = "/bin/bash"
    /// A user without password, keys or rights.
    public init(name: String) { self.name = name }
  }

  /// nil takes the domain's name, made fit for a host name.
  public var hostname: String?
  /// Made beside no others: an image's own standard user is not made.
  public var users: [User] = []
  /// Installed at the first boot.
  public var packages: [String] = []
  /// Shell commands, run in order at the first boot.
  public var run: [String] = []

  /// A block that declares nothing.
  public init() {}

  /// The files of the seed.
  ///
  /// The instance id of a new machine is the domain's UUID and a digest of the files, so that a clone
  /// is an instance of its own. For a machine that has a seed already, `DomainSeed.following(_:)`
  /// decides whether it stays the instance that it is.
  ///
  /// - Throws: ``StorageFailure/seedFailed(_:)`` if YAML refuses a text, which is not repeated.
  public func files(domain: String, uuid: String) throws(StorageFailure) -> [SeedFile] {
    let host = hostname ?? Self.hostName(from: domain)
    let user = try "#cloud-config\n" + Self.yaml(userData(host: host))
    let digest = Hexadecimal.text(SHA256.hash(data: Array(user.utf8)).prefix(4))
    return [
      SeedFile(name: "user-data", text: user),
      try Self.metaData(instance: "\(uuid)-\(digest)", host: host),
    ]
  }

  private static func metaData(instance: String, host: String) throws(StorageFailure) -> SeedFile {
    let meta = CloudValue.map([
      .init("instance-id", .string(instance)), .init("local-hostname", .string(host)),
    ])
    return SeedFile(name: "meta-data", text: try yaml(meta))
  }

  /// The same files for another instance.
  package static func files(_ files: [SeedFile], ofInstance instance: String) -> [SeedFile] {
    files.map { file in
      guard file.name == "meta-data",
        let meta = try? Yams.compose(yaml: String(decoding: file.content, as: UTF8.self)),
        let host = meta["local-hostname"]?.string,
        let changed = try? metaData(instance: instance, host: host)
      else { return file }
      return changed
    }
  }

  /// The host name of a domain that declares none: its own name where that is a DNS label.
  ///
  /// Otherwise it is the cleaned name with a digest of the original, so that two domains never share
  /// a host name.
  public static func hostName(from name: String) -> String {
    let mapped = name.map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "-" }
    let start = mapped.drop { $0 == "-" }
    let fit = start.lastIndex { $0 != "-" }.map { String(start[...$0]) } ?? ""
    if fit == name, (1...63).contains(name.utf8.count) { return name }
    return Identity.distinct(fit.isEmpty ? "vm" : fit, from: name, limit: 63)
  }

  private func userData(host: String) -> CloudValue {
    var entries: [CloudValue.Entry] = [.init("hostname", .string(host))]
    func add(_ key: String, _ values: [CloudValue]) {
      if !values.isEmpty { entries.append(.init(key, .list(values))) }
    }
    add("users", users.map(Self.value))
    // Cloud images forbid passwords over SSH unless told otherwise.
    if users.contains(where: { $0.password != nil }) {
      entries.append(.init("ssh_pwauth", .bool(true)))
    }
    add("packages", packages.map(CloudValue.string))
    add("runcmd", run.map(CloudValue.string))
    return .map(entries)
  }

  private static func value(_ user: User) -> CloudValue {
    var entries: [CloudValue.Entry] = [
      .init("name", .string(user.name)), .init("shell", .string(user.shell)),
    ]
    if user.sudo { entries.append(.init("sudo", .string("ALL=(ALL) NOPASSWD:ALL"))) }
    if !user.keys.isEmpty {
      entries.append(.init("ssh_authorized_keys", .list(user.keys.map(CloudValue.string))))
    }
    entries.append(.init("lock_passwd", .bool(user.password == nil)))
    if let password = user.password {
      let key = PasswordHash.isHash(password) ? "passwd" : "plain_text_passwd"
      entries.append(.init(key, .string(password)))
    }
    return .map(entries)
  }

  private static func yaml(_ value: CloudValue) throws(StorageFailure) -> String {
    do {
      return try Yams.serialize(node: value.node, width: -1, allowUnicode: true)
    } catch {
      throw .seedFailed("a text of `cloud_init` cannot be written as YAML")
    }
  }
}
