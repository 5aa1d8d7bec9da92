import Testing
import VMScript
import VMScriptImages
import VMScriptSyntax

@testable import VMScriptPlan
@testable import VMScriptRuntime

@Suite struct SeedContentTests {
  private static let base = """
    hostname = "web", packages = ["nginx"], run = ["login s3cret"], boot = ["a s3cret"]
    user bob { keys = ["\(CloudConfigTests.key)"], password = "s3cret" }
    files { path = "/a", content = "s3cret", mode = "0600" }
    data = { swap: { size: "auto" } }
    """

  /// The seed of the block above, with some of its texts replaced.
  private func seed(_ edits: [(String, String)] = []) async throws -> DomainSeed {
    let text = edits.reduce(Self.base) { $0.replacing($1.0, with: $1.1) }
    return try await StorageFixture().seed(text)
  }

  private func changes(_ edits: (String, String)...) async throws -> [SeedChange] {
    let earlier = try #require(SeedContent(try await seed().files))
    return earlier.changes(to: try #require(SeedContent(try await seed(edits).files)))
  }

  @Test func theSameIsNoChange() async throws {
    #expect(try await changes().isEmpty)
  }

  @Test(arguments: [
    ("hostname = \"web\"", "hostname = \"db\"", ["hostname"]),
    ("login", "true", ["run"]), ("a s3cret", "true", ["boot"]),
    ("packages = [\"nginx\"], ", "", ["packages"]),
    (" lab\"]", " other\"]", ["user bob keys"]),
    ("password = \"s3cret\"", "password = \"$6$a$b\"", ["user bob password"]),
    (", password = \"s3cret\"", "", ["user bob password"]),
    ("password =", "sudo = true, password =", ["user bob sudo"]),
    ("password =", "lock_password = true, password =", ["user bob lock_password"]),
    ("boot =", "ssh_pwauth = false, boot =", ["ssh_pwauth"]),
    ("data =", "user eve { }\ndata =", ["user eve", "user eve shell", "user eve lock_password"]),
    ("content = \"s3cret\"", "content = \"x\"", ["files /a content"]),
    ("0600", "0644", ["files /a mode"]),
    ("auto", "1G", ["data swap"]),
    ("boot =", "meta = { x: 1 }, boot =", ["meta x"]),
    ("boot =", "ntp { client = \"chrony\" }, boot =", ["ntp client"]),
    (
      "boot =", "disks { device = \"/dev/vdb\", table = gpt, filesystem = ext4 }, boot =",
      ["disks /dev/vdb layout", "disks /dev/vdb filesystem"]
    ),
    ("boot =", "network = { version: 2 }, boot =", ["network"]),
    ("boot =", "timezone = \"UTC\", update = true, boot =", ["timezone", "update"]),
  ])
  func eachKeyIsNamed(text: String, other: String, keys: [String]) async throws {
    #expect(try await changes((text, other)).map(\.key).sorted() == keys.sorted())
  }

  @Test func onlySomeSettingsAreAppliedAtEveryBoot() async throws {
    #expect(
      try await changes(("hostname = \"web\"", "hostname = \"db\", fqdn = \"db.test\""))
        .allSatisfy(\.isAppliedAtEveryBoot))
    #expect(try await changes(("a s3cret", "true")).allSatisfy(\.isAppliedAtEveryBoot))
    for edit in [("login", "true"), (" lab\"]", " b\"]"), ("auto", "1G"), ("0600", "0644")] {
      #expect(try await !changes(edit).contains(where: \.isAppliedAtEveryBoot))
    }
  }

  @Test func aNetworkIsAppliedAtEveryBootIfThePresentSeedSaysSo() async throws {
    func content(_ network: String) async throws -> SeedContent {
      try #require(SeedContent(try await StorageFixture().seed(network).files))
    }
    let none = try await content("")
    let one = try await content("network = { version: 2 }")
    let other = try await content("network = { version: 2, ethernets: { } }")
    #expect(none.changes(to: one).map(\.isAppliedAtEveryBoot) == [false])
    #expect(one.changes(to: other).map(\.isAppliedAtEveryBoot) == [true])
  }

  @Test func noSecretIsShown() async throws {
    let shown = try await changes(
      ("login s3cret", "login other-s3cret"), ("a s3cret", "b s3cret"), ("nginx", "curl"),
      ("password = \"s3cret\"", "password = \"other s3cret\""),
      ("content = \"s3cret\"", "content = \"other s3cret\""), ("auto", "s3cret"))
    let text = shown.flatMap { [$0.from, $0.to] }.compactMap { $0?.literal }.joined()
    #expect(!text.contains("s3cret"), "\(text)")
    #expect(text.contains("curl"), "\(text)")
  }

