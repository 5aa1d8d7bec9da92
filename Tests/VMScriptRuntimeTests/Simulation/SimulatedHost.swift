import Synchronization
import TestSupport
import VMScript
import VMScriptSyntax

@testable import VMScriptPlan

/// A host in memory: what plans read of it, with the effect of each step of a change.
///
/// It stands in the place of libvirt for thousands of plans and crashes in seconds. What libvirt makes of
/// a document is simulated only where plans depend on it.
final class SimulatedHost: HostReader, StepPerformer {
  struct Machine: Hashable, Sendable {
    var name: String
    let uuid: String
    var definition: String
    var running: String?
    var autostart = false
  }

  struct Bridge: Hashable, Sendable {
    let uuid: String
    var definition: String
    var running: String?
    var autostart = false
  }

  /// Everything that is there, as a value that shows whether two hosts are the same.
  struct State: Hashable, Sendable {
    var machines: [String: Machine] = [:]
    var networks: [String: Bridge] = [:]
    /// The volumes of each pool.
    var volumes: [String: [VolumeInventory.Volume]] = ["default": [], "other": []]
    /// The folders of pools; one that is missing has the pool's name.
    var folders: [String: String] = [:]
    var seeds: [String: [SeedFile]] = [:]
    /// The paths of the disks that were edited before their first boot.
    var edited: Set<String> = []
    /// Where the images are, by name.
    var images: [String: String] = [:]
  }

  /// The end of the process that takes the steps.
  struct Crash: Error {}

  /// Where it ends, and how many steps were taken so far.
  private struct Fate {
    var taken = 0
    /// The step at which the process ends; nil where it lives on.
    var end: Int?
    /// Whether the step has its effect before.
    var isAfter = false
  }

  private let content: Mutex<State>
  private let fate = Mutex(Fate())

  init(_ state: State = State()) { content = Mutex(state) }

  var state: State { content.withLock(\.self) }

  /// The number of steps taken since the last one of these.
  func startCounting(endingAt end: Int? = nil, isAfter: Bool = false) {
    fate.withLock { $0 = Fate(end: end, isAfter: isAfter) }
  }

  var steps: Int { fate.withLock(\.taken) }

  // MARK: Reading

  func read(isThorough: Bool, leased: Set<String>) async throws -> LiveState {
    let state = state
    let machines = try state.machines.values.map { machine in
      try LiveDomain(
        name: machine.name, uuid: machine.uuid,
        state: machine.running == nil ? .stopped : .running, autostart: machine.autostart,
        xml: machine.definition, running: machine.running)
    }
    let networks = try state.networks.map { name, network in
      try LiveNetwork(
        name: name, uuid: network.uuid, isActive: network.running != nil,
        autostart: network.autostart, xml: network.definition, running: network.running)
    }
    let pools = state.volumes.map { name, volumes in
      LiveStorage.Reading(name: name, path: state.folder(of: name), volumes: volumes)
    }
    return LiveState(
      domains: machines, networks: networks,
      storage: LiveStorage(pools: pools, domains: machines))
  }

  func files() async throws -> HostFiles { .none }

  func seed(at path: String) async throws -> SeedContent? {
    state.seeds[path].flatMap(SeedContent.init)
  }

  func withoutSnapshots(_ domains: [String]) async throws -> Set<String> { Set(domains) }

  func capabilities() async throws -> String { "<capabilities/>" }

  // MARK: Steps

  func hasMoved(_ change: Change) async throws -> Bool { false }

  func removeLeftovers(of stack: String, pool: String) async throws {
    let inventory = try await read(isThorough: true, leased: []).storage.pools[pool]?.inventory
    let leftovers = Set((inventory?.leftovers(of: stack) ?? []).map(\.name))
    content.withLock { $0.volumes[pool]?.removeAll { leftovers.contains($0.name) } }
  }

  func perform(_ step: Step, of change: Change) async throws {
    let (ends, hasEffect) = fate.withLock { fate in
      fate.taken += 1
      guard let end = fate.end, fate.taken >= end else { return (false, true) }
      return (true, fate.isAfter && fate.taken == end)
    }
    if hasEffect {
      try content.withLock { (state: inout State) in try state.apply(step, of: change) }
    }
    if ends { throw Crash() }
  }
}

// MARK: - The effects of steps

extension SimulatedHost.State {
  fileprivate func folder(of pool: String) -> String { folders[pool] ?? "/\(pool)" }

