import Testing
import VMScript
import VMScriptSyntax

@testable import VMScriptPlan
@testable import VMScriptRuntime

@Suite struct SeedContentTests {
  private func files(_ change: (inout CloudConfig) -> Void = { _ in }) throws -> [SeedFile] {
    var config = CloudConfig()
    config.hostname = "web"
    config.packages = ["nginx"]
    config.run = ["login s3cret"]
    var user = CloudConfig.User(name: "bob")
    user.keys = ["ssh-ed25519 A"]
    user.password = "s3cret"
    config.users = [user]
    change(&config)
    return try config.files(domain: "web", uuid: "u-u-u")
  }

  private func changes(_ change: (inout CloudConfig) -> Void) throws -> [SeedChange] {
    let earlier = try #require(SeedContent(try files()))
    return earlier.changes(to: try #require(SeedContent(try files(change))))
  }

  @Test func theSameIsNoChange() throws {
    #expect(try changes { _ in }.isEmpty)
  }

  @Test func eachKeyIsNamed() throws {
    #expect(try changes { $0.hostname = "db" }.map(\.key) == ["hostname"])
    #expect(try changes { $0.run += ["true"] }.map(\.key) == ["run"])
    #expect(try changes { $0.packages = [] }.map(\.key) == ["packages"])
    #expect(try changes { $0.users[0].keys += ["ssh-rsa B"] }.map(\.key) == ["user bob keys"])
    #expect(try changes { $0.users[0].password = "$6$a$b" }.map(\.key) == ["user bob password"])
    #expect(try changes { $0.users[0].password = nil }.map(\.key) == ["user bob password"])
    #expect(try changes { $0.users[0].sudo = true }.map(\.key) == ["user bob sudo"])
    #expect(
      try changes { $0.users.append(.init(name: "eve")) }.map(\.key)
        == ["user eve", "user eve shell"])
    let earlier = try files()
    var user = earlier[0]
    user = SeedFile(name: user.name, content: user.content + Array("timezone: UTC\n".utf8))
    let later = [user, SeedFile(name: "network-config", text: "{}\n")] + earlier.dropFirst()
    let content = try #require(SeedContent(earlier))
    #expect(
      content.changes(to: try #require(SeedContent(later))).map(\.key) == ["timezone", "network"])
  }

  @Test func onlyTheHostNameIsAppliedAtEveryBoot() throws {
    #expect(try changes { $0.hostname = "db" }.allSatisfy(\.isAppliedAtEveryBoot))
    #expect(try !changes { $0.run += ["true"] }.contains(where: \.isAppliedAtEveryBoot))
    #expect(try !changes { $0.users[0].keys = [] }.contains(where: \.isAppliedAtEveryBoot))
  }

  @Test func noSecretIsShown() throws {
    let shown = try changes {
      $0.run += ["s3cret"]
      $0.users[0].password = "other s3cret"
      $0.packages += ["curl"]
    }
    let text = shown.flatMap { [$0.from, $0.to] }.compactMap { $0?.literal }.joined()
    #expect(!text.contains("s3cret"), "\(text)")
    #expect(text.contains("curl"), "\(text)")
  }

  @Test func aSeedIsReadBackFromItsImage() throws {
    let files = try files()
    let read = try #require(SeedImage.files(in: try SeedImage.build(files)))
    #expect(Set(read) == Set(files))
    #expect(SeedImage.files(in: [1, 2, 3]) == nil)
    #expect(SeedContent([]) == nil)
  }

  private func seed(_ files: [SeedFile]) throws -> DomainSeed {
    let name = try VolumeName(
      stack: "lab", owner: "web", role: .seed(content: SeedFile.digest(of: files)),
      extension: "iso")
    return DomainSeed(
      name: name, pool: "default", path: "/pool/\(name.fileName)", files: files,
      span: RunFixture.span)
  }

  private func following(
    _ earlier: [SeedFile], _ change: (inout CloudConfig) -> Void = { _ in }
  ) throws -> [SeedFile] {
    let present = try #require(SeedContent(earlier))
    let wanted = try files(change)
    let changes = present.changes(to: try #require(SeedContent(wanted)))
    return try seed(wanted).following(.read(instance: present.instance, changes)).files
  }

  private func instance(_ files: [SeedFile]) throws -> String {
    try #require(SeedContent(files)?.instance)
  }

  @Test func aMachineStaysTheInstanceThatItIsForAHostName() throws {
    let first = try files()
    let second = try following(first) { $0.hostname = "db" }
    #expect(try instance(second) == instance(first))
    #expect(second.contains { String(decoding: $0.content, as: UTF8.self).contains("db") })
    #expect(try following(second) { $0.hostname = "db" } == second)
  }

  @Test func everyOtherChangeIsAnInstanceThatTheMachineNeverWas() throws {
    let first = try files()
    let second = try following(first) { $0.run += ["true"] }
    let third = try following(second)
    let fourth = try following(third) { $0.run += ["true"] }
    #expect(Set(try [first, second, third, fourth].map(instance)).count == 4)
    #expect(try instance(third).hasPrefix("u-u-u-"))
    // A run that was cut short comes to the same.
    #expect(try following(first) { $0.run += ["true"] } == second)
  }
}

@Suite struct DeclaredCloudConfigTests {
  private static let span = Span(source: SourceID(index: 0), start: 0, length: 0)

  private func block(_ schema: BlockSchema, label: String? = nil, _ values: [String: Value])
    -> DeclaredBlock
  {
    let properties = schema.properties.compactMap { property in
      values[property.name].map {
        DeclaredProperty(schema: property, value: $0, span: Self.span)
      }
    }
    return DeclaredBlock(schema: schema, label: label, properties: properties, span: Self.span)
  }

  @Test func theBlockIsRead() throws {
    let domain = Schema.resource(.domain)
    let schema = try #require(domain.blocks.first { $0.name == "cloud_init" })
    let userSchema = try #require(schema.blocks.first { $0.name == "user" })
    var declared = block(
      schema,
      [
        "hostname": .string("web"), "packages": .list([.string("nginx")]),
        "run": .list([.string("true"), .secret(SecretText("login s3cret"))]),
      ])
    declared.blocks = [
      block(
        userSchema, label: "admin",
        [
          "sudo": .bool(true), "keys": .list([.string("ssh-ed25519 A")]),
          "password": .secret(SecretText("s3cret")), "shell": .string("/bin/sh"),
        ])
    ]
    let config = CloudConfig(declared: declared)
    #expect(config.hostname == "web")
    #expect(config.packages == ["nginx"])
    #expect(config.run == ["true", "login s3cret"])
    let user = try #require(config.users.first)
    #expect(user.name == "admin")
    #expect(user.sudo)
    #expect(user.keys == ["ssh-ed25519 A"])
    #expect(user.password == "s3cret")
    #expect(user.shell == "/bin/sh")
  }

  @Test func anEmptyBlockDeclaresNothing() throws {
    let schema = try #require(
      Schema.resource(.domain).blocks.first { $0.name == "cloud_init" })
    let config = CloudConfig(declared: block(schema, [:]))
    #expect(config.hostname == nil)
    #expect(config.users.isEmpty)
  }
}