  /// A seed of the time when passwords were written in plain text is the same.
  @Test func aPlainPasswordIsTheSameAsItsHash() async throws {
    let files = try await seed().files
    let text = try #require(files.text("user-data"))
    let line = try #require(text.split(separator: "\n").first { $0.contains("hashed_passwd") })
    func earlier(_ password: String) throws -> SeedContent {
      let user = text.replacing(line, with: "  \(password)")
      return try #require(
        SeedContent([SeedFile(name: "user-data", text: user), files[1]]))
    }
    let content = try #require(SeedContent(files))
    #expect(try earlier("plain_text_passwd: s3cret").changes(to: content).isEmpty)
    #expect(
      try earlier("plain_text_passwd: other").changes(to: content).map(\.key)
        == ["user bob password"])
    let hash = try #require(line.split(separator: "\"").last)
    #expect(try earlier("passwd: \(hash)").changes(to: content).isEmpty)
    #expect(try content.changes(to: earlier("plain_text_passwd: s3cret")).isEmpty)
  }

  @Test func aSeedIsReadBackFromItsImage() async throws {
    let files = try await seed().files
    let read = try #require(ISOImage.files(in: try ISOImage.build(files)))
    #expect(Set(read) == Set(files))
    #expect(ISOImage.files(in: [1, 2, 3]) == nil)
    #expect(SeedContent([]) == nil)
  }
}

/// The seed that follows a machine's present one.
@Suite struct FollowingSeedTests {
  private func following(_ earlier: [SeedFile], _ cloudInit: String) async throws -> [SeedFile] {
    let present = try #require(SeedContent(earlier))
    let wanted = try await StorageFixture().seed(cloudInit)
    let changes = present.changes(to: try #require(SeedContent(wanted.files)))
    return wanted.following(.read(instance: present.instance, changes)).files
  }

  private func instance(_ files: [SeedFile]) throws -> String {
    try #require(SeedContent(files)?.instance)
  }

  @Test func aMachineStaysTheInstanceThatItIsForAHostName() async throws {
    let first = try await StorageFixture().seed("meta = { a: [1] }").files
    let second = try await following(first, "meta = { a: [1] }, hostname = \"db\"")
    #expect(try instance(second) == instance(first))
    #expect(second.text("user-data")?.contains("db") == true)
    #expect(try second.document("meta-data")?["a"] as? [Int] == [1])
    #expect(try await following(second, "meta = { a: [1] }, hostname = \"db\"") == second)
  }

  @Test func everyOtherChangeIsAnInstanceThatTheMachineNeverWas() async throws {
    let first = try await StorageFixture().seed("").files
    let second = try await following(first, "run = [\"true\"]")
    let third = try await following(second, "")
    let fourth = try await following(third, "run = [\"true\"]")
    #expect(Set(try [first, second, third, fourth].map(instance)).count == 4)
    let uuid = Identity.uuid(stack: StorageFixture.stack, kind: .domain, name: "web")
    #expect(try instance(third).hasPrefix(uuid))
    // A run that was cut short comes to the same.
    #expect(try await following(first, "run = [\"true\"]") == second)
  }

  /// A seed of before: with a plain password, and without network configuration.
  @Test func aSeedOfBeforeIsTheSame() async throws {
    var fixture = try StorageFixture()
    let name = try StorageFixture.name("web", .seed(content: "00000000"), "iso")
    fixture.add(name, format: "raw")
    try fixture.add(domain: "web", [("vdz", name)], format: "raw")
    func differences(_ cloudInit: String) async throws -> [String] {
      let nic = "nic { net = net(\"default\") }"
      var plan = try await fixture.plan("domain web { \(nic), cloud_init { \(cloudInit) } }")
      try await plan.compareSeeds { _ in
        SeedContent([
          SeedFile(name: "meta-data", text: "instance-id: u\nlocal-hostname: \"web\"\n"),
          SeedFile(
            name: "user-data",
            text: """
              #cloud-config
              hostname: "web"
              users:
              - name: "bob"
                shell: "/bin/bash"
                lock_passwd: false
                plain_text_passwd: "s3cret"
              ssh_pwauth: true
              """),
        ])
      }
      let domain = try #require(plan.set.declarations.first)
      let live = try #require(plan.live.domains["web"])
      return try plan.differences(domain: domain, live: live, left: []).map {
        "\($0.path) \($0.impact.rawValue)"
      }
    }
    let user = "user bob { password = \"s3cret\" }"
    #expect(try await differences(user) == [])
    #expect(
      try await differences("\(user), hostname = \"db\"") == ["cloud_init hostname next-start"])
    #expect(
      try await differences("\(user), run = [\"true\"]")
        == ["cloud_init run data-loss", "cloud_init network data-loss"])
    #expect(
      try await differences("user bob { password = \"other\" }").contains(
        "cloud_init user bob password data-loss"))
  }

  @Test func aMachineWithoutNetworkConfigurationGetsItAsANewInstance() async throws {
    let nic = "nic { net = net(\"default\") }"
    let wanted = try await StorageFixture().seed("hostname = \"db\"", beside: nic)
    let earlier = try await StorageFixture().seed("").files
    let present = try #require(SeedContent(earlier))
    #expect(!present.hasNetwork)
    // A host name alone does not need a new instance.
    #expect(wanted.asEarlier(present).files.map(\.name) == ["user-data", "meta-data"])
    #expect(wanted.asEarlier(present).path != wanted.path)
    let other = try await StorageFixture().seed("run = [\"true\"]", beside: nic)
    #expect(other.asEarlier(present).path == other.path)
    let own = try await StorageFixture().seed("network = { version: 2 }", beside: nic)
    #expect(own.asEarlier(present).path == own.path)
  }
}
