import TestSupport
import Testing
import VMScript

@testable import VMScriptPlan
@testable import VMScriptRuntime

/// The differences of domains, their impact, and the steps on a running machine.
@Suite struct DomainChangesTests {
  private let stack = "lab"

  private func domain(_ body: String) throws -> Declaration {
    let text =
      "stack \"lab\"\nnet a { mode = isolated }\nnet b { mode = isolated }\ndomain web { \(body) }"
    return try #require(try Script.declarations(text).last)
  }

  private func context(_ disks: [String: XMLContext.Storage] = [:]) -> XMLContext {
    XMLContext(
      stack: stack, uuid: Identity.uuid(stack: stack, kind: .domain, name: "web"), disks: disks)
  }

  /// The definition of a script's domain, as it would be made anew.
  private func definition(_ body: String, _ disks: [String: XMLContext.Storage] = [:]) throws
    -> String
  {
    try DomainXML.render(domain(body), context: context(disks), onto: nil)
  }

  /// The path and the impact of each difference between two bodies.
  private func plan(
    from old: String, to new: String, running: String? = nil,
    _ disks: [String: XMLContext.Storage] = [:], after later: [String: XMLContext.Storage]? = nil
  ) throws -> [String] {
    try DomainXML.differences(
      domain(new), context: context(later ?? disks), live: definition(old, disks), running: running
    ).map { "\($0.path): \($0.impact.rawValue)" }
  }

  /// A machine as libvirt runs it: with what it adds.
  private func running(_ body: String, machine: String = "pc-i440fx-7.2") throws -> String {
    let root = try XMLElement.parse(definition(body), root: "domain")
    root.setText(machine, at: "os/type/@machine")
    let devices = root.ensure("devices")
    if machine.contains("q35") {
      devices.add("controller", ["type": "pci", "index": "0", "model": "pcie-root"])
      for port in 1...2 {
        devices.add("controller", ["type": "pci", "index": "\(port)", "model": "pcie-root-port"])
      }
    }
    for (position, interface) in devices.all("interface").enumerated() {
      interface.setText("net\(position)", at: "alias/@name")
      interface.setText("0x0\(position + 1)", at: "address/@bus")
    }
    devices.add("memballoon", ["model": "virtio"])
    return root.xmlString
  }

  private func changes(from old: String, to new: String, running: String) throws -> [LiveStep] {
    let (new, context) = (try domain(new), context())
    let definition = try definition(old)
    return try DomainXML.revision(new, context: context, live: definition, running: running).live
  }

  // MARK: When a change takes effect

