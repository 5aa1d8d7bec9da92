import Testing
import VMScript

@testable import VMScriptPlan
@testable import VMScriptRuntime

/// A disc in the place of a disk, and a disk in the place of a disc.
@Suite struct MediumKindTests {
  private func fixture() throws -> StorageFixture {
    var fixture = try StorageFixture()
    try fixture.disk("disk.raw")
    try fixture.folder.write("debian.iso", Self.disc)
    fixture.add("host.iso", capacity: 40_960, format: "iso")
    fixture.add("host.qcow2", capacity: 1 << 20)
    return fixture
  }

  /// The least that is taken for ISO 9660: its primary volume descriptor.
  private static let disc: [UInt8] = {
    var bytes = [UInt8](repeating: 0, count: 40_960)
    bytes.replaceSubrange(32_769..<32_774, with: "CD001".utf8)
    (bytes[32_848], bytes[32_896], bytes[32_897]) = (20, 0, 8)
    return bytes
  }()

  @Test(arguments: [
    ("image d { source = \"debian.iso\" }\ndomain a { disk { image = d } }", [668]),
    ("domain a { disk { source = \"FOLDER/debian.iso\" } }", [668]),
    ("domain a { disk { source = \"volume:default/host.iso\" } }", [668]),
    ("domain a { disk { image = image(\"host.iso\") } }", [668]),
    ("image d { source = \"disk.raw\", format = qcow2 }\ndomain a { cdrom { source = d } }", [669]),
    ("domain a { cdrom { source = image(\"host.qcow2\") } }", [669]),
    // What is meant as it is.
    ("image d { source = \"debian.iso\" }\ndomain a { cdrom { source = d } }", []),
    ("domain a { cdrom { source = \"FOLDER/debian.iso\" } }", []),
    ("domain a { disk { source = \"FOLDER/debian.iso\", readonly = true } }", []),
    ("domain a { disk { source = \"FOLDER/debian.iso\", format = raw } }", []),
    ("image d { source = \"debian.iso\", format = raw }\ndomain a { disk { image = d } }", []),
    ("image d { source = \"disk.raw\" }\ndomain a { disk { image = d } }", []),
    ("domain a { disk { image = image(\"host.qcow2\") } }", []),
  ])
  func kinds(script: String, codes: [Int]) async throws {
    let fixture = try fixture()
    let text = script.replacing("FOLDER", with: fixture.folder.path)
    let found = try await fixture.plan(text).diagnostics
    #expect(found.map(\.code.number) == codes, "\(found)")
    #expect(found.allSatisfy { $0.severity == .warning })
  }

  @Test func anExistingDriveCausesNoWarning() async throws {
    var fixture = try fixture()
    let path = fixture.folder.file("debian.iso")
    try fixture.add(domain: "a", [("vda", path)], format: "raw", keys: ["disk1"])
    let found = try await fixture.plan("domain a { disk { source = \"\(path)\" } }").diagnostics
    #expect(found.isEmpty, "\(found)")
  }
}
