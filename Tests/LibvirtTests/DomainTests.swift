import Testing

@testable import Libvirt

@Suite struct DomainTests {
  @Test func livesFromDefinitionToRemoval() throws {
    let connection = try TestDriver.connection()
    let name = TestDriver.name("life")
    let domain = try connection.defineDomain(xml: TestDriver.domainXML(name: name))
    #expect(domain.name == name)
    #expect(domain.uuid.count == 36)
    #expect(domain.id == nil)
    #expect(try domain.state() == .shutOff)
    #expect(try domain.isPersistent())
    try domain.start()
    #expect(domain.id != nil)
    #expect(try domain.isActive())
    try domain.suspend()
    #expect(try domain.state() == .paused)
    try domain.resume()
    #expect(try domain.state() == .running)
    try domain.reboot()
    try domain.destroy()
    try domain.start()
    try domain.shutdown()
    #expect(try domain.state() == .shutOff)
    #expect(try connection.domains().contains { $0.uuid == domain.uuid })
    try domain.undefine()
    #expect(try connection.domain(named: name) == nil)
  }

  @Test func refusesToStartTwice() throws {
    let connection = try TestDriver.connection()
    let domain = try connection.defineDomain(
      xml: TestDriver.domainXML(name: TestDriver.name("twice")))
    try domain.start()
    let error = #expect(throws: LibvirtError.self) { try domain.start() }
    // The test driver has no better code; QEMU says `operationInvalid`.
    #expect(error?.code == .internalError)
    try domain.destroy()
    try domain.undefine()
  }

  @Test func changesWhatItHas() throws {
    let connection = try TestDriver.connection()
    let domain = try connection.defineDomain(
      xml: TestDriver.domainXML(name: TestDriver.name("change")))
    #expect(try domain.autostart() == false)
    try domain.setAutostart(true)
    #expect(try domain.autostart())
    try domain.setMaximumMemory(kibibytes: 524_288)
    try domain.setMemory(kibibytes: 131_072, live: false, config: true)
    try domain.setCPUs(1, live: false, config: true)
    #expect(try domain.xml(inactive: true).contains("131072"))
    #expect(try domain.hasManagedSave() == false)
    try domain.undefine()
  }

  @Test func keepsMetadata() throws {
    let connection = try TestDriver.connection()
    let domain = try connection.defineDomain(
      xml: TestDriver.domainXML(name: TestDriver.name("meta")))
    let namespace = "https://example.org/ns"
    #expect(try domain.metadata(namespace: namespace) == nil)
    try domain.setMetadata(
      "<mark value='1'/>", namespace: namespace, prefix: "m", live: false, config: true)
    #expect(
      try domain.metadata(namespace: namespace)?.contains("value=\"1\"") == true
        || domain.metadata(namespace: namespace)?.contains("value='1'") == true)
    try domain.setMetadata(nil, namespace: namespace, prefix: "m", live: false, config: true)
    #expect(try domain.metadata(namespace: namespace) == nil)
    try domain.undefine()
  }

  @Test func keepsSnapshots() throws {
    let connection = try TestDriver.connection()
    let domain = try connection.defineDomain(
      xml: TestDriver.domainXML(name: TestDriver.name("snap")))
    try domain.createSnapshot(xml: "<domainsnapshot><name>first</name></domainsnapshot>")
    try domain.start()
    #expect(try domain.snapshots() == ["first"])
    let snapshot = try #require(try domain.snapshot(named: "first"))
    #expect(try snapshot.xml().contains("<name>first</name>"))
    try snapshot.revert()
    #expect(try domain.state() == .shutOff)
    try snapshot.delete()
    #expect(try domain.snapshot(named: "first") == nil)
    try domain.undefine()
  }

  @Test func snapshotsHaveParentsAndOneIsCurrent() throws {
    let connection = try TestDriver.connection()
    let domain = try connection.defineDomain(
      xml: TestDriver.domainXML(name: TestDriver.name("tree")))
    for name in ["first", "second"] {
      try domain.createSnapshot(xml: "<domainsnapshot><name>\(name)</name></domainsnapshot>")
    }
    let found = try domain.allSnapshots().sorted { $0.name < $1.name }
    #expect(try found.map { try $0.parent() } == [nil, "first"])
    #expect(try found.map { try $0.isCurrent() } == [false, true])
    // A paused state runs where it is asked to.
    try domain.start()
    try domain.suspend()
    try domain.createSnapshot(xml: "<domainsnapshot><name>paused</name></domainsnapshot>")
    let paused = try #require(try domain.snapshot(named: "paused"))
    try paused.revert()
    #expect(try domain.state() == .paused)
    try paused.revert(running: true)
    #expect(try domain.state() == .running)
    try domain.destroy()
    for snapshot in try domain.allSnapshots() { try snapshot.delete() }
    #expect(try domain.snapshots() == [])
    try domain.undefine()
  }

  @Test func reportsLeases() throws {
    let connection = try TestDriver.connection()
    let domain = try #require(try connection.domain(named: "test"))
    let addresses = try domain.interfaceAddresses(source: .lease).flatMap(\.addresses)
    #expect(addresses.contains { $0.address.hasPrefix("192.168.122.") && $0.prefix == 24 })
  }

  @Test func deliversEvents() async throws {
    let connection = try TestDriver.connection()
    let name = TestDriver.name("event")
    let events = try connection.lifecycleEvents()
    let domain = try connection.defineDomain(xml: TestDriver.domainXML(name: name))
    try domain.start()
    try domain.destroy()
    try domain.undefine()
    var kinds: [LifecycleEvent.Kind] = []
    for await event in events where event.uuid == domain.uuid {
      #expect(event.domain == name)
      kinds.append(event.kind)
      if event.kind == .undefined { break }
    }
    #expect(kinds == [.defined, .started, .stopped, .undefined])
  }
}
