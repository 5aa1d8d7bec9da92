import Foundation
import TestSupport
import Testing

@testable import VMScriptPlan
@testable import VMScriptRuntime

/// Images that name other files, those that `qemu-img` makes and those that only an attacker would.
@Suite struct ImageReferenceTests {
  private static let tool = "/usr/bin/qemu-img"

  /// Bytes with numbers at places, as headers have them.
  private struct Header {
    var bytes: [UInt8]

    init(_ size: Int) { bytes = Array(repeating: 0, count: size) }

    init(contentsOf path: String) throws {
      bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
    }

    mutating func put(_ text: String, at offset: Int) {
      bytes.replaceSubrange(offset..<(offset + text.utf8.count), with: text.utf8)
    }

    mutating func little(_ value: UInt64, _ width: Int, at offset: Int) {
      for index in 0..<width {
        bytes[offset + index] = UInt8(truncatingIfNeeded: value >> (8 * UInt64(index)))
      }
    }

    mutating func big(_ value: UInt64, _ width: Int, at offset: Int) {
      for index in 0..<width {
        bytes[offset + width - 1 - index] = UInt8(truncatingIfNeeded: value >> (8 * UInt64(index)))
      }
    }
  }

  private func refused(_ path: String, sourceLocation: SourceLocation = #_sourceLocation) async {
    do {
      _ = try await ImageFile.open(path, declared: nil)
      Issue.record("taken", sourceLocation: sourceLocation)
    } catch StorageFailure.splitImage, StorageFailure.hasBackingFile {
    } catch {
      Issue.record("\(error)", sourceLocation: sourceLocation)
    }
  }

  private func vmdk(_ descriptor: String, capacity: UInt64) -> [UInt8] {
    var header = Header(1 << 20)
    header.put("KDMV", at: 0)
    header.little(1, 4, at: 4)
    header.little(3, 4, at: 8)
    header.little(capacity, 8, at: 12)
    header.little(128, 8, at: 20)
    header.little(1, 8, at: 28)
    header.little(20, 8, at: 36)
    header.little(512, 4, at: 44)
    header.little(21, 8, at: 48)
    header.little(26, 8, at: 56)
    header.little(128, 8, at: 64)
    header.put("# Disk DescriptorFile\nversion=1\nCID=12345678\n" + descriptor, at: 512)
    return header.bytes
  }

  @Test(arguments: [
    "parentCID=ffffffff\ncreateType=\"monolithicFlat\"\nRW 128 FLAT \"SECRET\" 0\n",
    "parentCID=ffffffff\ncreateType=\"twoGbMaxExtentFlat\"\nRW 128 FLAT \"SECRET\" 0\n",
    "parentCID=ffffffff\ncreateType=\"monolithicFlat\"\nRW 128 FLAT \"nbd://127.0.0.1:1/\" 0\n",
    "parentCID=ffffffff\ncreateType=\"monolithicSparse\"\nRW 128 SPARSE \"SECRET\"\n",
    "parentCID=ffffffff\ncreateType=\"vmfs\"\nRW 128 VMFS \"SECRET\" 0\n",
  ])
  func aDescriptorWithinAVMDKNamesNoFile(descriptor: String) async throws {
    let folder = try ScratchFolder()
    let secret = try folder.write("secret", Array(repeating: 7, count: 65_536))
    let text = descriptor.replacingOccurrences(of: "SECRET", with: secret)
    await refused(try folder.write("evil.vmdk", vmdk(text, capacity: 0)))
  }

  @Test(arguments: ["parentFileNameHint", "  parentFileNameHint"])
  func aLinkedVMDKIsRefused(key: String) async throws {
    let folder = try ScratchFolder()
    let base = folder.file("base.vmdk")
    let path = folder.file("linked.vmdk")
    try runTool(Self.tool, ["create", "-q", "-f", "vmdk", base, "8M"])
    try runTool(Self.tool, ["create", "-q", "-f", "vmdk", "-b", base, "-F", "vmdk", path])
    await refused(path)
    let descriptor = "parentCID=11111111\n\(key)=\"\(base)\"\ncreateType=\"monolithicSparse\"\n"
    await refused(try folder.write("made.vmdk", vmdk(descriptor, capacity: 2048)))
  }

  @Test(arguments: ["monolithicFlat", "twoGbMaxExtentSparse", "twoGbMaxExtentFlat"])
  func aVMDKOfSeveralFilesIsRefused(layout: String) async throws {
    let folder = try ScratchFolder()
    let path = folder.file("split.vmdk")
    try runTool(
      Self.tool, ["create", "-q", "-f", "vmdk", "-o", "subformat=\(layout)", path, "8M"])
    await refused(path)
    let text = try String(contentsOfFile: path, encoding: .utf8)
    await refused(try folder.write("shifted.vmdk", Array(("\n# x\n" + text).utf8)))
    await refused(try folder.write("disk.img", Array(text.utf8)))
  }

  @Test func partsOfVMDKsAreRefused() async throws {
    let folder = try ScratchFolder()
    var header = Header(4096)
    header.put("COWD", at: 0)
    await refused(try folder.write("part", header.bytes))
    header = Header(4096)
    header.little(0xCAFE_BABE, 8, at: 0)
    await refused(try folder.write("part", header.bytes))
  }