  fileprivate mutating func apply(_ step: Step, of change: Change) throws {
    let name = change.name
    switch step {
    case .publish(let upload): try publish(upload, for: change)
    case .release(let release): free(release)
    case .releaseChanged: break
    case .make(let volume): make(volume)
    case .grow(let growth):
      replace(growth.volume) { volume in
        VolumeInventory.Volume(
          name: volume.name, path: volume.path, backing: volume.backing,
          capacity: .known(growth.size), format: volume.format)
      }
    case .remove(let volume), .delete(let volume): remove(volume)
    case .write(let seed):
      add(
        .init(name: seed.name.fileName, path: seed.path, capacity: 1 << 16, format: "raw"),
        to: seed.pool)
      seeds[seed.path] = seed.files
    case .customize(let work): edited.insert(work.disk.path)
    case .rename(let earlier, _, let shutsDown):
      var machine = machines.removeValue(forKey: earlier)
      machine?.name = name
      if shutsDown { machine?.running = nil }
      machines[name] = machine
    case .dropSavedState, .bringBack: break
    case .turnOff, .shutDown: machines[name]?.running = nil
    case .change(let machine):
      try changeMachine(name) { root in for step in machine.steps { try root.take(step) } }
      for (_, volume) in machine.volumes { remove(volume) }
    case .define(let definition): try define(definition)
    case .start:
      let definition = machines[name]?.definition
      machines[name]?.running = definition
    case .deleteDomain(let volumes):
      volumes.forEach { remove($0) }
      machines[name] = nil
    case .changeEntries(let entries):
      guard let running = networks[name]?.running else { return }
      let root = try XMLElement.parse(running)
      for entry in entries { try root.take(entry) }
      networks[name]?.running = root.xmlString
    case .defineNetwork(let definition):
      let root = try XMLElement.parse(definition.xml)
      let uuid = root.text(at: "uuid") ?? ""
      if networks[name] == nil {
        networks[name] = .init(uuid: uuid, definition: definition.xml)
      } else {
        networks[name]?.definition = definition.xml
      }
    case .stopNetwork: networks[name]?.running = nil
    case .startNetwork(_, let autostart):
      if let autostart { networks[name]?.autostart = autostart }
      let definition = networks[name]?.definition
      if networks[name]?.running == nil { networks[name]?.running = definition }
    case .plugGuests: break
    case .deleteNetwork: networks[name] = nil
    }
  }

  private mutating func define(_ definition: DomainDefinition) throws {
    let root = try definition.element(published: images)
    // libvirt adds it, and memory changes by it.
    _ = root.ensure("devices").ensure("memballoon", with: ["@model": "virtio"])
    let name = definition.declaration.name
    let text = root.xmlString
    var machine =
      machines[name]
      ?? SimulatedHost.Machine(name: name, uuid: root.text(at: "uuid") ?? "", definition: text)
    machine.definition = text
    if case .bool(let autostart) = definition.declaration.body["autostart"] {
      machine.autostart = autostart
    }
    if definition.starts { machine.running = text }
    machines[name] = machine
  }

  private mutating func changeMachine(
    _ name: String, _ body: (XMLElement) throws -> Void
  ) throws {
    guard let running = machines[name]?.running else { return }
    let root = try XMLElement.parse(running)
    try body(root)
    machines[name]?.running = root.xmlString
  }

  // MARK: Volumes

  private mutating func add(_ volume: VolumeInventory.Volume, to pool: String) {
    volumes[pool, default: []].removeAll { $0.name == volume.name }
    volumes[pool, default: []].append(volume)
  }

  private mutating func remove(_ volume: VolumeReference) {
    volumes[volume.pool]?.removeAll { $0.name == volume.name }
    seeds[volume.path] = nil
    edited.remove(volume.path)
  }

  private mutating func replace(
    _ volume: VolumeReference,
    _ body: (VolumeInventory.Volume) -> VolumeInventory.Volume
  ) {
    volumes[volume.pool] = volumes[volume.pool]?.map { $0.name == volume.name ? body($0) : $0 }
  }

  private mutating func make(_ new: NewVolume) {
    var capacity = new.size ?? new.xml.capacity
    var backing: String?
    switch new.origin {
    case .overlay(let base):
      backing = base.image.flatMap { images[$0.name] } ?? base.path
      capacity = capacity ?? base.capacity
    case .copy(let base):
      capacity = capacity ?? volumes.values.joined().first { $0.path == base.path }?.capacity.shown
    case .new, .kept: break
    }
    var volume = VolumeInventory.Volume(
      name: new.xml.name, path: new.path, backingPath: backing, capacity: capacity,
      format: new.xml.format.rawValue)
    volume.clusterSize = new.xml.clusterSize ?? (new.xml.format == .qcow2 ? 65536 : nil)
    volume.lazyRefcounts = new.xml.format == .qcow2 ? new.xml.lazyRefcounts : nil
    add(volume, to: new.pool)
  }

