import Libvirt
import VMScript
import VMScriptPlan
import VMScriptSyntax

/// Reads a host; changes nothing.
public enum Inspector {
  /// Returns the objects of a host and their stacks.
  ///
  /// - Parameters:
  ///   - uri: the connection; nil selects `LIBVIRT_DEFAULT_URI`, else libvirt's own default.
  ///   - stack: a stack whose networks are recognized even if the host has nothing else of it.
  ///   - patience: the time limit for the host to answer.
  /// - Throws: VM0701 without a connection, and libvirt's errors.
  public static func inventory(
    uri: String?, stack: String? = nil, patience: HostPatience = HostPatience()
  ) async throws(Diagnostic) -> HostInventory {
    try await BriefAccess(uri: uri, patience: patience).onHost("listing the objects of the host") {
      try await InventoryReader(pool: $0, stack: stack).read()
    }
  }

  /// Returns the details of every domain, network and image of a name, each as a document that starts
  /// with `kind` and `name`; leaves out secrets.
  ///
  /// - Throws: VM0701 without a connection, VM0790 if no object has this name, and libvirt's errors.
  public static func details(
    of name: String, uri: String?, patience: HostPatience = HostPatience()
  ) async throws(Diagnostic) -> [Value] {
    try await BriefAccess(uri: uri, patience: patience).onHost("inspecting `\(name)`") {
      try await details(of: name, in: $0)
    }
  }

  /// Compares the copies of a stack's images on the host with the digests of their uploads.
  ///
  /// - Returns: a diagnostic for each damaged copy, by the name of the image.
  /// - Throws: VM0701 without a connection, and libvirt's errors.
  public static func damagedImages(
    of stack: String, uri: String?, patience: HostPatience = HostPatience()
  ) async throws(Diagnostic) -> [String: Diagnostic] {
    let access = BriefAccess(uri: uri, patience: patience)
    return try await access.onHost("reading the images of `\(stack)`") { pool in
      let storage = try await LiveReader(pool: pool).read().storage
      var damaged: [String: Diagnostic] = [:]
      for place in storage.owned(by: stack) {
        guard let owned = place.volume.owned,
          case .pin(let key, let nonce, let record?) = owned.role,
          let base = storage.pools[place.pool]?.inventory.base(key: key, nonce: nonce)
        else { continue }
        let found = try await VolumeStore(connections: pool).digest(of: base.path)
        guard let found, !found.hasPrefix(record.digest) else { continue }
        damaged[owned.ownerName] = StorageMessages.wrongContent(
          of: owned.ownerName, path: base.path)
      }
      return damaged
    }
  }

  static func details(of name: String, in pool: ConnectionPool) async throws -> [Value] {
    let inventory = try await InventoryReader(pool: pool, stack: nil).read()
    let found = try await pool.run { connection in
      try ObjectDetails(connection: connection, inventory: inventory).all(named: name)
    }
    guard found.isEmpty else { return found }
    let names =
      inventory.domains.map(\.name) + inventory.networks.map(\.name)
      + inventory.images.map(\.name)
    throw InspectionMessages.nothingNamed(name, closest: closest(to: name, among: names))
  }
}

/// The details of objects of a host, as documents.
struct ObjectDetails {
  typealias Document = ValueMap

  let connection: Connection
  let inventory: HostInventory

  func all(named name: String) throws -> [Value] {
    var found: [Value] = []
    if let domain = try connection.domain(named: name) { found.append(.map(try document(domain))) }
    if let network = try connection.network(named: name) {
      found.append(.map(try document(network)))
    }
    return try found + inventory.images.filter { $0.name == name }.map { .map(try document($0)) }
  }

  private func document(_ domain: Domain) throws -> Document {
    let known = inventory.domains.first { $0.name == domain.name }
    if let reason = known?.unreadable {
      return [
        "kind": .string("domain"), "name": .string(domain.name), "stack": Value(known?.stack),
        "state": .string(LiveDomain.State(try domain.state()).rawValue),
        "id": domain.id.map { .int(Int64($0)) } ?? .none, "uuid": .string(domain.uuid),
        "unreadable": .string(reason),
      ]
    }
    let live = try LiveDomain(domain)
    // Not the secure form, which contains the passwords of displays.
    let root = try XMLElement.parse(domain.xml(), root: "domain")
    let devices = root.first("devices")
    return [
      "kind": .string("domain"), "name": .string(domain.name), "stack": Value(known?.stack),
      "source": Value(known?.source),
      "state": .string(LiveDomain.State(try domain.state()).rawValue),
      "id": domain.id.map { .int(Int64($0)) } ?? .none, "uuid": .string(domain.uuid),
      "title": Value(root.text(at: "title")),
      "cpus": Value(integer: root.text(at: "vcpu")),
      "memory": Self.memory(root.text(at: "memory")),
      "autostart": .bool(try domain.isPersistent() && domain.autostart()),
      "addresses": .list(known?.addresses.map(Value.ip) ?? []),
      "nics": .list((devices?.all("interface") ?? []).map(Self.nic)),
      "disks": .list((devices?.all("disk") ?? []).map(Self.disk)),
      "displays": .list((devices?.all("graphics") ?? []).map(Self.display)),
      "console": Value(devices?.text(at: "console/@tty")),
      "snapshots": .list(try snapshots(of: domain)),
      "protect": live.facts.owner?.isProtected == true ? .bool(true) : .none,
      "transient": live.isPersistent ? .none : .bool(true),
      "saved": live.hasSavedState ? .bool(true) : .none,
      "pending": .list(live.pendingChanges().map(\.document)),
    ]
  }

