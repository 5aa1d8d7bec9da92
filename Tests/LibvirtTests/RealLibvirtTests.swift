import Foundation
import Testing

@testable import Libvirt

@Suite(
  .enabled(if: IsolatedLibvirtd.canRun, IsolatedLibvirtd.obstacle ?? "runs here"), .serialized)
struct RealLibvirtTests {
  @Test func contentSurvivesARoundTrip() async throws {
    try await IsolatedLibvirtd.run { daemon in
      let connection = try Connection.open(daemon.uri)
      let pool = try #require(try connection.pool(named: "default"))
      let bytes = Data((0..<1_000_003).map { UInt8(truncatingIfNeeded: $0 &* 31) })
      let volume = try pool.createVolume(
        xml: TestDriver.volumeXML(name: "content.raw", bytes: bytes.count))
      let sent = daemon.directory + "/sent"
      let received = daemon.directory + "/received"
      #expect(FileManager.default.createFile(atPath: sent, contents: bytes))
      #expect(FileManager.default.createFile(atPath: received, contents: nil))
      let source = try #require(FileHandle(forReadingAtPath: sent))
      var steps: [Int64] = []
      try volume.upload(from: source.fileDescriptor, length: Int64(bytes.count)) {
        steps.append($0)
        return true
      }
      #expect(steps.last == Int64(bytes.count))
      #expect(steps.count > 1)
      let target = try #require(FileHandle(forWritingAtPath: received))
      try volume.download(to: target.fileDescriptor)
      #expect(FileManager.default.contents(atPath: received) == bytes)

      // What ends early is an error, as is what is stopped; the connection outlives both.
      try source.seek(toOffset: 10)
      let short = #expect(throws: LibvirtError.self) {
        try volume.upload(from: source.fileDescriptor, length: Int64(bytes.count))
      }
      #expect(short?.code == .operationFailed)
      try source.seek(toOffset: 0)
      let stopped = #expect(throws: LibvirtError.self) {
        try volume.upload(from: source.fileDescriptor, length: Int64(bytes.count)) { _ in false }
      }
      #expect(stopped?.code == .operationAborted)
      #expect(try volume.info().capacity == UInt64(bytes.count))
      try volume.resize(to: 2_000_000)
      #expect(try volume.info().capacity == 2_000_000)
      let again = #expect(throws: LibvirtError.self) {
        try pool.createVolume(xml: TestDriver.volumeXML(name: "content.raw", bytes: 1))
      }
      #expect(again?.code == .storageVolumeExists)
      try volume.delete()
    }
  }

  @Test func zerosOfANewVolumeAreNotSent() async throws {
    try await IsolatedLibvirtd.run { daemon in
      let connection = try Connection.open(daemon.uri)
      let pool = try #require(try connection.pool(named: "default"))
      // Data in the middle and before the end, neither aligned; zeros in between and at the end.
      var bytes = [UInt8](repeating: 0, count: 16 << 20)
      bytes.replaceSubrange(5_000_001..<5_300_000, with: repeatElement(7, count: 299_999))
      bytes[12_000_000] = 9
      let volume = try pool.createVolume(
        xml: TestDriver.volumeXML(name: "sparse.raw", bytes: bytes.count)
          .replacing("</capacity>", with: "</capacity><allocation>0</allocation>"))
      var sent = 0
      try volume.upload(length: UInt64(bytes.count), isNew: true) { buffer throws(LibvirtError) in
        let part = bytes[sent...].prefix(buffer.count)
        buffer.copyBytes(from: part)
        sent += part.count
        return part.count
      }
      #expect(try volume.info().allocation < 1 << 20)
      #expect(try volume.content(upTo: bytes.count) == bytes)
      try volume.delete()
    }
  }

  @Test func undefinesWithEveryKnownFlag() async throws {
    try await IsolatedLibvirtd.run { daemon in
      let connection = try Connection.open(daemon.uri)
      #expect(connection.driverType == "QEMU")
      let domain = try connection.defineDomain(
        xml: """
          <domain type='qemu'><name>plain</name><memory>65536</memory>
          <os><type arch='x86_64'>hvm</type></os></domain>
          """)
      #expect(try domain.isAgentConnected() == false)
      try domain.undefine()
      #expect(try connection.domain(named: "plain") == nil)
      let network = try #require(try connection.network(named: "default"))
      #expect(try network.isActive())
      #expect(try network.leases().isEmpty)
      try network.update(
        command: .addLast, section: .dhcpHost,
        xml: "<host mac='52:54:00:00:00:01' ip='192.168.122.20'/>", live: true, config: true)
      #expect(try network.xml(inactive: true).contains("192.168.122.20"))
    }
  }

  @Test func lostConnectionIsKnownAndOpenedAnew() async throws {
    try await IsolatedLibvirtd.run { daemon in
      let connection = try Connection.open(daemon.uri)
      let events = try connection.lifecycleEvents()
      let pool = ConnectionPool(uri: daemon.uri, size: 1)
      #expect(try await pool.run { try $0.networks().map(\.name) } == ["default"])
      try daemon.restart()
      // The stream of a lost connection ends, which is also the sign that the loss is known.
      for await _ in events {}
      #expect(!connection.isAlive)
      let error = #expect(throws: LibvirtError.self) { try connection.networks() }
      #expect(error?.isConnectionLost == true)
      #expect(try await pool.run { try $0.networks().map(\.name) } == ["default"])
      await pool.close()
    }
  }
}
