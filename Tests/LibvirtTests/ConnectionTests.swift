import Testing

@testable import Libvirt

@Suite struct ConnectionTests {
  @Test func describesItself() throws {
    let connection = try TestDriver.connection()
    #expect(connection.uri == TestDriver.uri)
    #expect(connection.driverType == "TEST")
    #expect(connection.libraryVersion >= 6_000_000)
    #expect(try connection.hostVersion() > 0)
    #expect(connection.isAlive)
    #expect(try connection.capabilities().contains("<capabilities>"))
  }

  @Test func refusesChangesReadOnly() throws {
    let connection = try Connection.open(TestDriver.uri, readOnly: true)
    let error = #expect(throws: LibvirtError.self) {
      try connection.defineDomain(xml: TestDriver.domainXML(name: "never"))
    }
    #expect(error?.code == .operationDenied)
  }

  @Test(arguments: ["qemu+unix:///system?socket=/nonexistent/socket", "nonsense:///x"])
  func namesTheURIThatFails(uri: String) throws {
    let error = #expect(throws: LibvirtError.self) { try Connection.open(uri) }
    #expect(error?.message.hasPrefix("cannot connect to \(uri): ") == true)
    #expect(error?.level == .error)
  }

  @Test func findsNothingWhereThereIsNothing() throws {
    let connection = try TestDriver.connection()
    #expect(try connection.domain(named: "none") == nil)
    #expect(try connection.domain(uuid: "00000000-0000-4000-8000-000000000000") == nil)
    #expect(try connection.network(named: "none") == nil)
    #expect(try connection.network(uuid: "00000000-0000-4000-8000-000000000000") == nil)
    #expect(try connection.pool(named: "none") == nil)
    #expect(try connection.volume(path: "/none") == nil)
  }

  @Test func typesTheErrors() throws {
    let connection = try TestDriver.connection()
    let error = #expect(throws: LibvirtError.self) { try connection.defineDomain(xml: "<domain") }
    #expect(error?.code == .xmlDetail || error?.code == .xmlError)
    #expect(error?.domain != 0)
    #expect(error?.isConnectionLost == false)
    #expect(error?.message.isEmpty == false)
  }

  @Test func connectionLivesAsLongAsItsObjects() throws {
    weak var gone: Connection?
    do {
      let pool: StoragePool
      do {
        let connection = try TestDriver.connection()
        gone = connection
        pool = try #require(try connection.pool(named: "default-pool"))
      }
      #expect(gone != nil)
      #expect(try pool.isActive())
    }
    #expect(gone == nil)
  }

  @Test(arguments: [
    (9_000_000 as UInt, "QEMU", 0b11_0111 as UInt32), (8_000_000, "QEMU", 0b1_0111),
    (1_002_000, "QEMU", 0b11), (9_000_000, "TEST", 0b11),
  ])
  func degradesUndefineFlags(version: UInt, driver: String, expected: UInt32) {
    // Bit 3 keeps the NVRAM and is never wanted.
    #expect(UndefineFlags.known(libraryVersion: version, driverType: driver) == expected)
  }
}