  private mutating func publish(_ upload: ImageUpload, for change: Change) throws {
    let image = upload.image
    add(
      .init(
        name: SourcePath.fileName(of: image.path), path: image.path, capacity: image.capacity,
        format: image.format.rawValue), to: image.pool)
    // The content may be there already, as an upload of another image or stack.
    let base = VolumeName(ofFile: image.path)
    var nonce = upload.nonce
    if case .base(_, let present)? = base?.role { nonce = present }
    let pin = try VolumeName(
      stack: base?.stack ?? "", owner: image.name,
      role: .pin(key: upload.key.text, nonce: nonce), extension: "pin")
    add(
      .init(
        name: pin.fileName, path: "\(folder(of: image.pool))/\(pin.fileName)", capacity: 512,
        format: "raw"),
      to: image.pool)
    images[image.name] = image.path
  }

  private mutating func free(_ release: ImageRelease) {
    for pool in release.pools {
      let bases = Set(volumes.values.joined().compactMap(\.backing.shown))
      let used = machines.values.map { $0.definition + ($0.running ?? "") }.joined()
      var present = volumes[pool] ?? []
      present.removeAll { volume in
        guard case .pin(let key, _, _)? = volume.owned?.role else { return false }
        return volume.owned?.ownerName == release.image && !release.keeping.contains(key)
      }
      let pins = Set(
        present.compactMap { volume -> String? in
          if case .pin(_, let nonce, _)? = volume.owned?.role { nonce } else { nil }
        })
      present.removeAll { volume in
        guard case .base(_, let nonce)? = volume.owned?.role else { return false }
        return !pins.contains(nonce) && !bases.contains(volume.path) && !used.contains(volume.path)
      }
      volumes[pool] = present
    }
  }
}

extension XMLElement {
  /// The effect of a live step on the document of a machine.
  fileprivate func take(_ step: LiveStep) throws {
    let devices = ensure("devices")
    switch step {
    case .attach(_, let xml): devices.append(.element(try XMLElement.parse(xml)))
    case .detach(_, _, let xml): try devices.device(like: xml)?.detach()
    case .update(_, let xml):
      try devices.device(like: xml)?.detach()
      devices.append(.element(try XMLElement.parse(xml)))
    case .throttle(_, let target, let limits):
      let disk = devices.all("disk").first { $0.text(at: "target/@dev") == target }
      disk?.remove("iotune")
      for (name, value) in limits.sorted(by: { $0.key < $1.key }) where value > 0 {
        disk?.ensure("iotune").add(name, text: String(value))
      }
    case .memory(let kibibytes): setText(String(kibibytes), at: "currentMemory")
    case .processors(let count): setText(String(count), at: "vcpu/@current")
    case .title(let text): write(text, to: "title")
    case .description(let text): write(text, to: "description")
    case .mark(let xml):
      DomainMetadata.mark(in: self)?.detach()
      let mark = try XMLElement.parse(xml).named()
      mark["xmlns:\(DomainMetadata.prefix)"] = DomainMetadata.namespace
      ensure("metadata").append(.element(mark))
    }
  }

  private func write(_ text: String, to name: String) {
    remove(name)
    if !text.isEmpty { add(name, text: text) }
  }

  /// The device that a document is of.
  private func device(like xml: String) throws -> XMLElement? {
    let wanted = try XMLElement.parse(xml)
    let places = ["target/@dev", "mac/@address", "@type", "@model"]
    let found = all(wanted.name)
    let identity = places.first { wanted.text(at: $0) != nil }
    guard let identity else { return found.first }
    return found.first { $0.text(at: identity) == wanted.text(at: identity) }
  }

  /// The element and all below it with the prefix of a stack's mark.
  private func named() -> XMLElement {
    let copy = XMLElement(name: DomainMetadata.name(name))
    for (name, value) in attributes { copy[name] = value }
    for child in children { copy.append(.element(child.named())) }
    return copy
  }

  /// The effect of a change of an entry on the document of a network.
  fileprivate func take(_ change: NetworkEntryChange) throws {
    let entry = try XMLElement.parse(change.xml)
    let place: XMLElement?
    switch change.section {
    case .dhcpHost, .dhcpRange:
      place = all("ip").first { $0["family"] != "ipv6" }?.ensure("dhcp")
    case .dnsHost, .dnsText, .dnsService: place = ensure("dns")
    }
    switch change.command {
    case .addLast: place?.append(.element(entry))
    case .delete: place?.children.first { $0.xmlString == entry.xmlString }?.detach()
    }
    if let place, place.children.isEmpty { place.detach() }
  }
}
