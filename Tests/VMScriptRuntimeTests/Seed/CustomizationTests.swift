import TestSupport
import Testing
import VMScript

@testable import VMScriptPlan

/// The calls of virt-customize that a `customize` block makes.
@Suite struct CustomizationTests {
  private static let key =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl"

  private func fixture() throws -> StorageFixture {
    var fixture = try StorageFixture()
    fixture.add("system.qcow2", capacity: 1 << 30)
    return fixture
  }

  /// A script with the domain `web`, whose disk is an overlay.
  private static func script(_ block: String, name: String = "web") -> String {
    """
    let system = image("system.qcow2")
    domain "\(name)" { disk { image = system }
    customize { \(block) } }
    """
  }

  private func edits(_ block: String, of name: String = "web") async throws -> Customization {
    let plan = try await fixture().plan(Self.script(block, name: name))
    try #require(plan.diagnostics.isEmpty, "\(plan.diagnostics)")
    return try #require(plan.domains[name]?.customization)
  }

  private func command(
    _ block: String, of name: String = "web", format: ImageFormat = .qcow2
  ) async throws -> Customization.Command {
    try await edits(block, of: name).command(disk: "/pool/d", format: format, folder: "/f")
  }

  private func texts(_ command: Customization.Command) -> [String: String] {
    Dictionary(
      uniqueKeysWithValues: command.files.map {
        ($0.name, String(decoding: $0.content, as: UTF8.self))
      })
  }

