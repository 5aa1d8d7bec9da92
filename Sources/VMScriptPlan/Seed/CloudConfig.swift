import Crypto
import Foundation
import VMScript
import Yams

/// The content of a script's `cloud_init` block, and the NoCloud files made from it.
public struct CloudConfig: Sendable {
  /// A file that cloud-init writes, with its content.
  struct GuestFile {
    let block: DeclaredBlock
    let content: [UInt8]
  }

  /// The user data: a cloud-config document.
  private(set) var userData: CloudValue
  /// The metadata without the instance id.
  private(set) var metaData: CloudValue
  /// The network configuration; nil leaves it to the guest.
  let network: CloudValue?

  /// Translates a `cloud_init` block. Passwords become hashes, so that no plain one leaves the
  /// script.
  ///
  /// - Parameters:
  ///   - files: the files of the block with their contents.
  ///   - network: the network configuration made from the interfaces.
  /// - Throws: ``StorageFailure/seedFailed(_:)`` if a password has no hash.
  init(
    declared block: DeclaredBlock, domain: String, uuid: String, files: [GuestFile] = [],
    network generated: CloudValue? = nil
  ) throws(StorageFailure) {
    switch block["network"] {
    case .map?: network = block["network"].map(CloudValue.init)
    case .bool(false)?: network = nil
    default: network = generated
    }
    let host = block["hostname"]?.text
    let label = block["fqdn"]?.text.flatMap { $0.split(separator: ".").first.map(String.init) }
    var entries = [
      CloudValue.Entry(
        CloudKey.hostName, .string(host ?? label ?? Self.hostName(from: domain)))
    ]
    func add(_ key: String, _ value: CloudValue?) {
      switch value {
      // cloud-init rejects empty lists.
      case nil, .list([])?, .map([])?: break
      case let value?: entries.append(.init(key, value))
      }
    }
    for (name, key) in CloudKey.ofBlock.dropFirst() {
      add(key, block[name].map { name == "groups" ? Self.groups($0) : CloudValue($0) })
    }
    // Without an entry in `/etc/hosts`, a guest cannot resolve its own full name.
    if block["fqdn"] != nil { add(CloudKey.hosts, .string("localhost")) }
    add("users", .list(try Self.users(block, uuid)))
    let hasPassword = block.blocks("user").contains { $0["password"] != nil }
    // Cloud images forbid passwords over SSH by default.
    if block["ssh_pwauth"] == nil, hasPassword { add("ssh_pwauth", .bool(true)) }
    add("write_files", .list(files.map(\.value)))
    let disks = block.blocks("disks")
    add("disk_setup", .map(disks.compactMap(Self.partitions)))
    add("fs_setup", .list(disks.compactMap(Self.fileSystem)))
    if let ntp = block.block("ntp") {
      add(
        "ntp",
        .map(
          ntp.properties.map {
            .init(CloudKey.ofNTP[$0.schema.name] ?? $0.schema.name, CloudValue($0.value))
          }))
    }
    if network != nil { entries.append(CloudKey.networkAtEveryBoot) }
    userData = .map(entries).merged(with: block["data"].map(CloudValue.init) ?? .map([]))
    let name = userData[CloudKey.hostName] ?? .string(Self.hostName(from: domain))
    metaData = CloudValue.map([.init(CloudKey.localHostName, name)])
      .merged(with: block["meta"].map(CloudValue.init) ?? .map([]))
  }

  /// Returns the files of the seed.
  ///
  /// The instance id of a new machine consists of the domain's UUID and a digest of the user data,
  /// so that a clone is an instance of its own. For a machine with a seed,
  /// `DomainSeed.following(_:)` decides whether the instance stays.
  ///
  /// - Throws: ``StorageFailure/seedFailed(_:)`` if YAML rejects a text. The error does not repeat
  ///   the text.
  func files(uuid: String) throws(StorageFailure) -> [SeedFile] {
    let user = try "#cloud-config\n" + Self.yaml(userData.node)
    let digest = Hexadecimal.text(SHA256.hash(data: Array(user.utf8)).prefix(4))
    let instance = CloudValue.Entry(CloudKey.instance, .string("\(uuid)-\(digest)"))
    let meta = CloudValue.map([instance]).merged(with: metaData)
    var files = [
      SeedFile(name: "user-data", text: user),
      SeedFile(name: "meta-data", text: try Self.yaml(meta.node)),
    ]
    if let network {
      files.append(SeedFile(name: "network-config", text: try Self.yaml(network.node)))
    }
    return files
  }

  /// Returns the configuration without network configuration, which leaves it to the guest.
  func withoutNetwork() -> CloudConfig { CloudConfig(copying: self) }

  private init(copying config: CloudConfig) {
    userData = .map((config.userData.entries ?? []).filter { $0 != CloudKey.networkAtEveryBoot })
    metaData = config.metaData
    network = nil
  }

