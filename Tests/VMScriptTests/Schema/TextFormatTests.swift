import Testing
@testable import VMScript

@Suite struct TextFormatTests {
  /// No format with a structure of its own can hold one of these.
  private static let awkward = [
    "", "\n", "a\nb", "a\r\nb", "a\u{0}b", "a\tb", "a\u{1b}[31m", "a\u{85}b", "a\u{2028}b",
    "a\u{200b}b", "a\u{202e}b", "\u{7f}", "\u{feff}a",
  ]
  /// These are texts, but no names.
  private static let noNames = [
    "a b", " a", "a ", "a,b", "#a", "a #b", "a\"b", "a'b", "a\\b", "a/b", "a=b", "a;b", "a:b",
    "a%d", "-a", "größe", "x\u{301}", "名", "*", "a*", "$(id)", "tag:a",
    String(repeating: "a", count: 300),
  ]

  /// A row or label with a format, and a script that gives it a text.
  struct Place: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let format: TextFormat
    let prefix: String
    let suffix: String

    func script(_ text: String) -> String { prefix + Value.string(text).literal + suffix }
  }

  static let places: [Place] = ResourceKind.allCases.flatMap { kind in
    places(in: Schema.resource(kind), kind.rawValue, "\(kind.rawValue) r { ", " }")
  }

  /// Returns the brackets around a text in a value of a type.
  private static func brackets(of type: PropertyType, key: String = "\"a\"") -> (String, String) {
    switch type {
    case .list(let element):
      let (before, after) = brackets(of: element)
      return ("[" + before, after + "]")
    case .map: return ("{ \(key): ", " }")
    case .either(let types): return types.first.map { brackets(of: $0) } ?? ("", "")
    default: return ("", "")
    }
  }

  /// A value of a map.
  private static func element(of type: PropertyType) -> String {
    switch type {
    case .map(.word(let words)): Value.string(words.first ?? "").literal
    case .map(.list): "[\"a\"]"
    case .either(let types): types.last.map(element) ?? ""
    default: "\"a\""
    }
  }

  private static func places(
    in block: BlockSchema, _ path: String, _ prefix: String, _ suffix: String
  ) -> [Place] {
    let rows = block.properties.flatMap { row -> [Place] in
      let head = "\(prefix)\(row.name) = "
      let key = row.keyFormat == .digits ? "\"1\"" : "\"a\""
      let (before, after) = brackets(of: row.type, key: key)
      let value = (head + before, after + suffix)
      let path = "\(path).\(row.name)"
      return [
        row.format.map {
          Place(testDescription: path, format: $0, prefix: value.0, suffix: value.1)
        },
        row.keyFormat.map {
          Place(
            testDescription: "\(path) keys", format: $0, prefix: head + "{ ",
            suffix: ": \(row.format == .cpuset ? "\"1\"" : element(of: row.type)) }" + suffix)
        },
      ].compactMap(\.self)
    }
    return rows
      + block.blocks.flatMap { inner in
        let label: String =
          switch inner.label {
          case .required: " a"
          case .anyText: " \"/a\""
          case .none, .optional: ""
          }
        let labels = inner.labelFormat.map {
          [
            Place(
              testDescription: "\(path).\(inner.name) label", format: $0,
              prefix: "\(prefix)\(inner.name) ", suffix: " { }" + suffix)
          ]
        }
        return (labels ?? [])
          + places(
            in: inner, "\(path).\(inner.name)", "\(prefix)\(inner.name)\(label) { ", " }" + suffix)
      }
  }

  @Test(arguments: places)
  func aTextThatItsFormatCannotHoldIsRefused(place: Place) {
    for text in Self.awkward where place.format.obstacle(to: text) != nil {
      let codes = run(place.script(text)).codes
      // An empty path is no path.
      #expect(
        [223, 275].contains(where: codes.contains) || text.isEmpty && codes.contains(213),
        "\(text.debugDescription)")
    }
    for text in Self.noNames where place.format.obstacle(to: text) != nil {
      let codes = run(place.script(text)).codes
      // An empty path is no path.
      #expect(
        [223, 275].contains(where: codes.contains) || text.isEmpty && codes.contains(213),
        "\(text.debugDescription)")
    }
    let example =
      switch place.format {
      case .loginShell, .absolutePath, .customPath: "/a"
      case .date: "2030-01-01"
      case .fileMode: "0644"
      case .hostKeyKind: "rsa_public"
      case .target: "vda"
      case .cpuset, .digits: "1"
      case .pciAddress: "0000:01:00.0"
      case .usbProduct: "046d:c52b"
      case .wwn: "5000c50015ea71aa"
      case .processorVendor: "AuthenticAMD"
      default: "a"
      }
    #expect(!run(place.script(example)).codes.contains(275))
  }

  @Test(arguments: TextFormat.allCases)
  func everyFormatButFreeTextRefusesAwkwardText(format: TextFormat) {
    let refused = Self.awkward.filter { format.obstacle(to: $0) != nil }
    switch format {
    case .text: #expect(refused == ["a\u{0}b", "a\u{1b}[31m", "a\u{85}b", "\u{7f}"])
    case .optionalLine: #expect(refused == Array(Self.awkward.dropFirst()))
    default: #expect(refused == Self.awkward)
    }
    #expect(format.obstacle(to: "a\u{fffe}") != nil && format.obstacle(to: "a\u{ffff}") != nil)
  }

  @Test func everyTextOfADefinitionHasAFormat() {
    func rows(_ block: BlockSchema) -> [PropertySchema] {
      block.properties + block.blocks.filter { $0.name != "xml" }.flatMap(rows)
    }
    func holdsText(_ type: PropertyType) -> Bool {
      switch type {
      case .string, .secret: true
      case .map(let element): holdsText(element)
      case .either(let types): types.contains(where: holdsText)
      default: false
      }
    }
    for row in rows(Schema.resource(.domain)) where row.xml != nil && holdsText(row.type) {
      #expect(row.format != nil, "\(row.name)")
    }
  }

  @Test(arguments: [
    TextFormat.hostName, .leaseName, .domainName, .serviceName, .interfaceName, .token, .model,
  ])
  func noNameHoldsSeparatorsQuotesOrComments(format: TextFormat) {
    for text in Self.awkward + Self.noNames {
      #expect(format.obstacle(to: text) != nil, "\(text.debugDescription)")
    }
  }

  @Test func everyFormatAcceptsItsTextsUpToItsLength() {
    let label = String(repeating: "a", count: 63)
    for (format, texts) in [
      (TextFormat.hostName, ["web", "web-1.lab.test", "10", label]),
      (.leaseName, ["web", "web_1", "Web-2", label]),
      (.domainName, ["lab", "_dmarc.lab.test", "10.in-addr.arpa", "\(label).\(label)"]),
      (.serviceName, ["ldap", "etcd-server-ssl"]),
      (.txtValue, ["v=spf1 a mx -all", "a#b", "größe", String(repeating: "a", count: 255)]),
      (.interfaceName, ["virbr9", "br-lan", "eth0.100", String(repeating: "a", count: 15)]),
      (.userName, ["bob", "_apt", "a.b-c_1", "Bob", String(repeating: "a", count: 32)]),
      (.loginShell, ["/bin/bash", "/usr/bin/zsh-5.9"]),
      (.packageName, ["nginx", "g++", "nginx=1.2-3~deb12u1", "libc6:i386", "@web", "./a.deb"]),
      (
        .authorizedKey,
        ["ssh-ed25519 AAAA= bob@größe", "ssh-rsa AAAA bob\n", "from=\"10.0.0.0/8\" ssh-rsa AAAA"]
      ),
      (.token, ["virtio", "de-ch", "q35", "pc-i440fx-7.2"]),
      (.model, ["e1000e", "ne2k_pci"]), (.objectName, ["clean-traffic", "größe 1", "a.b"]),
      (.serialNumber, ["WD 12+3", String(repeating: "a", count: 36)]),
      (.target, ["vda", "sdaa", "hdd", "fdb"]),
      (.listenAddress, ["0.0.0.0", "::", "fd00::1%eth0", "host.lab"]),
      (.vncPassword, ["12345678", "größe"]), (.spicePassword, [String(repeating: "a", count: 60)]),
      (.optionalLine, ["", "a, b"]), (.text, ["", "a\n\tb\r\nc", "\u{200b}"]),
      (.line, ["größe, #1 \"x\"", "-a", " a "]),
      (.accountPassword, ["größe 1", String(repeating: "a", count: 511)]),
      (.locale, ["C", "de_DE.UTF-8", "de_DE@euro"]),
      (.timeZone, ["UTC", "Europe/Berlin", "Etc/GMT+1", "America/Argentina/Buenos_Aires"]),
      (.hostKeyKind, ["rsa_private", "ed25519_public", "ecdsa_certificate"]),
      (.importID, ["gh:a-b", "lp:a", "a"]), (.date, ["2030-12-31", "2028-02-29", "2000-02-29"]),
      (.absolutePath, ["/", "/a b/größe"]), (.customPath, ["/a", "/a b/..größe"]),
      (.customPackage, ["nginx", "libfoo:i386=1.0~rc1", "a/b"]),
      (.fileMode, ["644", "0755", "4755"]),
      (.fileOwner, ["root", "www-data:adm"]),
      (.vendorID, ["KVM Hv", "AuthenticAMD"]), (.processorVendor, ["GenuineIntel"]),
      (.cpuset, ["0", "0-3,^2,8"]), (.digits, ["0", "17"]),
      (.pciAddress, ["0000:01:00.0", "0a:1f.7"]), (.usbProduct, ["046d:c52b", "ABCD:0001"]),
      (.wwn, ["5000c50015ea71aa"]), (.diskVendor, ["SEAGATE", "A B"]),
      (.diskProduct, ["ST3146707LC"]),
    ] {
      for text in texts { #expect(format.obstacle(to: text) == nil, "\(format) \(text)") }
    }
    for (format, texts) in [
      (TextFormat.leaseName, ["1web", "12h", "ignore", "Infinite", "a.b", label + "a"]),
      (.domainName, [".", "a..b", "a.", ".a", "a-.b", label + "a"]),
      (.token, [String(repeating: "a", count: 64)]), (.model, ["E1000", "a.b", "a/b"]),
      (.objectName, ["a/b", " a", "<a", "a&b", "'", "\""]),
      (.serialNumber, ["a/b", "a,b", "größe", String(repeating: "a", count: 37)]),
      (.target, ["vd", "xda", "vda1", "sdaaaa", "VDA"]), (.listenAddress, ["a b", "<", "a/24"]),
      (.vncPassword, ["123456789", "größe123"]),
      (.spicePassword, [String(repeating: "a", count: 61)]),
      (.text, [String(repeating: "a", count: 65_537)]),
      (.interfaceName, [".", "..", String(repeating: "a", count: 16)]),
      (.userName, ["1a", "-a", ".a", "a:b", "a b", String(repeating: "a", count: 33)]),
      (.loginShell, ["bash", "/bin/a:b", "/bin/a b", ""]),
      (.customPath, ["a", "/a:b", "/a\nb", "/a/", "/a/../b", "/.", ""]),
      (.customPackage, ["a,b", "-a", "a b", "a*", ""]),
      (.packageName, ["-y", "a b", "a;b", "a\"", "a\nb"]),
      (.authorizedKey, ["", "ssh-rsa AAAA\nssh-rsa BBBB"]),
      (.txtValue, [" a", "a ", "#a", "a #b", "a,b", "a\"b", String(repeating: "a", count: 256)]),
      (.accountPassword, ["", "a\nb", String(repeating: "a", count: 512)]),
      (.locale, ["de DE", "8", "de/DE", "-a"]),
      (.timeZone, ["/etc/passwd", "../a", "a//b", "a/", "-a", "a b"]),
      (.hostKeyKind, ["rsa", "rsa_secret", "RSA_private", "_rsa"]),
      (.importID, [":a", "gh a", "-a"]),
      (.date, ["2030-2-1", "2030-02-30", "1900-02-29", "2030-13-01", "2030-00-01", "30-01-01"]),
      (.absolutePath, ["a", "~/a", ""]), (.fileMode, ["8", "64", "00644", "0o644", "rw-"]),
      (.fileOwner, [":", "a:", ":a", "a:b:c", "a b", "-a"]),
      (.vendorID, ["thirteen-long", "a,b", " a"]),
      (.processorVendor, ["GenuineInte", "a,bcdefghijk"]),
      (.cpuset, ["", "a", "1-", ",1", "1,,2", "^"]),
      (.digits, ["01", "a", "-1"]), (.pciAddress, ["1:0.0", "0000:01:20.0", "0000:01:00.8", "x"]),
      (.usbProduct, ["046d", "046d:c52", "046d:c52g"]), (.wwn, ["5000", "g000c50015ea71aa"]),
      (.diskVendor, ["NINECHARS", "a,b", "é"]), (.diskProduct, ["seventeen-letters", "<"]),
    ] {
      for text in texts { #expect(format.obstacle(to: text) != nil, "\(format) \(text)") }
    }
  }

  @Test func anUnfitSecretIsNotShown() {
    let kind = BlockSchema(
      "queue", "A queue.",
      properties: [PropertySchema("key", .secret, "A key.", format: .token)])
    let obstacle = kind.property("key")?.obstacle(in: .secret(SecretText("a b")))
    #expect(obstacle?.reason == "it contains a space")
    #expect(obstacle != nil && obstacle?.text == nil)
  }
}