  /// Returns the snapshots, each after the one that it was made after; empty for a driver without
  /// snapshots.
  private func snapshots(of domain: Domain) throws -> [Value] {
    do throws(LibvirtError) {
      let entries = try domain.allSnapshots().map { (snapshot) throws(LibvirtError) in
        SnapshotTree.Entry(
          name: snapshot.name, parent: try snapshot.parent(), isCurrent: try snapshot.isCurrent())
      }
      return SnapshotTree(entries).entries.map(\.document)
    } catch {
      guard error.isOfADriverWithoutIt else { throw error }
      return []
    }
  }

  private func document(_ network: Network) throws -> Document {
    let known = inventory.networks.first { $0.name == network.name }
    if let reason = known?.unreadable {
      return [
        "kind": .string("net"), "name": .string(network.name), "stack": Value(known?.stack),
        "state": .string(try network.isActive() ? "running" : "stopped"),
        "uuid": .string(network.uuid), "unreadable": .string(reason),
      ]
    }
    let root = try XMLElement.parse(network.xml(), root: "network")
    let isActive = try network.isActive()
    return [
      "kind": .string("net"), "name": .string(network.name), "stack": Value(known?.stack),
      "state": .string(isActive ? "running" : "stopped"), "uuid": .string(network.uuid),
      "mode": .string(root.text(at: "forward/@mode") ?? "isolated"),
      "bridge": Value(root.text(at: "bridge/@name")),
      "subnets": .list(known?.subnets.map(Value.cidr) ?? []),
      "domain": Value(root.text(at: "domain/@name")),
      "autostart": .bool(try network.isPersistent() && network.autostart()),
      "leases": .list(isActive ? try leases(of: network) : []),
      "pending": .list(try LiveNetwork(network).pendingChanges().map(\.document)),
    ]
  }

  /// Returns the leases; empty for a driver without leases.
  private func leases(of network: Network) throws -> [Value] {
    do throws(LibvirtError) {
      return try network.leases().map { Self.lease($0) }
    } catch {
      guard error.isOfADriverWithoutIt else { throw error }
      return []
    }
  }

  private func document(_ image: HostInventory.Image) throws -> Document {
    let allocation = try connection.volume(path: image.path)?.info().allocation
    return [
      "kind": .string("image"), "name": .string(image.name), "stack": Value(image.stack),
      "pool": .string(image.pool), "path": .string(image.path),
      "capacity": image.capacity.map(Value.size) ?? .none,
      "allocation": allocation.map { .size(ByteSize(bytes: Int64(clamping: $0))) } ?? .none,
    ]
  }

  private static func nic(_ element: XMLElement) -> Value {
    return .map([
      "mac": Value(element.text(at: "mac/@address")),
      "net": Value(element.text(at: "source/@network")),
      "bridge": Value(element.text(at: "source/@bridge")),
      "dev": Value(element.text(at: "source/@dev")),
      "model": Value(element.text(at: "model/@type")),
    ]).withoutNone
  }

  private static func disk(_ element: XMLElement) -> Value {
    return .map([
      "dev": Value(element.text(at: "target/@dev")),
      "device": Value(element["device"]),
      "bus": Value(element.text(at: "target/@bus")),
      "format": Value(element.text(at: "driver/@type")),
      "source": Value(
        element.text(at: "source/@file") ?? element.text(at: "source/@dev")
          ?? element.text(at: "source/@volume")),
      "readonly": element.first("readonly") == nil ? .none : .bool(true),
    ]).withoutNone
  }

  private static func display(_ element: XMLElement) -> Value {
    .map([
      "type": Value(element["type"]), "listen": Value(element["listen"]),
      "port": Value(integer: element["port"]),
    ]).withoutNone
  }

  private static func lease(_ lease: DHCPLease) -> Value {
    .map([
      "ip": .string(lease.address), "mac": Value(lease.mac), "name": Value(lease.hostname),
    ]).withoutNone
  }

  /// Converts libvirt's memory in KiB to a size.
  private static func memory(_ text: String?) -> Value {
    guard let count = text.flatMap({ Int64($0) }) else { return .none }
    let (bytes, overflow) = count.multipliedReportingOverflow(by: 1024)
    return overflow ? .none : .size(ByteSize(bytes: bytes))
  }
}

extension Value {
  fileprivate init(integer text: String?) {
    self = text.flatMap { Int64($0) }.map(Value.int) ?? .none
  }

  /// The map without entries that are `none`.
  fileprivate var withoutNone: Value {
    guard case .map(let entries) = self else { return self }
    return .map(entries.filter { if case .none = $0.value { false } else { true } })
  }
}
