import Testing

@testable import Libvirt

@Suite struct NetworkAndStorageTests {
  @Test func networkLivesFromDefinitionToRemoval() throws {
    let connection = try TestDriver.connection()
    let name = TestDriver.name("net")
    let network = try connection.defineNetwork(
      xml: "<network><name>\(name)</name><forward mode='nat'/>"
        + "<ip address='10.99.0.1' prefix='24'><dhcp>"
        + "<range start='10.99.0.10' end='10.99.0.99'/></dhcp></ip></network>")
    #expect(network.name == name)
    #expect(try connection.network(uuid: network.uuid)?.name == name)
    #expect(try network.isPersistent())
    try network.start()
    #expect(try network.isActive())
    try network.setAutostart(true)
    #expect(try network.autostart())
    try network.update(
      command: .addLast, section: .dhcpHost,
      xml: "<host mac='52:54:00:00:00:01' ip='10.99.0.20'/>", live: true, config: true)
    #expect(try network.xml(inactive: true).contains("10.99.0.20"))
    #expect(try connection.networks().contains { $0.name == name })
    try network.destroy()
    try network.undefine()
    #expect(try connection.network(named: name) == nil)
  }

  @Test func leasesAreUnsupportedByTheTestDriver() throws {
    let connection = try TestDriver.connection()
    let network = try #require(try connection.network(named: "default"))
    let error = #expect(throws: LibvirtError.self) { try network.leases() }
    #expect(error?.code == .noSupport)
  }

  @Test func poolAndVolumesLive() throws {
    let connection = try TestDriver.connection()
    let name = TestDriver.name("pool")
    let pool = try connection.definePool(
      xml: "<pool type='dir'><name>\(name)</name>"
        + "<target><path>/\(name)</path></target></pool>")
    try pool.build()
    try pool.start()
    #expect(try pool.isActive())
    try pool.refresh()
    let volume = try pool.createVolume(xml: TestDriver.volumeXML(name: "a", bytes: 4096))
    #expect(volume.name == "a")
    #expect(try volume.path() == "/\(name)/a")
    #expect(try volume.info().capacity == 4096)
    #expect(try connection.volume(path: "/\(name)/a")?.key == volume.key)
    #expect(try volume.xml().contains("<name>a</name>"))
    try pool.createVolume(xml: TestDriver.volumeXML(name: "b", bytes: 4096), copying: volume)
    #expect(try Set(pool.volumes().map(\.name)) == ["a", "b"])
    let error = #expect(throws: LibvirtError.self) {
      try pool.createVolume(xml: TestDriver.volumeXML(name: "a", bytes: 1))
    }
    // The test driver has no better code; the real one says `storageVolumeExists`.
    #expect(error?.code == .operationFailed)
    try volume.delete()
    #expect(try pool.volume(named: "a") == nil)
    #expect(try pool.info().capacity > 0)
    try pool.destroy()
    try pool.undefine()
    #expect(try connection.pool(named: name) == nil)
  }
}
