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
