import Foundation
import TestSupport
import Testing

@testable import VMScriptImages
@testable import VMScriptPlan

@Suite struct ISOImageTests {
  @Test func otherToolsReadIt() throws {
    let folder = try ScratchFolder()
    let long = String(repeating: "0123456789\n", count: 5000)
    let files = [
      SeedFile(name: "user-data", text: "#cloud-config\n"), SeedFile(name: "meta-data", text: long),
      SeedFile(name: "network-config", content: []),
    ]
    let path = try folder.write("seed.iso", try ISOImage.build(files))
    for file in files {
      let text = try runTool("/usr/bin/bsdtar", ["-xOf", path, file.name])
      #expect(Array(text.utf8) == file.content)
    }
    let listing = try runTool("/usr/bin/bsdtar", ["-tvf", path]).split(separator: "\n")
    #expect(listing.filter { $0.hasPrefix("-rw-------") }.count == files.count, "\(listing)")
    let identifier = try Data(contentsOf: URL(fileURLWithPath: path))[32_808..<32_814]
    #expect(String(decoding: identifier, as: UTF8.self).lowercased() == "cidata")
  }

  /// libarchive decompresses silently, so this reads the raw extents as a guest's kernel does.
  @Test func everySizeIsReadWithoutDecompression() throws {
    var random = SystemRandomNumberGenerator()
    let sizes =
      [0, 1, 2047, 2048, 2049, 4096, 32_768, 100_000]
      + (0..<40).map { _ in
        Int.random(in: 0...100_000, using: &random)
      }
    for size in sizes {
      // What compresses well and what does not at all.
      for content in [
        [UInt8](repeating: UInt8(ascii: "a"), count: size),
        (0..<size).map { _ in UInt8.random(in: 0...255, using: &random) },
      ] {
        let files = [
          SeedFile(name: "user-data", content: content),
          SeedFile(name: "network-config", content: content.reversed()),
          SeedFile(name: "meta-data", text: "x"),
        ]
        let image = RawISO9660(bytes: try ISOImage.build(files))
        for names in [RawISO9660.Names.rockRidge, .joliet] {
          let found = try image.files(names)
          #expect(found.count == files.count)
          for file in files {
            let entry = try #require(found[file.name], "\(names): \(found.keys)")
            #expect(!entry.isCompressed)
            #expect(entry.content == file.content, "\(file.name) of \(size) bytes")
          }
        }
      }
    }
  }

  @Test func aSeedIsSmall() throws {
    let files = ["user-data", "meta-data", "network-config"].map {
      SeedFile(name: $0, text: String(repeating: "x", count: 1000))
    }
    #expect(try ISOImage.build(files).count < 100 << 10)
  }

  /// cloud-init finds a seed by the label that blkid reads.
  @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/sbin/blkid")))
  func theLabelIsThatOfNoCloud() throws {
    let folder = try ScratchFolder()
    let path = try folder.write(
      "seed.iso", try ISOImage.build([SeedFile(name: "user-data", text: "#cloud-config\n")]))
    let found = try runTool("/usr/sbin/blkid", ["-p", "-o", "export", path])
    #expect(found.contains("LABEL=cidata\n") || found.contains("LABEL=CIDATA\n"), "\(found)")
    #expect(found.contains("TYPE=iso9660\n"))
  }

  @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/xorriso")))
  func anotherReaderFindsTheVolume() throws {
    let folder = try ScratchFolder()
    let path = try folder.write(
      "seed.iso", try ISOImage.build([SeedFile(name: "user-data", text: "#cloud-config\n")]))
    let table = try runTool(
      "/usr/bin/xorriso", ["-indev", path, "-pvd_info", "-lsl", "/", "--"])
    #expect(table.contains("user-data"))
    #expect(table.contains("CIDATA") || table.contains("cidata"), "\(table)")
  }

  @Test func noTimeOfWritingIsInIt() throws {
    let image = try ISOImage.build([SeedFile(name: "user-data", text: "x")])
    let year = String(Calendar(identifier: .gregorian).component(.year, from: Date()))
    for sector in 16..<18 {
      let dates = image[(sector * 2048 + 813)..<(sector * 2048 + 881)]
      #expect(!String(decoding: dates, as: UTF8.self).contains(year))
    }
    #expect(try ISOImage.build([SeedFile(name: "user-data", text: "x")]) == image)
  }

  @Test func theSameFilesAreTheSameImageLater() async throws {
    let files = [
      SeedFile(name: "ks.cfg", text: "lang en_US\n"),
      SeedFile(name: "drivers/a/net.inf", text: "x"),
      SeedFile(name: "empty", content: []),
      SeedFile(name: "large", content: [UInt8](repeating: 7, count: 5000)),
    ]
    let image = try ISOImage.build(files, label: "OEMDRV")
    try await Task.sleep(for: .milliseconds(1100))
    #expect(try ISOImage.build(files, label: "OEMDRV") == image)
    let folder = try ScratchFolder()
    let path = try folder.write("medium.iso", image)
    for file in files {
      let text = try runTool("/usr/bin/bsdtar", ["-xOf", path, file.name])
      #expect(Array(text.utf8) == file.content)
    }
  }

  @Test func anEmptySeedIsStillAnImage() throws {
    let image = try ISOImage.build([])
    #expect(try ImageProbe.probe(image, fileSize: Int64(image.count)).format == .iso)
  }
}
