import VMScript
import VMScriptSyntax

/// One call that changes a running machine without a restart.
package enum LiveStep: Equatable {
  /// A device goes; `alias` is libvirt's name of it.
  case detach(DeviceName, alias: String?, xml: String)
  /// A device changes.
  case update(DeviceName, xml: String)
  /// The limits of what the guest reads and writes on a disk, by libvirt's names of them; zero for
  /// none.
  case throttle(DeviceName, target: String, limits: [String: UInt64])
  /// A device comes.
  case attach(DeviceName, xml: String)
  /// The memory that it has, in KiB.
  case memory(Int64)
  /// The number of its processors.
  case processors(Int64)
  case title(String)
  case description(String)
  /// The stack's mark with the labels, as `virDomainSetMetadata` takes it.
  case mark(String)

  /// The part of the machine that it concerns, as plans name it.
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

  /// Whether a plan that holds the difference means the step.
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
  /// The steps that bring a running machine as near to what is declared as it can be without a
  /// restart: devices that go first, for they free targets and ports.
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

  /// The step that makes a change of the machine as a whole; nil where it is as wanted, and for what
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
    // An empty text takes away what is there.
    case .title: return text(at: "title", wanted, machine).map(LiveStep.title)
    case .description: return text(at: "description", wanted, machine).map(LiveStep.description)
    case .metadata:
      guard let mark = DomainMetadata.bareMark(in: wanted)?.xmlString,
        mark != DomainMetadata.bareMark(in: machine.root)?.xmlString
      else { return nil }
      return .mark(mark)
    // The devices' own.
    case .device, .medium, .throttle: return nil
    // Before the definition, with the volumes.
    case .growth: return nil
    // After the definition, which does not hold them.
    case .autostart, .power: return nil
    // The network's.
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
  /// The devices that go, then those that change or come.
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
      let element = device.make(in: XMLElement(name: "domain"))
      try device.write(to: element)
      if machine.take(element, of: device.block.schema) {
        steps.append(.attach(device.name, xml: element.xmlString))
      }
    }
    return steps
  }
}

extension DeclaredDevice {
  /// The steps that change a device of a running machine.
  fileprivate func liveSteps(_ present: XMLElement) throws(Diagnostic) -> [LiveStep] {
    let element = present.copy()
    try write(to: element, isRunning: true)
    let update: [LiveStep] =
      element.xmlString == present.xmlString ? [] : [.update(name, xml: element.xmlString)]
    return try update + throttle(present)
  }

  /// The step that sets the limits of a disk: all of them, for libvirt keeps what a call leaves out.
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

/// A running machine, as far as it says what can be changed while it runs.
struct RunningMachine {
  /// Its definition as it runs.
  package let root: XMLElement
  /// PCI Express ports with nothing in them; nil where slots are not ports.
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

  /// Whether libvirt's test driver runs it, which knows no devices that come and go.
  private var isTest: Bool { root["type"] == "test" }

  // MARK: Devices

  /// Whether a device of a block, given as its element, can be plugged in; a port is taken then.
  package mutating func take(_ device: XMLElement, of block: BlockSchema) -> Bool {
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

  /// What a device is plugged into.
  private enum Connection {
    case port
    case controller(String)

    /// The connection of a device; nil for one that waits for a start.
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

  /// The memory that it has now, in KiB.
  package var kibibytes: Int64? {
    (root.text(at: "currentMemory") ?? root.text(at: "memory")).flatMap { Int64($0) }
  }

  /// The processors that it has now.
  package var processors: Int64? {
    (root.text(at: "vcpu/@current") ?? root.text(at: "vcpu")).flatMap { Int64($0) }
  }

  /// Whether it can be given so much memory, in KiB: up to its maximum, by the balloon.
  func canHave(kibibytes: Int64) -> Bool {
    guard let maximum = root.text(at: "memory").flatMap({ Int64($0) }), kibibytes <= maximum else {
      return false
    }
    let balloon = root.first("devices")?.first("memballoon")?["model"]
    return isTest || (balloon != nil && balloon != "none")
  }

  /// Whether it can be given so many processors: more than it has, up to its maximum. Taking one
  /// away needs the guest's consent, and is left to the next start.
  func canHave(processors: Int64) -> Bool {
    guard let maximum = root.text(at: "vcpu").flatMap({ Int64($0) }), let present = self.processors
    else { return false }
    return processors > present && processors <= maximum
  }
}
