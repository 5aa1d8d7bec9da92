import VMScript
import VMScriptSyntax

/// One call that changes a running machine without a restart.
package enum LiveStep: Equatable {
  /// Removes a device; `alias` is its name in libvirt.
  case detach(DeviceName, alias: String?, xml: String)
  /// Changes a device.
  case update(DeviceName, xml: String)
  /// Sets the throughput limits of a disk, by their names in libvirt; zero for none.
  case throttle(DeviceName, target: String, limits: [String: UInt64])
  /// Adds a device.
  case attach(DeviceName, xml: String)
  /// Sets the memory in KiB.
  case memory(Int64)
  /// Sets the number of processors.
  case processors(Int64)
  case title(String)
  case description(String)
  /// Sets the stack's mark with the labels, as `virDomainSetMetadata` takes it.
  case mark(String)

  /// The part of the machine that it concerns, named as in plans.
  package var path: String {
    switch self {
    case .detach(let device, _, _), .update(let device, _), .throttle(let device, _, _),
      .attach(let device, _):
      device.path
    case .memory: "memory"
    case .processors: "cpus"
    case .title: "title"
    case .description: "description"
    case .mark: "labels"
    }
  }

  /// Whether the step applies the difference.
  package func makes(_ difference: PropertyDifference) -> Bool {
    switch self {
    case .detach(let device, _, _), .attach(let device, _): difference.device == device
    case .update(let device, _): difference.device == device && difference.live != .throttle
    case .throttle(let device, _, _): difference.device == device && difference.live == .throttle
    case .memory: difference.live == .memory
    case .processors: difference.live == .processors
    case .title: difference.live == .title
    case .description: difference.live == .description
    case .mark: difference.live == .metadata
    }
  }
}

extension DomainXML {
  /// Returns the steps that apply as much of the declaration as possible without a restart.
  /// Devices are removed first, because they free targets and ports.
  ///
  /// - Parameter wanted: the definition that the update writes.
  static func liveSteps(
    _ declaration: Declaration, _ devices: DomainDevices, wanted: XMLElement,
    _ machine: RunningMachine
  ) throws(Diagnostic) -> [LiveStep] {
    var machine = machine
    let ofDevices = try devices.liveSteps(&machine)
    let ofBody = LiveChange.allCases.compactMap { change in
      step(change, declaration, wanted, machine)
    }
    return ofDevices + ofBody
  }

  /// Returns the step that changes a property of the machine itself; nil if it already matches or
  /// is changed elsewhere.
  private static func step(
    _ change: LiveChange, _ declaration: Declaration, _ wanted: XMLElement,
    _ machine: RunningMachine
  ) -> LiveStep? {
    switch change {
    case .memory:
      guard let kibibytes = DomainMemory(declaration)?.kibibytes, kibibytes != machine.kibibytes,
        machine.canHave(kibibytes: kibibytes)
      else { return nil }
      return .memory(kibibytes)
    case .processors:
      guard let count = DomainCPU(declaration)?.count, machine.canHave(processors: count) else {
        return nil
      }
      return .processors(count)
    // An empty text removes the present one.
    case .title: return text(at: "title", wanted, machine).map(LiveStep.title)
    case .description: return text(at: "description", wanted, machine).map(LiveStep.description)
    case .metadata:
      guard let mark = DomainMetadata.bareMark(in: wanted)?.xmlString,
        mark != DomainMetadata.bareMark(in: machine.root)?.xmlString
      else { return nil }
      return .mark(mark)
    // Handled with the devices.
    case .device, .medium, .throttle: return nil
    // Applied before the definition, with the volumes.
    case .growth: return nil
    // Applied after the definition, which does not contain them.
    case .autostart, .power: return nil
    // Only networks have these.
    case .lease, .dhcpRange, .dnsHost, .dnsText, .dnsService: return nil
    }
  }

  private static func text(
    at path: String, _ wanted: XMLElement, _ machine: RunningMachine
  ) -> String? {
    let text = wanted.text(at: path) ?? ""
    return text == machine.root.text(at: path) ?? "" ? nil : text
  }
}

extension DomainDevices {
  /// Returns the steps that remove devices, then those that change or add some.
  fileprivate func liveSteps(_ machine: inout RunningMachine) throws(Diagnostic) -> [LiveStep] {
    var steps: [LiveStep] = []
    for record in gone {
      guard let element = record.element(in: machine.root), record.canGo(element) else { continue }
      steps.append(
        .detach(record.name, alias: element.text(at: "alias/@name"), xml: element.xmlString))
    }
    for device in devices {
      if let present = device.element(in: machine.root) {
        steps += try device.liveSteps(present)
        continue
      }
      let element = try device.add(to: XMLElement(name: "domain"))
      if machine.take(element, of: device.block.schema) {
        steps.append(.attach(device.name, xml: element.xmlString))
      }
    }
    return steps
  }
}