  /// Returns the files for another instance.
  package static func files(_ files: [SeedFile], ofInstance instance: String) -> [SeedFile] {
    files.map { file in
      guard file.name == "meta-data",
        var meta = try? Yams.compose(yaml: String(decoding: file.content, as: UTF8.self))
      else { return file }
      meta[CloudKey.instance] = CloudValue.string(instance).node
      return (try? yaml(meta)).map { SeedFile(name: file.name, text: $0) } ?? file
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

  private static func yaml(_ node: Node) throws(StorageFailure) -> String {
    do {
      return try Yams.serialize(node: node, width: -1, allowUnicode: true)
    } catch {
      throw .seedFailed("a text of `cloud_init` cannot be written as YAML")
    }
  }
}

// Entries that are made of several properties.
extension CloudConfig {
  /// Returns the declared users. The image's default user is created only for declared keys of
  /// its own.
  private static func users(
    _ block: DeclaredBlock, _ uuid: String
  ) throws(StorageFailure) -> [CloudValue] {
    var users: [CloudValue] = []
    for user in block.blocks("user") { users.append(try value(of: user, uuid)) }
    let hasDefault = block["ssh_authorized_keys"] != nil && !users.isEmpty
    return (hasDefault ? [.string("default")] : []) + users
  }

  /// Returns groups as a list. cloud-init rejects an empty list of members.
  private static func groups(_ value: Value) -> CloudValue {
    guard case .map(let groups) = value else { return CloudValue(value) }
    return .list(
      groups.map { name, members in
        members == .list([]) ? .string(name) : .map([.init(name, CloudValue(members))])
      })
  }

  private static func value(
    of block: DeclaredBlock, _ uuid: String
  ) throws(StorageFailure) -> CloudValue {
    let name = block.label ?? ""
    var entries: [CloudValue.Entry] = [.init("name", .string(name))]
    for (property, key) in CloudKey.ofUser {
      guard let value = block[property] else {
        if property == "shell" { entries.append(.init(key, .string("/bin/bash"))) }
        continue
      }
      switch (property, value) {
      case ("sudo", .bool(true)): entries.append(.init(key, .string("ALL=(ALL) NOPASSWD:ALL")))
      case ("sudo", .bool(false)), (_, .list([])): break
      case ("inactive", .int(let days)): entries.append(.init(key, .string(String(days))))
      case ("keys", _): entries.append(.init(key, keys(value)))
      default: entries.append(.init(key, CloudValue(value)))
      }
    }
    let password = block["password"]?.text
    if block["lock_password"] == nil {
      entries.append(.init(CloudKey.lock, .bool(password == nil)))
    }
    if let password {
      let hash =
        PasswordHash.isHash(password)
        ? password : try PasswordHash.make(password, user: name, machine: uuid)
      // Unlike `passwd`, it applies to a user who exists already.
      entries.append(.init("hashed_passwd", .string(hash)))
    }
    return .map(entries)
  }

  /// Returns public keys without the line ends that the files of keys have.
  private static func keys(_ value: Value) -> CloudValue {
    guard case .list(let items) = value else { return CloudValue(value) }
    return .list(
      items.map { item in
        let key = item.text ?? ""
        return .string(key.last?.isNewline == true ? String(key.dropLast()) : key)
      })
  }

  private static func partitions(of disk: DeclaredBlock) -> CloudValue.Entry? {
    guard let device = disk["device"]?.text, disk["table"] != nil || disk["layout"] != nil else {
      return nil
    }
    var entries: [CloudValue.Entry] = []
    if let table = disk["table"] { entries.append(.init("table_type", CloudValue(table))) }
    entries.append(.init("layout", disk["layout"].map(CloudValue.init) ?? .bool(true)))
    if let overwrite = disk["overwrite"] {
      entries.append(.init("overwrite", CloudValue(overwrite)))
    }
    return .init(device, .map(entries))
  }

  private static func fileSystem(of disk: DeclaredBlock) -> CloudValue? {
    guard let device = disk["device"], let system = disk["filesystem"] else { return nil }
    let partition = partitions(of: disk) == nil ? "none" : "auto"
    var entries: [CloudValue.Entry] = [
      .init("device", CloudValue(device)), .init("filesystem", CloudValue(system)),
      .init("partition", .string(disk["partition"]?.description ?? partition)),
    ]
    if let label = disk["label"] { entries.append(.init("label", CloudValue(label))) }
    if let overwrite = disk["overwrite"] {
      entries.append(.init("overwrite", CloudValue(overwrite)))
    }
    return .map(entries)
  }
}

extension CloudConfig.GuestFile {
  /// The entry of `write_files`. Content that is not text is encoded.
  fileprivate var value: CloudValue {
    var entries: [CloudValue.Entry] = [.init("path", .string(block["path"]?.text ?? ""))]
    if let text {
      entries.append(.init("content", .string(text)))
    } else {
      entries.append(.init("content", .string(Data(content).base64EncodedString())))
      entries.append(.init("encoding", .string("b64")))
    }
    for (property, key) in CloudKey.ofFile {
      if let value = block[property] { entries.append(.init(key, CloudValue(value))) }
    }
    return .map(entries)
  }

  /// The content as text; nil if it is not UTF-8, or has characters that YAML does not print.
  private var text: String? {
    guard let text = String(validating: content, as: UTF8.self) else { return nil }
    let isText = text.unicodeScalars.allSatisfy { scalar in
      switch scalar {
      case "\n", "\t": true
      default: scalar.properties.generalCategory != .control && scalar != "\u{FEFF}"
      }
    }
    return isText ? text : nil
  }
}
