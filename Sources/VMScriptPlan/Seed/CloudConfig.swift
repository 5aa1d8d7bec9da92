import Crypto
import VMScript
import Yams

/// The content of a script's `cloud_init` block, and the NoCloud files made from it.
public struct CloudConfig: Sendable {
  /// A user that cloud-init creates.
  public struct User: Sendable {
    /// The login name.
    public var name: String
    /// The public SSH keys, one per line.
    public var keys: [String] = []
    /// Whether the user may become root without a password.
    public var sudo = false
    /// The password in plain text, or a hash in a format of crypt(5).
    public var password: String?
    /// The login shell's path.
    public var shell = "/bin/bash"
    /// A user without password, keys or rights.
    public init(name: String) { self.name = name }
  }

  /// The host name; nil derives it from the domain's name.
  public var hostname: String?
  /// The users. An image's default user is not created.
  public var users: [User] = []
  /// The packages installed at the first boot.
  public var packages: [String] = []
  /// The shell commands, run in order at the first boot.
  public var run: [String] = []

  /// Creates an empty block.
  public init() {}

  /// Returns the files of the seed.
  ///
  /// The instance id of a new machine consists of the domain's UUID and a digest of the files, so
  /// that a clone is an instance of its own. For a machine with a seed, `DomainSeed.following(_:)`
  /// decides whether the instance stays.
  ///
  /// - Throws: ``StorageFailure/seedFailed(_:)`` if YAML rejects a text. The error does not repeat
  ///   the text.
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

  /// Returns the files for another instance.
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

  /// Returns the host name of a domain that declares none: its own name if that is a DNS label.
  ///
  /// Otherwise, it is the cleaned name with a digest of the original, so that two domains never
  /// share a host name.
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
    // Cloud images forbid passwords over SSH by default.
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

extension CloudConfig {
  /// Reads a `cloud_init` block. Passwords are revealed here, as the guest needs them. They appear
  /// in no description and no diagnostic.
  public init(declared block: DeclaredBlock) {
    self.init()
    hostname = block["hostname"].flatMap(Self.text)
    packages = Self.texts(block["packages"])
    run = Self.texts(block["run"])
    users = block.blocks("user").compactMap { user in
      user.label.map { Self.user($0, user) }
    }
  }

  private static func user(_ name: String, _ block: DeclaredBlock) -> User {
    var user = User(name: name)
    user.keys = texts(block["keys"]).map { $0.last?.isNewline == true ? String($0.dropLast()) : $0 }
    if case .bool(let sudo)? = block["sudo"] { user.sudo = sudo }
    user.password = block["password"].flatMap(text)
    if let shell = block["shell"].flatMap(text) { user.shell = shell }
    return user
  }

  private static func texts(_ value: Value?) -> [String] {
    guard case .list(let values)? = value else { return value.flatMap(text).map { [$0] } ?? [] }
    return values.compactMap(text)
  }

  private static func text(_ value: Value) -> String? {
    switch value {
    case .string(let text): text
    case .secret(let secret): secret.revealed
    default: nil
    }
  }
}

/// A value of a cloud-config document.
public indirect enum CloudValue: Hashable, Sendable {
  case bool(Bool)
  case int(Int64)
  case float(Double)
  case string(String)
  case list([CloudValue])
  /// A mapping in the order of the document.
  case map([Entry])

  /// A key with its value.
  public struct Entry: Hashable, Sendable {
    /// The key, written as a string.
    public let key: String
    /// The value.
    public let value: CloudValue
    /// Pairs a key with its value.
    public init(_ key: String, _ value: CloudValue) {
      self.key = key
      self.value = value
    }
  }

  /// Returns the YAML tree. Strings are always quoted, so that `no` or `1.0` stay strings.
  var node: Node {
    switch self {
    case .bool(let value): Node(value ? "true" : "false", Tag(.bool))
    case .int(let value): Node(String(value), Tag(.int))
    case .float(let value): Node(YAMLWriter.number(value), Tag(.float))
    case .string(let value): Node(value, Tag(.str), .doubleQuoted)
    case .list(let values): Node(values.map(\.node), Tag(.seq))
    case .map(let entries): Node(entries.map { (Self.key($0.key), $0.value.node) }, Tag(.map))
    }
  }

  /// Returns a key that every YAML parser reads as this string.
  private static func key(_ text: String) -> Node {
    Node(text, Tag(.str), YAMLWriter.isPlain(text) ? .any : .doubleQuoted)
  }
}

/// The password hashes of crypt(5): `$id$salt$hash`, some with parameters before the salt.
enum PasswordHash {
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

  /// Returns the fields between identifier and hash.
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
