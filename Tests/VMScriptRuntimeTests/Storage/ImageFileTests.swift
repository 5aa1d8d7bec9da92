import Foundation
import TestSupport
import Testing
import VMScriptImages

@testable import VMScriptPlan
@testable import VMScriptRuntime

/// Real files, made by the real `qemu-img`.
@Suite struct ImageFileTests {
  private static let size: Int64 = 8 << 20

  private func make(_ folder: ScratchFolder, _ format: String, _ options: [String] = [])
    throws -> String
  {
    let path = folder.file("image." + format)
    try runTool("/usr/bin/qemu-img", ["create", "-q", "-f", format] + options + [path, "8M"])
    return path
  }

  @Test(arguments: ["raw", "qcow2", "vmdk", "vdi", "vhdx", "qed", "vpc"])
  func formatAndSizeAreFound(format: String) async throws {
    let folder = try ScratchFolder()
    let image = try await ImageFile.open(try make(folder, format), declared: nil)
    #expect(image.probe.format.rawValue == format)
    // A VHD is as large as whole cylinders are.
    if format != "vpc" { #expect(image.probe.virtualSize == Self.size) }
  }

  @Test func qcow2OfVersion2IsFound() async throws {
    let folder = try ScratchFolder()
    let path = try make(folder, "qcow2", ["-o", "compat=0.10"])
    #expect(try await ImageFile.open(path, declared: .qcow2).probe.virtualSize == Self.size)
  }

  @Test func aTableThatIsTooLargeToReadIsRefused() async throws {
    let folder = try ScratchFolder()
    let path = try make(folder, "qcow2")
    let file = try FileHandle(forUpdating: URL(fileURLWithPath: path))
    // 32 GiB of entries in a file that is long enough for them, and takes no room.
    try file.seek(toOffset: 36)
    try file.write(contentsOf: Data([0xFF, 0xFF, 0xFF, 0xFF]))
    try file.truncate(atOffset: 1 << 40)
    try file.close()
    await #expect(throws: StorageFailure.self) {
      _ = try await ImageFile.open(path, declared: nil)
    }
  }

