import Foundation
import TestSupport
import Testing
import VMScript

@testable import VMScriptPlan
@testable import VMScriptRuntime

/// The documents that a `cloud_init` block becomes.
@Suite struct CloudConfigTests {
  static let key =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl lab"

  private func document(
    _ cloudInit: String, _ name: String = "user-data", beside: String = ""
  ) async throws -> [String: Any] {
    try await StorageFixture().document(cloudInit, name, beside: beside)
  }

  private func users(_ cloudInit: String) async throws -> [[String: Any]] {
    try #require(try await document(cloudInit)["users"] as? [[String: Any]])
  }

  @Test func usersAreWritten() async throws {
    let users = try await users(
      """
      user admin { keys = ["\(Self.key)\\n"], sudo = true, groups = ["adm", "sudo"], uid = 1500 }
      user guest { password = "yes: \\"no\\"#", sudo = "ALL=(ALL) ALL", shell = "/bin/sh" }
      user hashed { password = "$6$salt$hash", lock_password = true, inactive = 5, sudo = false }
      """)
    #expect(users[0]["sudo"] as? String == "ALL=(ALL) NOPASSWD:ALL")
    #expect(users[0]["ssh_authorized_keys"] as? [String] == [Self.key])
    #expect(users[0]["groups"] as? [String] == ["adm", "sudo"])
    #expect(users[0]["uid"] as? Int == 1500)
    #expect(users[0]["lock_passwd"] as? Bool == true)
    #expect(users[0]["shell"] as? String == "/bin/bash")
    #expect(users[1]["sudo"] as? String == "ALL=(ALL) ALL")
    #expect(users[1]["shell"] as? String == "/bin/sh")
    #expect(users[1]["lock_passwd"] as? Bool == false)
    #expect(users[2]["hashed_passwd"] as? String == "$6$salt$hash")
    #expect(users[2]["lock_passwd"] as? Bool == true)
    #expect(users[2]["inactive"] as? String == "5")
    #expect(users[2]["sudo"] == nil)
  }

  @Test func theDefaultUserIsKeptForKeysOfItsOwn() async throws {
    let both = try await document(
      "user admin { }, ssh_authorized_keys = [\"\(Self.key)\"]")
    #expect((both["users"] as? [Any])?.first as? String == "default")
    #expect(both["ssh_authorized_keys"] as? [String] == [Self.key])
    #expect(try await document("ssh_authorized_keys = [\"\(Self.key)\"]")["users"] == nil)
    #expect(try await users("user admin { }").count == 1)
  }

  @Test func aPlainPasswordNeverReachesTheSeed() async throws {
    let fixture = try StorageFixture()
    let seed = try await fixture.seed(
      "user bob { password = \"hunter2\" }, user eve { password = \"hunter2\" }")
    for file in seed.files {
      #expect(!String(decoding: file.content, as: UTF8.self).contains("hunter2"))
    }
    let users = try #require(try seed.files.document("user-data")?["users"] as? [[String: Any]])
    let hashes = users.compactMap { $0["hashed_passwd"] as? String }
    #expect(Set(hashes).count == 2)
    for hash in hashes {
      #expect(hash.hasPrefix("$6$"))
      #expect(PasswordHash.matches("hunter2", hash))
      #expect(!PasswordHash.matches("hunter3", hash))
    }
    #expect(users.allSatisfy { $0["plain_text_passwd"] == nil })
    #expect(try seed.files.document("user-data")?["ssh_pwauth"] as? Bool == true)
  }

