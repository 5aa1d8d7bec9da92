import Foundation
import Testing
import Yams

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

  @Test func commandsFilesAndDataAreWritten() throws {
    var config = CloudConfig()
    config.run = ["echo \"ready: ${HOSTNAME}\" > /dev/console"]
    config.files = [.init(path: "/etc/x", content: "ä\t1\n", permissions: "0644")]
    config.packages = ["nginx"]
    config.data = [.init("packages", .list([])), .init("timezone", .string("UTC"))]
    let read = try document(config)
    #expect(read["runcmd"] as? [String] == config.run)
    let file = try #require((read["write_files"] as? [[String: Any]])?.first)
    #expect(file["content"] as? String == "ä\t1\n")
    #expect(file["permissions"] as? String == "0644")
    #expect((read["packages"] as? [Any])?.isEmpty == true)
    #expect(read["timezone"] as? String == "UTC")
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
    ("web-1", "web-1"), ("web_1.lab", "web-1-lab"), ("--a--", "a"), ("ü", "vm"), ("", "vm"),
    (String(repeating: "a", count: 70), String(repeating: "a", count: 63)),
  ])
  func hostNamesAreSafe(name: String, host: String) {
    #expect(CloudConfig.hostName(from: name) == host)
  }
}