  @Test func aDifferenceOfVirtualBoxIsRefused() async throws {
    let folder = try ScratchFolder()
    let path = folder.file("disk.vdi")
    try runTool(Self.tool, ["create", "-q", "-f", "vdi", path, "8M"])
    let whole = try Header(contentsOf: path)
    for (offset, value, width) in [
      (0x4C, UInt64(4), 4), (0x4C, 3, 4), (0x1A8, 1, 8), (0x1B8, 1, 8),
    ] {
      var header = whole
      header.little(value, width, at: offset)
      await refused(try folder.write("difference.vdi", header.bytes))
    }
  }

  @Test(arguments: ["dynamic", "fixed"])
  func aDifferenceOfVirtualPCIsRefused(layout: String) async throws {
    let folder = try ScratchFolder()
    let path = folder.file("disk.vhd")
    try runTool(Self.tool, ["create", "-q", "-f", "vpc", "-o", "subformat=\(layout)", path, "8M"])
    #expect(try await ImageFile.open(path, declared: nil).probe.format == .vhd)
    let whole = try Header(contentsOf: path)
    // One of the two footers is enough.
    for start in layout == "fixed" ? [whole.bytes.count - 512] : [0, whole.bytes.count - 512] {
      var header = whole
      header.big(4, 4, at: start + 60)
      header.big(0, 4, at: start + 64)
      let sum = header.bytes[start..<(start + 512)].reduce(UInt32(0)) { $0 &+ UInt32($1) }
      header.big(UInt64(~sum), 4, at: start + 64)
      await refused(try folder.write("difference.vhd", header.bytes))
    }
  }

  @Test func aVHDXWithAParentIsRefused() async throws {
    let folder = try ScratchFolder()
    let path = folder.file("disk.vhdx")
    try runTool(Self.tool, ["create", "-q", "-f", "vhdx", path, "8M"])
    var header = try Header(contentsOf: path)
    // The file parameters: the size of a block, and flags of which bit 1 says that there is a parent.
    let metadata = try #require(
      header.bytes.indices.dropFirst(1 << 20).first { index in
        header.bytes[index...].starts(with: Array("metadata".utf8))
      })
    let parameters = metadata + 65_536
    #expect(header.bytes[parameters + 4] & 2 == 0)
    header.little(2, 4, at: parameters + 4)
    let difference = try folder.write("difference.vhdx", header.bytes)
    await #expect(throws: StorageFailure.self) {
      _ = try await ImageFile.open(difference, declared: nil)
    }
  }

  @Test func aQEDWithABackingFileIsRefused() async throws {
    let folder = try ScratchFolder()
    let base = folder.file("base.raw")
    let path = folder.file("overlay.qed")
    try runTool(Self.tool, ["create", "-q", "-f", "raw", base, "8M"])
    try runTool(Self.tool, ["create", "-q", "-f", "qed", "-b", base, "-F", "raw", path])
    await refused(path)
  }

  @Test(arguments: [
    "/etc/hostname", "json:{\"driver\":\"raw\",\"file.filename\":\"/etc/hostname\"}",
    "nbd://127.0.0.1:1/", "fat:/etc", "-x",
  ])
  func aQCOW2WithABackingFileOfAnyFormIsRefused(backing: String) async throws {
    let folder = try ScratchFolder()
    let path = folder.file("overlay.qcow2")
    try runTool(
      Self.tool,
      ["create", "-q", "-u", "-f", "qcow2", "-F", "raw", "-b", backing, path, "8M"])
    await refused(path)
  }

  @Test func aQCOW2WithItsDataElsewhereIsRefused() async throws {
    let folder = try ScratchFolder()
    let path = folder.file("image.qcow2")
    let data = folder.file("data")
    try runTool(
      Self.tool, ["create", "-q", "-f", "qcow2", "-o", "data_file=\(data)", path, "8M"])
    await refused(path)
  }

  @Test func filesThatQEMUWouldOpenAreProbedWithQEMU() throws {
    let own = ChildProcess.inheritedFile
    let children = ["children": [["name": "file", "info": ["filename": own, "format": "file"]]]]
    try ImageInspection.refuseReferences(["filename": own].merging(children) { $1 })
    let foreign: [[String: Any]] = [
      ["filename": own, "backing-filename": "/etc/passwd"],
      ["filename": own, "full-backing-filename": "json:{}"],
      ["filename": own, "format-specific": ["data": ["data-file": "/etc/passwd"]]],
      ["filename": own, "format-specific": ["data": ["extents": [["filename": "/etc/passwd"]]]]],
      ["filename": own, "children": [["name": "extents.0", "info": ["filename": "/etc/passwd"]]]],
      ["filename": "json:{}"], ["filename": own, "encrypted": true],
    ]
    for info in foreign {
      #expect(throws: StorageFailure.self, "\(info)") {
        try ImageInspection.refuseReferences(info)
      }
    }
  }

  @Test func encryptedImagesAreRefused() async throws {
    let folder = try ScratchFolder()
    let qcow2 = folder.file("locked.qcow2")
    try createEncryptedImage(
      qcow2, format: "qcow2",
      options: ["encrypt.format=luks", "encrypt.key-secret=s", "encrypt.iter-time=10"])
    await #expect(throws: StorageFailure.encrypted(.qcow2)) {
      _ = try await ImageFile.open(qcow2, declared: nil)
    }
    let luks = folder.file("locked.img")
    try createEncryptedImage(luks, format: "luks", options: ["key-secret=s", "iter-time=10"])
    await #expect(throws: StorageFailure.encrypted(.raw)) {
      _ = try await ImageFile.open(luks, declared: nil)
    }
    #expect(try await ImageFile.open(luks, declared: .raw).probe.format == .raw)
  }
}