extension DeclaredDevice {
  /// Returns the steps that change a device of a running machine.
  fileprivate func liveSteps(_ present: XMLElement) throws(Diagnostic) -> [LiveStep] {
    let element = present.copy()
    try write(to: element, isRunning: true)
    let update: [LiveStep] =
      element.xmlString == present.xmlString ? [] : [.update(name, xml: element.xmlString)]
    return try update + throttle(present)
  }

  /// Returns the step that sets the limits of a disk: all of them, because libvirt keeps limits
  /// that a call omits.
  private func throttle(_ present: XMLElement) throws(Diagnostic) -> [LiveStep] {
    func limits(_ element: XMLElement) -> [String: UInt64] {
      XMLRows.texts(of: block.schema, in: element).reduce(into: [:]) { limits, found in
        guard found.row.live == .throttle else { return }
        limits[found.row.name] = found.texts.first.flatMap { UInt64($0) } ?? 0
      }
    }
    let element = present.copy()
    try XMLRows.write(block, to: element, undeclared: undeclared) { $0.live == .throttle }
    guard limits(element) != limits(present) else { return [] }
    return [.throttle(name, target: identity, limits: limits(element))]
  }
}

/// The properties of a running machine that determine the possible live changes.
struct RunningMachine {
  /// The document of the running machine.
  let root: XMLElement
  /// The free PCI Express ports; nil if slots are not ports.
  private var freePorts: Int?

  init(_ root: XMLElement) {
    self.root = root
    let devices = root.first("devices")?.children ?? []
    let controllers = devices.filter { $0.name == "controller" && $0["type"] == "pci" }
    guard controllers.contains(where: { $0["model"] == "pcie-root" }) else { return }
    let taken = Set(
      devices.compactMap { $0.text(at: "address/@bus").flatMap(Self.number) })
    freePorts =
      controllers.filter { $0["model"] == "pcie-root-port" }
      .compactMap { $0["index"].flatMap(Self.number) }.count { !taken.contains($0) }
  }

  private static func number(_ text: String) -> Int? {
    text.hasPrefix("0x") ? Int(text.dropFirst(2), radix: 16) : Int(text)
  }

  /// Whether libvirt's test driver runs it, which supports no hotplug.
  private var isTest: Bool { root["type"] == "test" }

  // MARK: Devices

  /// Whether a device of a block, given as its element, can be plugged in. Reserves a port if so.
  mutating func take(_ device: XMLElement, of block: BlockSchema) -> Bool {
    guard !isTest, let connection = Connection(of: device, block) else { return false }
    switch connection {
    case .port:
      guard let ports = freePorts else { return true }
      freePorts = max(0, ports - 1)
      return ports > 0
    case .controller(let type): return hasController(type)
    }
  }

  /// Whether a device of a block can be unplugged from a running machine.
  static func canLose(_ device: XMLElement, of block: BlockSchema) -> Bool {
    Connection(of: device, block) != nil
  }

  /// The connection of a device.
  private enum Connection {
    case port
    case controller(String)

    /// Determines the connection of a device; nil if it waits for a start.
    init?(of device: XMLElement, _ block: BlockSchema) {
      switch block.hotPlug {
      case .port: self = .port
      case .bus:
        guard let bus = device.text(at: "target/@bus") else { return nil }
        if DriveBus.ports.contains(bus) {
          self = .port
        } else if DriveBus.controllers.contains(bus) {
          self = .controller(bus)
        } else {
          return nil
        }
      case nil: return nil
      }
    }
  }

  private func hasController(_ type: String) -> Bool {
    root.first("devices")?.all("controller").contains { $0["type"] == type } ?? false
  }

  // MARK: Memory and processors

  /// The present memory in KiB.
  var kibibytes: Int64? {
    (root.text(at: "currentMemory") ?? root.text(at: "memory")).flatMap { Int64($0) }
  }

  /// The present number of processors.
  var processors: Int64? {
    (root.text(at: "vcpu/@current") ?? root.text(at: "vcpu")).flatMap { Int64($0) }
  }

  /// Whether the balloon can set this amount of memory in KiB, up to the maximum.
  func canHave(kibibytes: Int64) -> Bool {
    guard let maximum = root.text(at: "memory").flatMap({ Int64($0) }), kibibytes <= maximum else {
      return false
    }
    let balloon = root.first("devices")?.first("memballoon")?["model"]
    return isTest || (balloon != nil && balloon != "none")
  }

  /// Whether it can get this number of processors: more than now, up to its maximum. Removing one
  /// needs the guest's consent, so it waits for the next start.
  func canHave(processors: Int64) -> Bool {
    guard let maximum = root.text(at: "vcpu").flatMap({ Int64($0) }), let present = self.processors
    else { return false }
    return processors > present && processors <= maximum
  }
}
