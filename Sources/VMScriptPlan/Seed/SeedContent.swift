import Crypto
import VMScript
import Yams

/// The comparable content of a cloud-init seed.
package struct SeedContent {
  /// The instance id. cloud-init repeats a first boot under another one.
  let instance: String?
  private let entries: [Entry]

  /// A part of a seed, named as in the language.
  private struct Entry {
    /// The name, such as `packages` or `user bob keys`.
    let key: String
    let node: Node
    /// Whether it may contain unmarked secrets.
    var isPrivate = false
  }

  /// The content for a machine without a seed.
  package static var none: SeedContent { SeedContent(instance: nil, entries: []) }

  private init(instance: String?, entries: [Entry]) {
    self.instance = instance
    self.entries = entries
  }

  /// Reads the files of a seed; nil if they are not cloud-init's.
  package init?(_ files: [SeedFile]) {
    func document(_ name: String) -> Node? {
      files.first { $0.name == name }.flatMap {
        try? Yams.compose(yaml: String(decoding: $0.content, as: UTF8.self))
      }
    }
    guard let user = document("user-data")?.mapping else { return nil }
    instance = document("meta-data")?["instance-id"]?.string
    var entries: [Entry] = []
    for (key, node) in user {
      switch key.string ?? "" {
      case "hostname": entries.append(Entry(key: SeedChange.hostName, node: node))
      case "runcmd": entries.append(Entry(key: "run", node: node, isPrivate: true))
      case "packages": entries.append(Entry(key: "packages", node: node))
      // Derived from the passwords.
      case "ssh_pwauth": break
      case "users": entries += (node.array()).flatMap(Self.entries(ofUser:))
      case let other: entries.append(Entry(key: other, node: node, isPrivate: true))
      }
    }
    if let network = document("network-config") {
      entries.append(Entry(key: "network", node: network))
    }
    self.entries = entries
  }

  private static func entries(ofUser node: Node) -> [Entry] {
    guard let user = node.mapping, let name = user["name"]?.string else {
      return [Entry(key: "user", node: node, isPrivate: true)]
    }
    return user.compactMap { key, node in
      switch key.string ?? "" {
      case "name": Entry(key: "user \(name)", node: node)
      // Derived from the password.
      case "lock_passwd": nil
      case "ssh_authorized_keys": Entry(key: "user \(name) keys", node: node)
      case "passwd", "plain_text_passwd":
        Entry(key: "user \(name) password", node: [key, node], isPrivate: true)
      case let other: Entry(key: "user \(name) \(other)", node: node)
      }
    }
  }

  /// Returns the keys in which a later seed differs, in the order of the later one. Removed keys
  /// come last.
  package func changes(to later: SeedContent) -> [SeedChange] {
    let earlier = Dictionary(entries.map { ($0.key, $0) }) { $1 }
    let kept = Set(later.entries.map(\.key))
    let changed = later.entries.compactMap { entry -> SeedChange? in
      let before = earlier[entry.key]
      guard before?.node != entry.node else { return nil }
      return SeedChange(key: entry.key, from: before.map(Self.value), to: Self.value(entry))
    }
    return changed
      + entries.filter { !kept.contains($0.key) }.map {
        SeedChange(key: $0.key, from: Self.value($0), to: nil)
      }
  }

  private static func value(_ entry: Entry) -> Value {
    guard !entry.isPrivate else { return .secret(SecretText("")) }
    return value(entry.node)
  }

  private static func value(_ node: Node) -> Value {
    switch node {
    case .scalar(let scalar): node.bool.map(Value.bool) ?? .string(scalar.string)
    case .sequence(let items): .list(items.map(value))
    case .mapping, .alias: .secret(SecretText(""))
    }
  }
}

/// A key of `cloud_init` that differs from a machine's present seed.
package struct SeedChange {
  package static let hostName = "hostname"

  package let key: String
  /// The value in the present seed, masked if it may contain secrets; nil if there is none.
  package let from: Value?
  package let to: Value?

  /// Whether cloud-init applies it at each boot, so that the machine keeps its instance.
  ///
  /// The host name is set at every boot. Users, keys, packages and commands are applied once for
  /// each instance, at its first boot.
  var isAppliedAtEveryBoot: Bool { key == Self.hostName }
}

/// One file of a seed.
public struct SeedFile: Hashable, Sendable {
  /// The name in the root folder, such as `user-data`.
  public let name: String
  /// The whole content.
  public let content: [UInt8]

  /// Creates a file of these bytes.
  public init(name: String, content: [UInt8]) {
    self.name = name
    self.content = content
  }

  /// Creates a file of this text in UTF-8.
  public init(name: String, text: String) { self.init(name: name, content: Array(text.utf8)) }

  /// Returns the first 8 hexadecimal digits of a SHA-256 over the names and contents of files.
  package static func digest(of files: [SeedFile]) -> String {
    var hash = SHA256()
    for file in files {
      hash.update(data: Array("\(file.name)\0\(file.content.count)\0".utf8))
      hash.update(data: file.content)
    }
    return Hexadecimal.text(hash.finalize().prefix(4))
  }
}
