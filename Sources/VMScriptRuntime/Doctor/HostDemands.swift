import VMScript
import VMScriptPlan
import VMScriptSyntax

/// The demands of machines and networks on their host.
struct HostDemands: Sendable {
  /// Something that a host has or lacks.
  enum Demand: Hashable, Sendable {
    /// An emulator for a kind of machine.
    case emulator(GuestKind)
    /// Hardware acceleration, not only if the host has it.
    case kvm
    /// Firmware for UEFI.
    case firmware(GuestKind)
    /// An active network of the host.
    case network(String)
    /// An active storage pool; nil selects the default.
    case pool(String?)
    case program(HostProgram)
    /// A tool that filters packages.
    case firewall
    /// A network interface or bridge that the host manages itself.
    case interface(String)
    /// A PCI device to pass through.
    case device(PCIAddress)
  }

  /// A network that the script declares, or that is about to start.
  struct Network: Sendable {
    var name: String
    var subnets: [Subnet] = []
    var ipv6Subnets: [IPv6Subnet] = []
  }

  /// The demands in the order in which they were found, each once.
  private(set) var demands: [Demand] = []
  /// The resources that have each demand.
  private var users: [Demand: [String]] = [:]
  /// The networks that libvirt starts with a bridge of their own.
  private(set) var networks: [Network] = []
  /// The paths of files that machines use in place.
  private(set) var paths: Set<String> = []
  /// The most space that new disks can take in each pool, in bytes; nil is the default pool.
  private(set) var growth: [String?: Int64] = [:]
  /// The local files to upload, by the pool that receives them.
  private(set) var uploadsByPool: [String?: Set<String>] = [:]
  /// The description of what has the demands, such as `any machine`.
  let subject: String

  init(subject: String) { self.subject = subject }

  /// Returns the demands of any machine with a disk and a network.
  ///
  /// - Parameter isSession: whether libvirt runs for one user, usually without a network.
  static func general(isSession: Bool) -> HostDemands {
    var demands = HostDemands(subject: "any machine")
    demands.add(.emulator(GuestKind()), of: demands.subject)
    demands.add(.pool(nil), of: demands.subject)
    if !isSession { demands.add(.network("default"), of: demands.subject) }
    return demands
  }

  /// Whether something has a demand.
  func has(_ demand: Demand) -> Bool { users[demand] != nil }

  /// The severity of an unmet demand: an error if anything has it.
  func severity(of demand: Demand) -> Severity { has(demand) ? .error : .warning }

  /// Returns a note that names what has a demand; empty if nothing has it.
  func note(_ demand: Demand) -> [String] {
    guard let names = users[demand], names != [subject] else { return [] }
    let shown = names.prefix(3).joined(separator: ", ")
    let rest = names.count - 3
    return ["needed by \(shown)" + (rest > 0 ? " and \(rest) more" : "")]
  }

  /// The kinds of machines to ask the host about; the default kind if there is none.
  var guestKinds: [GuestKind] {
    // Firmware is demanded together with an emulator.
    let kinds = demands.compactMap { if case .emulator(let kind) = $0 { kind } else { nil } }
    return kinds.isEmpty ? [GuestKind()] : kinds
  }

  /// The names of the demanded networks of the host.
  var networkNames: [String] {
    demands.compactMap { if case .network(let name) = $0 { name } else { nil } }
  }

  /// The names of the demanded pools; nil is the default pool.
  var poolNames: [String?] {
    demands.compactMap { demand -> String?? in
      if case .pool(let name) = demand { .some(name) } else { nil }
    }
  }

  /// The names of the demanded interfaces and bridges of the host.
  var interfaces: [String] {
    demands.compactMap { if case .interface(let name) = $0 { name } else { nil } }
  }

  /// The addresses of the devices to pass through.
  var devices: [PCIAddress] {
    demands.compactMap { if case .device(let address) = $0 { address } else { nil } }
  }

  /// The local files to upload.
  var uploads: Set<String> { uploadsByPool.values.reduce(into: []) { $0.formUnion($1) } }

  /// Adds the path of a file that a machine uses in place.
  mutating func add(path: String) { paths.insert(path) }

  /// Adds a demand of a resource, which the text describes.
  mutating func add(_ demand: Demand, of user: String) {
    if users[demand] == nil { demands.append(demand) }
    // A resource adds all of its demands before the next one.
    if users[demand]?.last != user { users[demand, default: []].append(user) }
  }
}

