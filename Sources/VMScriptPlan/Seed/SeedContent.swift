import VMScript
import Yams

/// The comparable content of a cloud-init seed.
package struct SeedContent {
  /// The instance id. cloud-init repeats a first boot under another one.
  let instance: String?
  private let entries: [Entry]
  /// Whether it configures the network.
  var hasNetwork: Bool { entries.contains { $0.key == SeedChange.network } }
  /// Whether cloud-init applies the network configuration at every boot.
  private var appliesNetworkAtEveryBoot = false

  /// A part of a seed, named as in the language.
  private struct Entry {
    /// The name, such as `packages` or `user bob keys`.
    let key: String
    let node: Node
    /// Whether it may contain unmarked secrets.
    var isPrivate = false
    /// Whether cloud-init applies it at every boot.
    var isAppliedAtEveryBoot = false
    /// Whether the node is a plain password.
    var isPlainPassword = false
    /// The key of another entry that it follows from, unless it is declared.
    var origin: String?

    /// Whether the guest is the same with either entry.
    func isSame(as other: Entry) -> Bool {
      guard isPlainPassword != other.isPlainPassword else { return node == other.node }
      let (plain, hash) = isPlainPassword ? (self, other) : (other, self)
      return PasswordHash.matches(plain.node.string ?? "", hash.node.string ?? "")
    }
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
    let meta = document("meta-data")?.mapping
    instance = meta?[Node(CloudKey.instance)]?.string
    var entries = user.flatMap { Self.entries(of: $0.key.string ?? "", $0.value) }
    if let network = document("network-config") {
      entries.append(Entry(key: SeedChange.network, node: network, isPrivate: true))
    }
    let host = user[Node(CloudKey.hostName)]
    for (key, node) in meta ?? [:] where key.string != CloudKey.instance {
      if key.string == CloudKey.localHostName, node == host { continue }
      entries.append(Entry(key: "meta \(key.string ?? "")", node: node, isPrivate: true))
    }
    self.entries = entries
    let updates = CloudKey.networkAtEveryBoot
    appliesNetworkAtEveryBoot = user[Node(updates.key)] == updates.value.node
  }

  /// Returns the parts of an entry of the user data.
  private static func entries(of key: String, _ node: Node) -> [Entry] {
    let isAlways = CloudKey.appliedAtEveryBoot.contains(key)
    switch key {
    case "users": return node.array().flatMap(entries(ofUser:))
    case "write_files": return node.array().flatMap(entries(ofFile:))
    case "disk_setup":
      return (node.mapping ?? [:]).map {
        Entry(key: "disks \($0.key.string ?? "") layout", node: $0.value)
      }
    case "fs_setup":
      return node.array().map {
        Entry(key: "disks \($0["device"]?.string ?? "") filesystem", node: $0)
      }
    case "ntp":
      return (node.mapping ?? [:]).map { key, node in
        let own = CloudKey.ofNTP.first { $0.value == key.string }?.key
        return Entry(key: "ntp \(own ?? key.string ?? "")", node: node)
      }
    case "ssh_pwauth": return [Entry(key: key, node: node, origin: "password")]
    case CloudKey.networkAtEveryBoot.key where node == CloudKey.networkAtEveryBoot.value.node:
      return []
    default: break
    }
    guard let own = CloudKey.ofBlock.first(where: { $0.value == key })?.key else {
      return [
        Entry(
          key: "data \(key)", node: node, isPrivate: true, isAppliedAtEveryBoot: isAlways)
      ]
    }
    return [
      Entry(
        key: own, node: node, isPrivate: privateKeys.contains(own),
        isAppliedAtEveryBoot: isAlways)
    ]
  }

  /// The properties that may contain secrets which the seed does not mark.
  private static let privateKeys: Set = ["run", "boot", "mounts", "ssh_keys"]

  private static func entries(ofUser node: Node) -> [Entry] {
    guard let user = node.mapping, let name = user["name"]?.string else {
      // The image's default user follows from `ssh_authorized_keys`.
      return node.string == "default" ? [] : [Entry(key: "user", node: node, isPrivate: true)]
    }
    return user.map { key, node in
      let key = key.string ?? ""
      let own = CloudKey.ofUser.first { $0.value == key }?.key
      switch key {
      case "name": return Entry(key: "user \(name)", node: node)
      case CloudKey.lock:
        return Entry(
          key: "user \(name) lock_password", node: node, origin: "user \(name) password")
      case "passwd", "hashed_passwd", "plain_text_passwd":
        return Entry(
          key: "user \(name) password", node: node, isPrivate: true,
          isPlainPassword: key == "plain_text_passwd")
      default: return Entry(key: "user \(name) \(own ?? key)", node: node)
      }
    }
  }

  private static func entries(ofFile node: Node) -> [Entry] {
    guard let file = node.mapping, let path = file["path"]?.string else {
      return [Entry(key: "files", node: node, isPrivate: true)]
    }
    return file.compactMap { key, node in
      let key = key.string ?? ""
      let own = CloudKey.ofFile.first { $0.value == key }?.key
      return key == "path"
        ? nil : Entry(key: "files \(path) \(own ?? key)", node: node, isPrivate: key == "content")
    }
  }

  /// Returns the keys in which a later seed differs, in the order of the later one. Removed keys
  /// come last.
  package func changes(to later: SeedContent) -> [SeedChange] {
    let earlier = Dictionary(entries.map { ($0.key, $0) }) { $1 }
    let kept = Set(later.entries.map(\.key))
    let changed = later.entries.compactMap { entry -> SeedChange? in
      let before = earlier[entry.key]
      if let before, before.isSame(as: entry) { return nil }
      return change(entry, from: before.map(Self.value), to: Self.value(entry))
    }
    let removed = entries.filter { !kept.contains($0.key) }.map {
      change($0, from: Self.value($0), to: nil)
    }
    let all = changed + removed
    let origins = Dictionary(
      (entries + later.entries).compactMap { entry in entry.origin.map { (entry.key, $0) } }
    ) { $1 }
    return all.filter { change in
      guard let origin = origins[change.key] else { return true }
      return !all.contains { $0.key == origin || $0.key.hasSuffix(" \(origin)") }
    }
  }

  private func change(_ entry: Entry, from: Value?, to: Value?) -> SeedChange {
    // The guest reads this setting at the boot before.
    let isAlways =
      entry.key == SeedChange.network ? appliesNetworkAtEveryBoot : entry.isAppliedAtEveryBoot
    return SeedChange(key: entry.key, from: from, to: to, isAppliedAtEveryBoot: isAlways)
  }

  private static func value(_ entry: Entry) -> Value {
    guard !entry.isPrivate else { return .secret(SecretText("")) }
    return value(entry.node)
  }

  private static func value(_ node: Node) -> Value {
    switch node {
    case .scalar(let scalar): node.bool.map(Value.bool) ?? .string(scalar.string)
    case .sequence(let items): .list(items.map(value))
    case .mapping(let entries):
      .map(ValueMap(entries.map { ($0.key.string ?? "", value($0.value)) }))
    case .alias: .secret(SecretText(""))
    }
  }
}

/// A key of `cloud_init` that differs from a machine's present seed.
package struct SeedChange {
  static let network = "network"

  package let key: String
  /// The value in the present seed, masked if it may contain secrets; nil if there is none.
  package let from: Value?
  package let to: Value?
  /// Whether cloud-init applies it at each boot, so that the machine keeps its instance.
  ///
  /// The host name and the commands of `boot` are applied at every boot, and so is the network
  /// configuration if the present seed says so. Everything else is applied once for each instance,
  /// at its first boot.
  let isAppliedAtEveryBoot: Bool
}