  @Test func aHashIsThatOfCrypt() throws {
    let hash = try PasswordHash.make("secret", user: "bob", machine: "UUID")
    #expect(hash == (try PasswordHash.make("secret", user: "bob", machine: "uuid")))
    #expect(hash != (try PasswordHash.make("secret", user: "eve", machine: "uuid")))
    #expect(hash != (try PasswordHash.make("secret", user: "bob", machine: "other")))
    // The salt says nothing of the password.
    let other = try PasswordHash.make("other", user: "bob", machine: "uuid")
    #expect(hash.split(separator: "$")[1] == other.split(separator: "$")[1])
    // A vector of the specification of SHA-crypt.
    #expect(
      PasswordHash.matches(
        "Hello world!",
        "$6$saltstring$svn8UoSVapNtMuq1ukKS4tPQd8iKwSMHWjl/O817G3uBnIFNjnQJu"
          + "esI68u4OTLiBFdcbYEdFCoEOfaS35inz1"))
    #expect(throws: StorageFailure.self) {
      try PasswordHash.make(String(repeating: "x", count: 600), user: "a", machine: "b")
    }
  }

  @Test func commandsAndPackagesAreWritten() async throws {
    let read = try await document(
      """
      run = ['echo "ready: ${HOSTNAME}" > /dev/console', ["touch", "/a b"]]
      boot = ["true"], packages = ["nginx"], update = true, upgrade = false
      """)
    let run = try #require(read["runcmd"] as? [Any])
    #expect(run[0] as? String == "echo \"ready: ${HOSTNAME}\" > /dev/console")
    #expect(run[1] as? [String] == ["touch", "/a b"])
    #expect(read["bootcmd"] as? [String] == ["true"])
    #expect(read["packages"] as? [String] == ["nginx"])
    #expect(read["package_update"] as? Bool == true)
    #expect(read["package_upgrade"] as? Bool == false)
  }

  @Test func filesAreWritten() async throws {
    let fixture = try StorageFixture()
    try fixture.folder.write("motd", Array("größe\n\tx".utf8))
    try fixture.folder.write("binary", [0, 255, 10])
    let files = try #require(
      try await fixture.document(
        """
        files { path = "/etc/a", content = "no", mode = "0600", owner = "root:adm" }
        files { path = "/etc/motd", source = "motd", append = true, defer = true }
        files { path = "/b", source = "\(fixture.folder.file("binary"))" }
        files { path = "/empty" }
        files { path = "/control", content = "a\\u{7}b" }
        """)["write_files"] as? [[String: Any]])
    #expect(files[0]["content"] as? String == "no")
    #expect(files[0]["permissions"] as? String == "0600")
    #expect(files[0]["owner"] as? String == "root:adm")
    #expect(files[1]["content"] as? String == "größe\n\tx")
    #expect(files[1]["append"] as? Bool == true)
    #expect(files[1]["defer"] as? Bool == true)
    #expect(files[2]["content"] as? String == Data([0, 255, 10]).base64EncodedString())
    #expect(files[2]["encoding"] as? String == "b64")
    #expect(files[3]["content"] as? String == "")
    #expect(files[4]["encoding"] as? String == "b64")
  }

  @Test func hostileSourcesAreRefused() async throws {
    let fixture = try StorageFixture()
    try fixture.folder.write("large", [UInt8](repeating: 65, count: 1 << 20 + 1))
    try fixture.folder.write("full", [UInt8](repeating: 65, count: 1 << 20))
    for (source, code) in [
      ("nothing", 655), ("/dev/zero", 655), (".", 655), ("large", 656), ("/proc/self/mem", 655),
    ] {
      let script = "domain web { cloud_init { files { path = \"/a\", source = \"\(source)\" } } }"
      #expect(try await fixture.errors(script) == [code], "\(source)")
    }
    let script = "domain web { cloud_init { files { path = \"/a\", source = \"full\" } } }"
    #expect(try await fixture.errors(script) == [])
  }

  @Test func disksAreSetUp() async throws {
    let read = try await document(
      """
      disks { device = "/dev/vdb", table = gpt, filesystem = ext4, label = "data", overwrite = true }
      disks { device = "/dev/vdc", filesystem = xfs }
      disks { device = "/dev/vdd", layout = [30, 70] }
      mounts = [["/dev/vdb1", "/data"]]
      """)
    let tables = try #require(read["disk_setup"] as? [String: [String: Any]])
    #expect(tables["/dev/vdb"]?["table_type"] as? String == "gpt")
    #expect(tables["/dev/vdb"]?["layout"] as? Bool == true)
    #expect(tables["/dev/vdb"]?["overwrite"] as? Bool == true)
    #expect(tables["/dev/vdc"] == nil)
    #expect(tables["/dev/vdd"]?["layout"] as? [Int] == [30, 70])
    let systems = try #require(read["fs_setup"] as? [[String: Any]])
    #expect(systems.map { $0["device"] as? String } == ["/dev/vdb", "/dev/vdc"])
    #expect(systems.map { $0["partition"] as? String } == ["auto", "none"])
    #expect(systems[0]["label"] as? String == "data")
    #expect(read["mounts"] as? [[String]] == [["/dev/vdb1", "/data"]])
  }

  @Test func dataWinsOverGeneratedData() async throws {
    let read = try await document(
      """
      hostname = "web", ntp { servers = ["a.test"], client = "chrony" }
      packages = ["nginx"]
      data = {
        packages: ["curl"], ntp: { enabled: true }, swap: { size: "auto", n: none },
        token: secret("s3cret")
      }
      """)
    #expect(read["packages"] as? [String] == ["curl"])
    let ntp = try #require(read["ntp"] as? [String: Any])
    #expect(ntp["servers"] as? [String] == ["a.test"])
    #expect(ntp["ntp_client"] as? String == "chrony")
    #expect(ntp["enabled"] as? Bool == true)
    #expect((read["swap"] as? [String: Any])?["n"] is NSNull)
    #expect(read["token"] as? String == "s3cret")
    let meta = try await document(
      "meta = { public-keys: [\"\(Self.key)\"] }, data = { hostname: \"db\" }"
        .replacing("public-keys", with: "\"public-keys\""), "meta-data")
    #expect(meta["local-hostname"] as? String == "db")
    #expect(meta["public-keys"] as? [String] == [Self.key])
    #expect((meta["instance-id"] as? String)?.isEmpty == false)
  }

  @Test func theHostNameFollowsFromTheFullName() async throws {
    #expect(try await document("")["hostname"] as? String == "web")
    let named = try await document("fqdn = \"db.lab.test\"")
    #expect(named["hostname"] as? String == "db")
    #expect(named["fqdn"] as? String == "db.lab.test")
    let both = try await document("fqdn = \"db.lab.test\", hostname = \"x\"", "meta-data")
    #expect(both["local-hostname"] as? String == "x")
  }

  @Test func theInstanceChangesWithTheBlockAndTheDomainOnly() async throws {
    let fixture = try StorageFixture()
    let first = try await fixture.seed("")
    #expect(try await fixture.seed("").files == first.files)
    let id = try first.files.document("meta-data")?["instance-id"] as? String
    let other = try await fixture.document("run = [\"true\"]", "meta-data")
    #expect(other["instance-id"] as? String != id)
  }

  @Test func everyPropertyReachesTheSeed() throws {
    let block = try #require(Schema.resource(.domain).block("cloud_init"))
    let elsewhere: Set = ["network", "data", "meta"]
    let written = Set(CloudKey.ofBlock.map(\.key))
    #expect(Set(block.properties.map(\.name)).subtracting(elsewhere) == written)
    let user = try #require(block.block("user"))
    #expect(
      Set(user.properties.map(\.name)).subtracting(["password"]) == Set(CloudKey.ofUser.map(\.key)))
    let file = try #require(block.block("files"))
    #expect(
      Set(file.properties.map(\.name)).subtracting(["path", "content", "source"])
        == Set(CloudKey.ofFile.map(\.key)))
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
  func aPasswordIsAHashOnlyInAFormOfCrypt(password: String, isHash: Bool) {
    #expect(PasswordHash.isHash(password) == isHash)
  }
}