  @Test func aMachineThatIsOffSeesChangesAtItsNextStart() throws {
    let old = "memory = 256MiB\nnic { net = a }"
    #expect(
      try plan(from: old, to: "title = \"t\"\nmemory = 128MiB\nnic { net = b }\nnic { net = a }")
        == [
          "title: none", "memory: next-start", "nic 1 net: next-start",
          "nic 2 device: next-start",
        ])
  }

  @Test func aRunningMachineTakesWhatItCan() throws {
    let old = "memory = 256MiB\ncpus { max = 4, current = 1 }\nnic { net = a }"
    let machine = try running(old)
    func impacts(_ new: String) throws -> [String] {
      try plan(from: old, to: new, running: machine)
    }
    #expect(try impacts("title = \"t\"\nmemory = 256MiB\nnic { net = a }") == ["title: live"])
    #expect(try impacts("memory = 128MiB\nnic { net = a }") == ["memory: live"])
    #expect(try impacts("memory = 512MiB\nnic { net = a }") == ["memory: next-start"])
    #expect(
      try impacts("memory { max = 1GiB, current = 128MiB }\nnic { net = a }")
        == ["memory: next-start", "memory current: live"])
    #expect(try impacts("cpus { max = 4, current = 3 }\nnic { net = a }") == ["cpus current: live"])
    #expect(try impacts("cpus = 8\nnic { net = a }") == ["cpus: next-start"])
    #expect(try impacts("nic { net = b }") == ["nic 1 net: live"])
    #expect(try impacts("nic { net = a, mtu = 1400 }") == ["nic 1 mtu: next-start"])
    #expect(try impacts("nic { dev = \"eth0\" }") == ["nic 1 dev: next-start"])
    #expect(try impacts("nic { net = a }\nnic { net = b }") == ["nic 2 device: live"])
    #expect(
      try impacts("nic { net = a }\nwatchdog { action = reset }") == ["watchdog device: live"])
    #expect(try impacts("nic { net = a }\nvnc { }") == ["vnc device: next-start"])
    #expect(try impacts("nic { net = a }\ncdrom { }") == ["cdrom 1 device: next-start"])
    #expect(try impacts("nic { net = a }\ndisk { size = 1GiB }") == ["disk 1 device: live"])
  }

  @Test func aMachineKeepsItsHypervisorUnlessAnotherOneIsDeclared() throws {
    let live = try definition("memory = 1GiB").replacing("type='qemu'", with: "type='kvm'")
    let kept = try DomainXML.render(domain("memory = 1GiB"), context: context(), onto: live)
    #expect(try XMLElement.parse(kept, root: "domain")["type"] == "kvm")
    let declared = try domain("memory = 1GiB\nhypervisor = qemu")
    #expect(
      try DomainXML.differences(declared, context: context(), live: live).map(\.path)
        == ["hypervisor"])
    let changed = try DomainXML.render(declared, context: context(), onto: live)
    #expect(try XMLElement.parse(changed, root: "domain")["type"] == "qemu")
  }

  @Test func processorsAreNotTakenFromARunningMachine() throws {
    let old = "cpus { max = 4, current = 3 }"
    #expect(
      try plan(from: old, to: "cpus { max = 4, current = 2 }", running: running(old))
        == ["cpus current: next-start"])
  }

  @Test func allProcessorsOfTheMaximumAreNoDifference() throws {
    let all = "cpus { max = 2, current = 2 }"
    let live = try definition(all).replacing(" current='2'", with: "")
    #expect(try DomainXML.differences(domain(all), context: context(), live: live).isEmpty)
  }

  @Test func aFreePortOfPCIExpressIsTakenOnce() throws {
    let old = "nic { net = a }"
    let machine = try running(old, machine: "pc-q35-7.2")
    #expect(
      try plan(from: old, to: "nic { net = a }\nnic { net = a }\nnic { net = b }", running: machine)
        == ["nic 2 device: live", "nic 3 device: next-start"])
  }

  @Test func theTestDriverHasNoDevicesThatComeAndGo() throws {
    let old = "nic { net = a }"
    let machine = try running(old).replacing("type='qemu'", with: "type='test'")
    #expect(
      try plan(from: old, to: "nic { net = a }\nnic { net = a }", running: machine)
        == ["nic 2 device: next-start"])
  }

  // MARK: Blocks that are no longer declared

  @Test func anUndeclaredDeviceIsRemoved() throws {
    let old = "nic { net = a }\nnic { net = b }\nvnc { }\nserial { }"
    #expect(
      try plan(from: old, to: "nic { net = a }", running: running(old))
        == ["vnc device: next-start", "serial device: next-start", "nic 2 device: live"])
    let gone = try DomainXML.render(
      domain("nic { net = a }"), context: context(), onto: definition(old))
    let devices = try XMLElement.parse(gone, root: "domain").ensure("devices")
    #expect(devices.all("interface").count == 1)
    #expect(devices.all("graphics").isEmpty && devices.all("serial").isEmpty)
    #expect(
      try DomainXML.differences(domain("nic { net = a }"), context: context(), live: gone).isEmpty)
  }

  @Test func devicesOfOthersAreKept() throws {
    let root = try XMLElement.parse(definition("nic { net = a }"), root: "domain")
    root.ensure("devices").add("watchdog", ["model": "i6300esb", "action": "reset"])
    root.ensure("devices").add("interface", ["type": "network"]).setText(
      "52:54:00:00:00:01", at: "mac/@address")
    // Declared, and no longer declared: it was there before.
    let declared = try DomainXML.render(
      domain("nic { net = a }\nwatchdog { action = pause }"), context: context(),
      onto: root.xmlString)
    let after = try DomainXML.render(
      domain("nic { net = a }"), context: context(), onto: declared)
    #expect(
      try DomainXML.differences(domain("nic { net = a }"), context: context(), live: declared)
        .isEmpty)
    let devices = try XMLElement.parse(after, root: "domain").ensure("devices")
    #expect(devices.all("watchdog").count == 1)
    #expect(devices.all("interface").count == 2)
  }

  @Test func aDiskKeepsItsTargetWhenAnEarlierOneIsRemoved() throws {
    func storage(_ key: String) throws -> XMLContext.Storage {
      let name = try VolumeName(
        stack: stack, owner: "web", role: .disk(key), extension: "qcow2")
      return XMLContext.Storage(path: "/pool/\(name.fileName)", format: "qcow2")
    }
    let old = "disk a { size = 1GiB }\ndisk b { size = 1GiB }"
    let new = "disk b { size = 1GiB }\ndisk c { size = 1GiB }"
    let (a, b, c) = (try storage("a"), try storage("b"), try storage("c"))
    #expect(
      try plan(from: old, to: new, ["a": a, "b": b], after: ["b": b, "c": c])
        == ["disk a device: data-loss", "disk c device: next-start"])
    let xml = try DomainXML.render(
      domain(new), context: context(["b": b, "c": c]), onto: definition(old, ["a": a, "b": b]))
    let drives = try XMLElement.parse(xml, root: "domain").ensure("devices").all("disk")
    #expect(drives.map { $0.text(at: "target/@dev") } == ["vdb", "vdc"])
    #expect(drives.map { $0.text(at: "source/@file") } == [b.path, c.path])
  }

  @Test func aDiskOfOthersIsOnlyDetached() throws {
    let disk = XMLContext.Storage(path: "/srv/shared.qcow2", format: "qcow2")
    #expect(
      try plan(from: "disk { source = \"/srv/shared.qcow2\" }", to: "", ["disk1": disk], after: [:])
        == ["disk 1 device: next-start"])
  }

  @Test func aMediumIsTakenOut() throws {
    let disk = XMLContext.Storage(path: "/srv/a.iso", format: "raw")
    #expect(
      try plan(
        from: "cdrom { source = \"/srv/a.iso\" }", to: "cdrom { }", ["cdrom1": disk], after: [:])
        == ["cdrom 1 source: next-start"])
  }

  // MARK: What is done to a running machine

  @Test func devicesGoBeforeOthersCome() throws {
    let old = "nic { net = a }\nnic { net = a }\nvnc { }"
    let new = "nic { net = b, mtu = 1400 }\nnic x { net = a }\nwatchdog { action = reset }"
    let changes = try changes(from: old, to: new, running: running(old))
    #expect(
      changes.map { change in
        switch change {
        case .detach(let device, let alias, _): "- \(device.path) \(alias ?? "")"
        case .update(let device, _): "~ \(device.path)"
        case .attach(let device, _): "+ \(device.path)"
        default: change.path
        }
      } == ["- nic 2 net1", "+ watchdog", "~ nic 1", "+ nic x", "labels"])
    let update = try #require(
      changes.compactMap { if case .update(_, let xml) = $0 { xml } else { nil } }.first)
    // Only what can change while it runs is in it.
    #expect(update.contains("network='b'") && update.contains("net0") && !update.contains("mtu"))
  }

  @Test func stepsInEffectAreNotRepeated() throws {
    // A run that was cut short before it wrote the definition down.
    let (old, new) = ("nic { net = a }", "title = \"t\"\nnic { net = a }\nnic { net = b }")
    let changes = try changes(from: old, to: new, running: running(new))
    #expect(changes == [])
  }

  @Test func memoryAndProcessorsAreSetWithinTheirMaximum() throws {
    let old = "memory { max = 512MiB, current = 256MiB }\ncpus { max = 4, current = 1 }"
    let new = "memory { max = 512MiB, current = 384MiB }\ncpus { max = 4, current = 2 }"
    #expect(
      try changes(from: old, to: new, running: running(old)) == [
        .memory(384 * 1024), .processors(2),
      ])
    #expect(
      try changes(from: old, to: "memory = 1GiB\ncpus = 8", running: running(old)) == [])
  }
}
