import Foundation
import TestSupport
import Testing

extension HostTests {
  /// Images that are not what they should be: an error that names the file, and nothing on the host.
  @Suite struct ImageInputTests {
    /// A script around an image, and the code and a word of its refusal.
    struct BadImage: Sendable, CustomTestStringConvertible {
      let name: String
      let properties: String
      let size: String
      let words: [String]

      init(_ name: String, _ properties: String, size: String = "", _ words: String...) {
        self.name = name
        self.properties = properties
        self.size = size
        self.words = words
      }

      var testDescription: String { name }
    }

    static let images = [
      BadImage("missing", "source = \"missing.qcow2\"", "missing.qcow2"),
      BadImage("a folder", "source = \"folder\"", "folder"),
      BadImage("empty", "source = \"empty.qcow2\"", "empty"),
      BadImage("truncated", "source = \"truncated.qcow2\"", "cut short"),
      BadImage("another format", "source = \"disk.raw\", format = iso", "iso"),
      BadImage(
        "another digest",
        "source = \"disk.qcow2\", sha256 = \"\(String(repeating: "0", count: 64))\"",
        "sha256"),
      BadImage("a disk smaller than it", "source = \"disk.qcow2\"", size: "size = 4MiB", "4MiB"),
      BadImage("no such pool", "source = \"disk.qcow2\", pool = \"nowhere\"", "nowhere", "default"),
      BadImage("names a host's file", "source = \"evil.vmdk\"", "other files"),
      BadImage("encrypted", "source = \"locked.qcow2\"", "encrypted"),
      BadImage("a damaged archive", "source = \"packed.img\"", "damaged"),
      BadImage("no such volume", "source = \"volume:default/nothing.qcow2\"", "nothing.qcow2"),
    ]

    @Test(arguments: images)
    func isRefusedBeforeAnythingIsChanged(image: BadImage) async throws {
      try await Host.run { host in
        try await addFiles(to: host)
        let before = try await HostSnapshot.of(host)
        let script = try host.file(
          "bad.vmscript",
          """
          image base { \(image.properties) }
          domain m { memory = 64MiB, disk { image = base, \(image.size) }, state = stopped }
          """)
        let calls = host.newCallLog()
        let result = try await host.vmscript(["run", script, "--yes", "--json"], calls: calls)
        #expect(result.status == 1 || result.status == 2)
        let diagnostic = try JSON(String(result.errors.prefix { !$0.isNewline }))
        #expect(diagnostic["line"].int == (image.size.isEmpty ? 1 : 2))
        let message = try #require(diagnostic["message"].text)
        let text = ([message] + diagnostic["notes"].texts).joined(separator: "\n")
        for word in image.words { #expect(text.contains(word), "\(result.errors)") }
        let changes = try calls.changes()
        #expect(changes == [])
        try await before.expectSame(on: host)
      }
    }

    private func addFiles(to host: Host) async throws {
      let disk = try await host.image("disk.qcow2", format: "qcow2", size: "8M")
      _ = try await host.image("disk.raw", format: "raw", size: "8M")
      _ = try host.file("empty.qcow2", "")
      let guest = try Data(contentsOf: URL(fileURLWithPath: try #require(Host.guest)))
      _ = try host.file("truncated.qcow2", guest.prefix(guest.count / 2))
      // A descriptor within the image lists what it consists of.
      var evil = Data(count: 65_536)
      evil.replaceSubrange(0..<4, with: Data("KDMV".utf8))
      (evil[4], evil[28], evil[36]) = (1, 1, 20)
      let descriptor = """
        # Disk DescriptorFile
        version=1
        CID=11111111
        parentCID=ffffffff
        createType="monolithicFlat"
        RW 128 FLAT "/etc/hostname" 0

        """
      evil.replaceSubrange(512..<(512 + descriptor.utf8.count), with: Data(descriptor.utf8))
      _ = try host.file("evil.vmdk", evil)
      _ = try host.file("packed.img", Data("BZh91AY&SY".utf8) + Data(count: 4096))
      let locked = try host.file("locked.qcow2", "")
      try createEncryptedImage(
        locked, format: "qcow2",
        options: ["encrypt.format=luks", "encrypt.key-secret=s", "encrypt.iter-time=10"])
      let folder = URL(fileURLWithPath: disk).deletingLastPathComponent()
      try FileManager.default.createDirectory(
        at: folder.appendingPathComponent("folder"), withIntermediateDirectories: true)
    }
  }
}