/// The demands of definitions, which are the same for declared and for existing objects.
extension HostDemands {
  /// Adds the demands of a `<domain>` document.
  ///
  /// - Parameter declared: the names of networks that the same script declares.
  mutating func add(domain root: XMLElement, declared: Set<String> = []) {
    let user = "the domain `\(root.text(at: "name") ?? "")`"
    let kind = GuestKind(
      architecture: root.text(at: "os/type/@arch"), machine: root.text(at: "os/type/@machine"))
    add(.emulator(kind), of: user)
    if root["type"] == "kvm" { add(.kvm, of: user) }
    if root.text(at: "os/@firmware") == "efi" { add(.firmware(kind), of: user) }
    for device in root.first("devices")?.children ?? [] {
      switch device.name {
      case "disk":
        if let path = device.text(at: "source/@file"), path != DeclarationSet.placeholderPath {
          paths.insert(path)
        }
      case "interface":
        if let network = device.text(at: "source/@network"), !declared.contains(network) {
          add(.network(network), of: user)
        }
        // A running machine's interface on a network names the network's bridge, too.
        if device["type"] == "bridge" || device["type"] == "direct",
          let name = device.text(at: "source/@bridge") ?? device.text(at: "source/@dev")
        {
          add(.interface(name), of: user)
        }
        if device.text(at: "backend/@type") == "passt" { add(.program(.passt), of: user) }
      case "tpm" where device.text(at: "backend/@type") == "emulator":
        add(.program(.swtpm), of: user)
      case "filesystem" where device.text(at: "driver/@type") == "virtiofs":
        add(.program(.virtiofsd), of: user)
      case "hostdev" where device["type"] == "pci":
        if let address = device.first("source")?.first("address").flatMap(PCIAddress.init) {
          add(.device(address), of: user)
        }
      default: break
      }
    }
  }

  /// Adds the demands of a `<network>` document.
  mutating func add(network root: XMLElement) {
    let name = root.text(at: "name") ?? ""
    let user = "the network `\(name)`"
    let mode = root.text(at: "forward/@mode")
    let device =
      root.text(at: "forward/interface/@dev") ?? root.text(at: "forward/@dev")
      ?? (mode == "bridge" ? root.text(at: "bridge/@name") : nil)
    if let device { add(.interface(device), of: user) }
    guard mode.map(["nat", "route", "open"].contains) ?? true else { return }
    let network = Network(
      name: name,
      subnets: root.all("ip").compactMap(NetworkFacts.subnet),
      ipv6Subnets: root.all("ip").compactMap(NetworkFacts.ipv6Subnet))
    networks.append(network)
    if mode != "open" { add(.firewall, of: user) }
    if root.first("ip") != nil { add(.program(.dnsmasq), of: user) }
  }
}

/// The demands of scripts.
extension HostDemands {
  /// Creates the demands of declarations.
  ///
  /// - Parameter hypervisor: the meaning of `hypervisor = auto`; `auto` leaves it to the host.
  /// - Throws: a diagnostic for a declaration without a definition: see `DeclarationSet.outline`.
  init(
    _ set: DeclarationSet, sources: SourceMap, hypervisor: String = "auto"
  ) throws(Diagnostic) {
    self.init(subject: "the script")
    let declared = Set(set.declarations.filter { $0.kind == .net }.map(\.name))
    let images = Dictionary(
      set.declarations.filter { $0.kind == .image }.map { ($0.name, $0.body) }
    ) { first, _ in first }
    for declaration in set.declarations {
      switch declaration.kind {
      case .custom: continue
      case .image: add(image: declaration, sources)
      case .net:
        if let root = try set.outline(of: declaration, hypervisor: hypervisor) {
          add(network: root)
        }
      case .domain:
        if let root = try set.outline(of: declaration, hypervisor: hypervisor) {
          add(domain: root, declared: declared)
        }
        addStorage(of: declaration, images)
      }
    }
  }

  private mutating func add(image: Declaration, _ sources: SourceMap) {
    let user = "the image `\(image.name)`"
    let pool = Self.text(image.body["pool"])
    guard let source = Self.text(image.body["source"]) else {
      return add(.pool(pool), of: user)
    }
    switch ImageSource(source, folder: sources.folder(of: image.span)) {
    case .volume(let pool, _): add(.pool(pool), of: user)
    case .host(let path): paths.insert(path)
    case .local(let path):
      add(.pool(pool), of: user)
      uploadsByPool[pool, default: []].insert(path)
    case .remote(let address):
      add(.pool(pool), of: user)
      if ImageName.isName(address) { add(.program(.signatures), of: user) }
    }
  }

  /// Adds the pools and the space that the disks of a domain need.
  private mutating func addStorage(
    of domain: Declaration, _ images: [String: DeclaredBlock]
  ) {
    let user = "the domain `\(domain.name)`"
    for disk in domain.body.blocks("disk") where disk["source"] == nil {
      let image = Self.resource(disk["image"]).flatMap { images[$0] }
      let pool = Self.text(disk["pool"]) ?? Self.text(image?["pool"])
      add(.pool(pool), of: user)
      if Self.text(disk["format"]) != "raw" { add(.program(.imageTool), of: user) }
      if case .size(let size) = disk["size"] {
        let (sum, overflow) = growth[pool, default: 0].addingReportingOverflow(size.bytes)
        growth[pool] = overflow ? .max : sum
      }
    }
    for drive in ["disk", "cdrom", "floppy"].flatMap(domain.body.blocks) {
      if let path = Self.text(drive["source"]), path.hasPrefix("/") { paths.insert(path) }
    }
    if domain.body.block("cloud_init") != nil || domain.body["ignition"] != nil {
      add(.pool(nil), of: user)
    }
    if domain.body.block("customize") != nil { add(.program(.customization), of: user) }
  }

  private static func text(_ value: Value?) -> String? {
    if case .string(let text)? = value { text } else { nil }
  }

  /// Returns the name in a reference to a resource.
  private static func resource(_ value: Value?) -> String? {
    switch value {
    case .resource(let reference): reference.name
    case .string(let name): name
    default: nil
    }
  }
}
