import Foundation
import TestSupport
import Testing
import Yams

@testable import VMScriptPlan
@testable import VMScriptRuntime

@Suite struct SeedImageTests {
  @Test func otherToolsReadIt() throws {
    let folder = try ScratchFolder()
    let long = String(repeating: "0123456789\n", count: 5000)
    let files = [
      SeedFile(name: "user-data", text: "#cloud-config\n"), SeedFile(name: "meta-data", text: long),
      SeedFile(name: "network-config", content: []),
    ]
    let path = try folder.write("seed.iso", try SeedImage.build(files))
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
        let image = RawISO9660(bytes: try SeedImage.build(files))
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

  @Test func noTimeOfWritingIsInIt() throws {
    let image = try SeedImage.build([SeedFile(name: "user-data", text: "x")])
    let year = String(Calendar(identifier: .gregorian).component(.year, from: Date()))
    for sector in 16..<18 {
      let dates = image[(sector * 2048 + 813)..<(sector * 2048 + 881)]
      #expect(!String(decoding: dates, as: UTF8.self).contains(year))
    }
    #expect(try SeedImage.build([SeedFile(name: "user-data", text: "x")]) == image)
  }

  @Test func anEmptySeedIsStillAnImage() throws {
    let image = try SeedImage.build([])
    #expect(try ImageProbe.probe(image, fileSize: Int64(image.count)).format == .iso)
  }
}

@Suite struct CloudConfigTests {
  private func document(_ config: CloudConfig, _ name: String = "user-data") throws -> [String: Any]
  {
    let files = try config.files(domain: "web", uuid: "u")
    let file = try #require(files.first { $0.name == name })
    let text = String(decoding: file.content, as: UTF8.self)
    if name == "user-data" { #expect(text.hasPrefix("#cloud-config\n")) }
    return try #require(try Yams.load(yaml: text) as? [String: Any])
  }

  @Test func usersAreWritten() throws {
    var config = CloudConfig()
    var admin = CloudConfig.User(name: "admin")
    admin.keys = ["ssh-ed25519 AAAA lab"]
    admin.sudo = true
    var guest = CloudConfig.User(name: "no")
    guest.password = "yes: \"no\"\n#"
    var hashed = CloudConfig.User(name: "h")
    hashed.password = "$6$salt$hash"
    config.users = [admin, guest, hashed]
    let users = try #require(try document(config)["users"] as? [[String: Any]])
    #expect(users[0]["sudo"] as? String == "ALL=(ALL) NOPASSWD:ALL")
    #expect(users[0]["ssh_authorized_keys"] as? [String] == admin.keys)
    #expect(users[0]["lock_passwd"] as? Bool == true)
    #expect(users[1]["name"] as? String == "no")
    #expect(users[1]["plain_text_passwd"] as? String == guest.password)
    #expect(users[2]["passwd"] as? String == hashed.password)
  }

  @Test func commandsAndPackagesAreWritten() throws {
    var config = CloudConfig()
    config.run = ["echo \"ready: ${HOSTNAME}\" > /dev/console"]
    config.packages = ["nginx"]
    let read = try document(config)
    #expect(read["runcmd"] as? [String] == config.run)
    #expect(read["packages"] as? [String] == config.packages)
  }

  @Test func theInstanceChangesWithTheBlockAndTheDomainOnly() throws {
    var config = CloudConfig()
    let first = try config.files(domain: "web", uuid: "u")
    #expect(try config.files(domain: "web", uuid: "u") == first)
    let id = try document(config, "meta-data")["instance-id"] as? String
    config.run = ["true"]
    #expect(try document(config, "meta-data")["instance-id"] as? String != id)
  }

  @Test(arguments: [
    ("web-1", "web-1"), ("WEB", "WEB"), ("9", "9"),
    (String(repeating: "a", count: 63), String(repeating: "a", count: 63)),
  ])
  func aNameThatIsALabelIsTheHostName(name: String, host: String) {
    #expect(CloudConfig.hostName(from: name) == host)
  }

  @Test(arguments: [
    ["größe", "grüße", "gr--e"], ["web_1", "web.1", "web 1", "web-1"], ["--a--", "a-", "a", "-a"],
    ["ü", "ö", "vm"],
    [
      String(repeating: "a", count: 64), String(repeating: "a", count: 65),
      String(repeating: "a", count: 63),
    ],
  ])
  func cleanedHostNamesStayApart(names: [String]) {
    let hosts = names.map(CloudConfig.hostName)
    #expect(Set(hosts).count == names.count, "\(hosts)")
    for host in hosts {
      #expect((1...63).contains(host.utf8.count))
      #expect(
        host.utf8.allSatisfy {
          Character(Unicode.Scalar($0)).isLetter || $0 == 45 || (48...57).contains($0)
        })
      #expect(!host.hasPrefix("-") && !host.hasSuffix("-"))
    }
  }

  @Test(arguments: [
    ("$ecret", false), ("$ecret$money$x", false), ("$6$abc", false), ("$6$", false), ("$", false),
    ("$6$$hash", false), ("$6$salt$", false), ("$6$sa lt$hash", false), ("$6$salt$hash\n", false),
    ("$6$rounds=x$salt$hash", false), ("$2b$hello$x", false), ("6$salt$hash", false),
    ("$9$salt$hash", false), ("$6$salt$hash$more", false), ("plain", false), ("", false),
    ("$1$salt$hash", true), ("$5$salt$hash", true), ("$6$salt$hash", true),
    ("$6$rounds=5000$sa.lt$ha/sh", true), ("$y$j9T$salt$hash", true), ("$gy$j9T$salt$hash", true),
    ("$7$CU..../....salt$hash", true),
    ("$2b$10$abcdefghijklmnopqrstuuIyLYKLsZRPZzdvCnSCBIvLfJkCGVmyq", true),
  ])
  func aPasswordIsAHashOnlyInAFormOfCrypt(password: String, isHash: Bool) throws {
    var config = CloudConfig()
    var user = CloudConfig.User(name: "bob")
    user.password = password
    config.users = [user]
    let written = try #require((try document(config)["users"] as? [[String: Any]])?.first)
    #expect(written["passwd"] as? String == (isHash ? password : nil))
    #expect(written["plain_text_passwd"] as? String == (isHash ? nil : password))
  }
}