  @Test func everyShortenedHeaderIsRefused() throws {
    let folder = try ScratchFolder()
    let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: try make(folder, "qcow2"))))
    for length in stride(from: 4, to: 65_536 * 3, by: 997) {
      let head = Array(bytes.prefix(min(length, ImageProbe.headerLength)))
      #expect(throws: StorageFailure.self, "\(length)") {
        try ImageProbe.probe(head, fileSize: Int64(length))
      }
    }
  }

  @Test(arguments: [[], ["-c"], ["-o", "compat=0.10"], ["-o", "extended_l2=on"]])
  func aContentThatIsCutShortIsRefusedThoughItsHeaderIsWhole(options: [String]) async throws {
    let folder = try ScratchFolder()
    let cluster = 65_536
    // Half noise, which stays as long as it is when compressed, half zeros.
    var random = SystemRandomNumberGenerator()
    let noise = (0..<(8 * cluster / 8)).flatMap { _ in
      withUnsafeBytes(of: random.next() as UInt64) { [UInt8]($0) }
    }
    let source = try folder.write("source.raw", noise + Array(repeating: 0, count: 8 * cluster))
    let path = folder.file("image.qcow2")
    try runTool(
      "/usr/bin/qemu-img", ["convert", "-f", "raw", "-O", "qcow2"] + options + [source, path])
    let whole = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
    #expect(try await ImageFile.open(path, declared: nil).size == Int64(whole.count))
    for length in stride(from: 4 * cluster, to: whole.count - cluster, by: 50_001) {
      let cut = try folder.write("cut.qcow2", Array(whole.prefix(length)))
      do {
        _ = try await ImageFile.open(cut, declared: nil)
        Issue.record("taken at \(length) of \(whole.count) bytes")
      } catch StorageFailure.truncatedImage(.qcow2, let needed, let has) {
        #expect(needed <= whole.count)
        #expect(has == length)
      }
    }
  }

  @Test func anEmptyFileIsRefused() async throws {
    let folder = try ScratchFolder()
    let path = try folder.write("empty", [])
    await #expect(throws: StorageFailure.emptyImage) {
      try await ImageFile.open(path, declared: .raw)
    }
  }

  @Test func aMissingFileAndAFolderAreRefused() async throws {
    let folder = try ScratchFolder()
    for path in [folder.file("none"), folder.path] {
      await #expect(throws: StorageFailure.self) { try await ImageFile.open(path, declared: nil) }
    }
  }

  @Test func anotherFormatThanDeclaredIsRefused() async throws {
    let folder = try ScratchFolder()
    let path = try make(folder, "qcow2")
    await #expect(throws: StorageFailure.formatMismatch(declared: .raw, found: .qcow2)) {
      try await ImageFile.open(path, declared: .raw)
    }
  }

  @Test func aWebPageIsRefusedUnlessDeclaredRaw() async throws {
    let folder = try ScratchFolder()
    let path = try folder.write("page", Array("\n<!DOCTYPE html><p>404".utf8))
    await #expect(throws: StorageFailure.notAnImage("a web page")) {
      try await ImageFile.open(path, declared: nil)
    }
    #expect(try await ImageFile.open(path, declared: .raw).probe.format == .raw)
  }

  @Test func anOverlayIsRefused() async throws {
    let folder = try ScratchFolder()
    let base = try make(folder, "raw")
    let path = folder.file("overlay.qcow2")
    try runTool(
      "/usr/bin/qemu-img", ["create", "-q", "-f", "qcow2", "-b", base, "-F", "raw", path])
    await #expect(throws: StorageFailure.hasBackingFile(base)) {
      try await ImageFile.open(path, declared: nil)
    }
  }

  @Test func anISOIsFoundAndACutOneRefused() throws {
    let bytes = try ISOImage.build([SeedFile(name: "meta-data", text: "x")])
    let whole = try ImageProbe.probe(
      Array(bytes.prefix(ImageProbe.headerLength)), fileSize: Int64(bytes.count))
    #expect(whole.format == .iso)
    #expect(throws: StorageFailure.self) {
      try ImageProbe.probe(Array(bytes.prefix(40_000)), fileSize: 40_000)
    }
  }

  @Test func conversionKeepsContentAndRemovesItsFile() async throws {
    let folder = try ScratchFolder()
    let content = (0..<(1 << 20)).map { UInt8(truncatingIfNeeded: $0 &* 31) }
    let source = try await ImageFile.open(try folder.write("a.raw", content), declared: .raw)
    let back = folder.file("back.raw")
    let temporary = try await ImageConversion.withConverted(source, sha256: "", to: .qcow2) {
      path in
      #expect(try mode(ofFolderOf: path) == 0o700)
      let converted = try await ImageFile.open(path, declared: .qcow2)
      #expect(converted.probe.virtualSize == Int64(content.count))
      try runTool("/usr/bin/qemu-img", ["convert", "-O", "raw", path, back])
      return path
    }
    #expect([UInt8](try Data(contentsOf: URL(fileURLWithPath: back))) == content)
    #expect(!FileManager.default.fileExists(atPath: temporary))
  }

  @Test func aFailedConversionTellsWhy() async throws {
    let folder = try ScratchFolder()
    let source = try await ImageFile.open(
      try folder.write("a.raw", Array(repeating: 1, count: 8 << 20)), declared: .raw)
    let bounds = ImageConversion.Bounds(memory: 24 << 20)
    do {
      try await ImageConversion.withConverted(source, sha256: "", to: .qcow2, bounds: bounds) { _ in
      }
      Issue.record("converted in 24 MiB")
    } catch StorageFailure.conversionFailed(let status, _) {
      #expect(status != 0)
    }
  }

  @Test(arguments: ["qcow2", "vmdk", "vdi", "vhdx", "qed", "vpc"])
  func everyFormatIsConvertedFromAPrivateCopyOfWhatWasDigested(format: String) async throws {
    let folder = try ScratchFolder()
    let content = (0..<(1 << 20)).map { UInt8(truncatingIfNeeded: $0 &* 31) }
    let raw = try folder.write("a.raw", content)
    let path = folder.file("image." + format)
    try runTool("/usr/bin/qemu-img", ["convert", "-f", "raw", "-O", format, raw, path])
    let source = try await ImageFile.open(path, declared: nil)
    let digest = try await FileDigest.of(path, cache: nil).sha256
    let back = folder.file("back.raw")
    try await ImageConversion.withConverted(source, sha256: digest, to: .raw) { converted in
      try FileManager.default.copyItem(atPath: converted, toPath: back)
    }
    let converted = [UInt8](try Data(contentsOf: URL(fileURLWithPath: back)))
    #expect(Int64(converted.count) == source.probe.virtualSize)
    #expect(Array(converted.prefix(content.count)) == content)
    await #expect(throws: StorageFailure.changedWhileRead) {
      try await ImageConversion.withConverted(source, sha256: "00", to: .raw) { _ in }
    }
    try Data([0]).write(to: URL(fileURLWithPath: path))
    await #expect(throws: StorageFailure.changedWhileRead) {
      try await ImageConversion.withConverted(source, sha256: digest, to: .raw) { _ in }
    }
  }

  private func mode(ofFolderOf path: String) throws -> mode_t {
    var status = stat()
    try #require(stat(URL(fileURLWithPath: path).deletingLastPathComponent().path, &status) == 0)
    return status.st_mode & 0o777
  }
}
