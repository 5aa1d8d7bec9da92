import Foundation
import TestSupport
import Testing

@testable import VMScriptPlan
@testable import VMScriptRuntime

/// Files that are no raw disk are recognised by their content; `format = raw` accepts them.
@Suite struct ForeignContentTests {
  private static let starts: [(name: String, bytes: [UInt8])] = [
    ("gzip", [0x1F, 0x8B, 8]), ("xz", [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0]),
    ("zstd", [0x28, 0xB5, 0x2F, 0xFD]), ("lz4", [0x04, 0x22, 0x4D, 0x18]),
    ("bzip2", Array("BZh9".utf8) + [0x31, 0x41, 0x59, 0x26, 0x53, 0x59]),
    ("zip", [0x50, 0x4B, 3, 4]), ("7z", [0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C]),
    ("lzip", Array("LZIP".utf8)), ("cpio", Array("070701".utf8)),
    ("WIM", Array("MSWIM\0\0\0".utf8)),
    ("program", [0x7F, 0x45, 0x4C, 0x46]), ("Bochs", Array("Bochs Virtual HD Image".utf8)),
    ("Android", [0x3A, 0xFF, 0x26, 0xED]),
    ("qcow image of version 1", [0x51, 0x46, 0x49, 0xFB, 0, 0, 0, 1]),
    ("cloop", Array("#!/bin/sh\n#V2.0 Format\nmodprobe cloop\n".utf8)),
    ("web page", Array("\n <!DOCTYPE html><title>404</title>".utf8)),
    ("web page", Array("<?xml version='1.0'?><Error/>".utf8)),
  ]

  private func message(_ path: String) async -> String {
    do {
      _ = try await ImageFile.open(path, declared: nil)
      return "taken"
    } catch let failure as StorageFailure {
      return StorageMessages.diagnostic(failure, at: nil).message
    } catch {
      return "\(error)"
    }
  }

  @Test(arguments: starts.indices)
  func beginningsAreKnown(index: Int) async throws {
    let (name, start) = Self.starts[index]
    let folder = try ScratchFolder()
    var bytes = start + Array(repeating: 0, count: 8192 - start.count)
    // A header that QEMU would read whole.
    if start.count == 8 { bytes = start + Array(repeating: 0, count: 120) }
    let path = try folder.write("disk.img", bytes)
    #expect(await message(path).contains(name))
    guard start.count != 8 else { return }
    #expect(try await ImageFile.open(path, declared: .raw).probe.format == .raw)
  }

  @Test(arguments: ["gzip", "bzip2", "xz", "tar"])
  func realArchivesAreKnown(tool: String) async throws {
    let folder = try ScratchFolder()
    let path = try folder.write("disk.img", Array(repeating: 7, count: 1 << 16))
    let packed = folder.file("packed.img")
    switch tool {
    case "tar": try runTool("/usr/bin/tar", ["-cf", packed, "-C", folder.path, "disk.img"])
    default:
      let program = try #require(
        ["/usr/bin/\(tool)", "/bin/\(tool)"].first(where: FileManager.default.isExecutableFile))
      try runTool(program, ["-k", path])
      let suffix = ["gzip": "gz", "bzip2": "bz2"][tool] ?? tool
      try FileManager.default.moveItem(atPath: "\(path).\(suffix)", toPath: packed)
    }
    #expect(await message(packed).contains(tool))
  }

  @Test func parallelsImagesAreKnown() async throws {
    let folder = try ScratchFolder()
    let path = folder.file("disk.hdd")
    try runTool("/usr/bin/qemu-img", ["create", "-q", "-f", "parallels", path, "8M"])
    #expect(await message(path).contains("Parallels"))
  }

  @Test func discsOfMacOSAreKnownByTheirEnd() async throws {
    let folder = try ScratchFolder()
    let end = Array("koly".utf8) + Array(repeating: UInt8(0), count: 508)
    let path = try folder.write("disk.img", Array(repeating: 0, count: 4096) + end)
    #expect(await message(path).contains("macOS"))
  }

  @Test(arguments: [
    "hello", "{\"error\": 404}\n", "grüße\n", String(repeating: "ä", count: 4096),
  ])
  func textIsNoDisk(text: String) async throws {
    let folder = try ScratchFolder()
    let path = try folder.write("disk.img", Array(text.utf8))
    #expect(await message(path).contains("text"))
    #expect(try await ImageFile.open(path, declared: .raw).probe.format == .raw)
  }

  @Test(arguments: ["qcow2", "VMDK", "vdi", "vhd", "iso", "xz", "ova"])
  func theNameOfAFilePromisesItsFormat(suffix: String) async throws {
    let folder = try ScratchFolder()
    let path = try folder.write("disk." + suffix, Array(repeating: 0, count: 4096))
    #expect(await message(path).contains("extension of"))
    #expect(try await ImageFile.open(path, declared: .raw).probe.format == .raw)
  }

  /// The first bytes of disks: nothing, noise, a boot record, characters before zeros.
  @Test(arguments: ["zeros", "noise", "boot record", "characters", "ones"])
  func disksAreTaken(kind: String) async throws {
    var bytes = [UInt8](repeating: kind == "ones" ? 255 : 0, count: 65_536)
    switch kind {
    case "noise":
      var random = SystemRandomNumberGenerator()
      bytes = bytes.map { _ in UInt8.random(in: 0...255, using: &random) }
      bytes[0] = 0
    case "boot record": (bytes[510], bytes[511]) = (0x55, 0xAA)
    case "characters": bytes.replaceSubrange(0..<5, with: Array("hello".utf8))
    default: break
    }
    let folder = try ScratchFolder()
    for name in ["disk.raw", "disk.img", "disk", "disk.v1.2"] {
      let image = try await ImageFile.open(try folder.write(name, bytes), declared: nil)
      #expect(image.probe.format == .raw)
    }
    let odd = try folder.write("odd.img", bytes + [1])
    #expect(await message(odd).contains("sectors"))
  }
}
