import VMScript

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
