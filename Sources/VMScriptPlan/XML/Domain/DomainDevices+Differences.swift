import VMScript
import VMScriptSyntax

extension DomainDevices {
  /// In what the devices of a definition are not as declared, and when each change takes effect.
  ///
  /// - Parameter running: the machine as it runs; nil for one that is off.
  package func differences(
    definition root: XMLElement, running: RunningMachine?
  ) throws(Diagnostic) -> [PropertyDifference] {
    var running = running
    var result: [PropertyDifference] = []
    for record in gone {
      guard let element = record.element(in: root) else { continue }
      result.append(removal(of: record, element, running))
    }
    for device in devices {
      if let element = device.element(in: root, byPosition: isHostClone) {
        let present = running.flatMap { device.element(in: $0.root) }
        result += device.differences(element).map { difference in
          present == nil ? difference.offline : difference
        }
      } else {
        // Its element, with all that libvirt looks at, shows whether a running machine takes it.
        let scratch = XMLElement(name: "domain")
        let element = device.make(in: scratch)
        try device.write(to: element)
        let isLive = running?.take(element, of: device.block.schema) ?? false
        result.append(
          PropertyDifference(
            block: device.name.path, name: "device", from: nil,
            to: .string(context.moves[device.key].map { "moved from \($0)" } ?? "new"),
            impact: isLive ? .live : .nextStart
          ).of(device.name))
      }
    }
    return result
  }

  /// In what the devices of a running machine are not as declared, those that it lacks though its
  /// definition has them among them.
  func runningDifferences(
    definition root: XMLElement, _ machine: RunningMachine
  ) throws(Diagnostic) -> [PropertyDifference] {
    var machine = machine
    var result: [PropertyDifference] = []
    for device in devices where device.element(in: root) != nil {
      if let present = device.element(in: machine.root) {
        result += device.differences(present)
        continue
      }
      let element = device.make(in: XMLElement(name: "domain"))
      try device.write(to: element)
      guard machine.take(element, of: device.block.schema) else { continue }
      result.append(
        PropertyDifference(
          block: device.name.path, name: "device", from: nil, to: .string("new"), impact: .live
        ).of(device.name))
    }
    return result
  }

  private func removal(
    of record: DeviceRecords.Record, _ element: XMLElement, _ running: RunningMachine?
  ) -> PropertyDifference {
    let present = running.flatMap { record.element(in: $0.root) }
    var impact: Impact = present.map(record.canGo) ?? false ? .live : .nextStart
    if losesData(record, element) { impact = .dataLoss }
    // A volume of the domain's own has a name that means nothing to a reader.
    let path = ownVolume(of: record, element) == nil ? element.text(at: "source/@file") : nil
    return PropertyDifference(
      block: record.path, name: "device",
      from: .string(path ?? (record.identity.isEmpty ? "present" : record.identity)), to: nil,
      impact: impact
    ).of(record.name)
  }

  /// Whether the volume of a drive is the domain's own, and goes with it.
  private func losesData(_ record: DeviceRecords.Record, _ element: XMLElement) -> Bool {
    ownVolume(of: record, element)?.isDisk ?? false
  }

  /// The volume that a drive leaves behind: the domain's own, and no longer declared anywhere in it.
  func ownVolume(of record: DeviceRecords.Record, _ element: XMLElement) -> VolumeName? {
    guard let path = element.text(at: "source/@file"),
      !context.disks.values.contains(where: { $0.path == path }), context.seed != path,
      !context.shared.contains(path),
      let name = VolumeName(ofFile: path),
      name.stack == context.stack
    else { return nil }
    return switch name.role {
    case .disk, .seed: name
    case .image, .base, .pin: nil
    }
  }
}

extension VolumeName {
  fileprivate var isDisk: Bool { if case .disk = role { true } else { false } }
}