  @Test func anEmptyBlockNamesTheGuestAndResetsItsIdentity() async throws {
    let command = try await command("")
    #expect(
      command.arguments == [
        "--quiet", "--format", "qcow2", "-a", "/pool/d", "--no-logfile", "--no-network",
        "--run", "/f/1-reset-identity", "--hostname", "web", "--selinux-relabel",
      ])
    #expect(texts(command)["1-reset-identity"]?.contains("/etc/machine-id") == true)
    let raw = try await self.command("reset_identity = false, hostname = 'db.test'", format: .raw)
    #expect(
      raw.arguments == [
        "--quiet", "--format", "raw", "-a", "/pool/d", "--no-logfile", "--no-network",
        "--hostname", "db.test", "--selinux-relabel",
      ])
  }

  @Test func aNameThatIsNoHostNameIsCleaned() async throws {
    let arguments = try await command("", of: "a b:c, -d").arguments
    let position = try #require(arguments.firstIndex(of: "--hostname"))
    #expect(arguments[position + 1] == CloudConfig.hostName(from: "a b:c, -d"))
    #expect(TextFormat.hostName.obstacle(to: arguments[position + 1]) == nil)
  }

  @Test func everythingIsDoneInOrder() async throws {
    let command = try await command(
      """
      password = 'p4ss', ssh_keys = ['\(Self.key) a'], user = 'ops', run = ['true', ['echo', "it's"]]
      install = ['nginx', 'libfoo:i386=1.0~rc1']
      write "/etc/a" { content = 'x' }
      """)
    let options = command.arguments.filter { $0.hasPrefix("-") }
    #expect(
      options == [
        "--quiet", "--format", "-a", "--no-logfile", "--install", "--run", "--hostname", "--run",
        "--upload", "--run", "--run", "--run", "--ssh-inject", "--run", "--selinux-relabel",
      ])
    #expect(command.arguments.contains("nginx,libfoo:i386=1.0~rc1"))
    #expect(command.arguments.contains("/f/3-content:/etc/a"))
    #expect(command.arguments.contains("ops:file:/f/7-keys"))
    let texts = texts(command)
    #expect(texts["5-run"] == "#!/bin/sh\ntrue\n")
    #expect(texts["6-run"] == "#!/bin/sh\necho 'it'\\''s'\n")
    #expect(texts["7-keys"] == "\(Self.key) a\n")
  }

  @Test func noContentIsAnArgumentAndNoPasswordIsPlain() async throws {
    let command = try await command(
      """
      password = 'hunter2', run = ['echo s3cret'], ssh_keys = ['\(Self.key) who']
      write "/etc/it's a \\"file\\", $(x)" { content = 'c0ntent', owner = 'www-data:adm', mode = '0600' }
      """)
    let arguments = command.arguments.joined(separator: " ")
    for text in ["hunter2", "s3cret", "c0ntent", "who", "AAAA", "$6$"] {
      #expect(!arguments.contains(text), "\(text)")
    }
    let texts = texts(command)
    #expect(!texts.values.contains { $0.contains("hunter2") })
    let password = try #require(texts.first { $0.key.hasSuffix("-password") }?.value)
    #expect(password.contains("'root:$6$") && password.contains("chpasswd -e"))
    let owners = try #require(texts.first { $0.key.hasSuffix("-owners") }?.value)
    let path = #"'/etc/it'\''s a "file", $(x)'"#
    #expect(owners == "#!/bin/sh\nset -e\nchown www-data:adm \(path)\nchmod 0600 \(path)\n")
    let preparation = try #require(texts.first { $0.key.hasSuffix("-write") }?.value)
    #expect(preparation.contains("[ -d \(path) ]") && preparation.contains("mkdir -p /etc\n"))
  }

  @Test func aHashStaysAsItIs() async throws {
    let hash = "$6$salt$" + String(repeating: "a", count: 86)
    let texts = try await texts(command("password = '\(hash)'"))
    #expect(texts["2-password"]?.contains("'root:\(hash)'") == true)
  }

  @Test func aFileBelowTheRootAndOneFromHereAreWritten() async throws {
    let fixture = try fixture()
    try fixture.folder.write("key.pem", [0, 255, 10])
    let plan = try await fixture.plan(
      Self.script("write \"/top\" { source = 'key.pem' }"))
    let edits = try #require(plan.domains["web"]?.customization)
    let command = edits.command(disk: "/d", format: .qcow2, folder: "/f")
    #expect(command.files.contains { $0.content == [0, 255, 10] })
    #expect(texts(command).values.contains { $0.contains("mkdir -p /\n") })
    let missing = try await fixture.plan(Self.script("write \"/a\" { source = 'no' }"))
    #expect(missing.diagnostics.map(\.code.number) == [655])
  }

  @Test func aCloneWritesOverItsSourceAndHasItsOwnName() async throws {
    let plan = try await fixture().plan(
      """
      \(Self.script("hostname = 'origin', write \"/a\" { content = 'one' }, write \"/b\" {}").replacing("\"web\"", with: "web"))
      clone web as copy { customize { write "/a" { content = 'two' } } }
      """)
    try #require(plan.diagnostics.isEmpty, "\(plan.diagnostics)")
    let edits = try #require(plan.domains["copy"]?.customization?.edits)
    #expect(edits.contains(.hostName("copy")))
    let files = edits.compactMap { if case .write(let files) = $0 { files } else { nil } }.flatMap(
      \.self)
    #expect(files.map(\.path) == ["/b", "/a"])
    #expect(files.map { String(decoding: $0.content, as: UTF8.self) } == ["", "two"])
  }

  @Test func theDigestFollowsTheDeclaration() async throws {
    let blocks = [
      "", "hostname = 'a'", "reset_identity = false", "run = ['a']", "run = ['b']",
      "run = [['a', 'b']]", "run = ['a', 'b']", "install = ['a']", "install = ['a', 'b']",
      "password = 'a'", "password = 'b'", "password = 'a', user = 'ops'",
      "ssh_keys = ['\(Self.key) a']", "ssh_keys = ['\(Self.key) b']",
      "write \"/a\" {}", "write \"/b\" {}", "write \"/a\" { content = 'x' }",
      "write \"/a\" { mode = '0600' }", "write \"/a\" { owner = 'adm' }",
    ]
    var digests: Set<String> = []
    for block in blocks {
      let digest = try await edits(block).digest
      #expect(try await edits(block).digest == digest)
      #expect(digests.insert(digest).inserted, "\(block)")
    }
  }

  @Test func onlyADiskOfItsOwnIsEdited() async throws {
    var fixture = try fixture()
    fixture.add("own.raw", capacity: 1 << 20, format: "raw")
    func errors(_ disk: String) async throws -> [Int] {
      try await fixture.errors(
        "let system = image(\"system.qcow2\")\ndomain web { \(disk)\ncustomize { } }")
    }
    #expect(try await errors("disk { image = system }") == [])
    #expect(try await errors("disk { size = 1MiB }\ndisk { image = system }") == [])
    #expect(try await errors("") == [681])
    #expect(try await errors("disk { size = 1MiB }") == [681])
    #expect(
      try await errors("disk { source = \"volume:default/own.raw\", format = raw }") == [681])
    // Another error is the cause.
    #expect(try await errors("disk { image = image('none') }").contains(681) == false)
  }
}
