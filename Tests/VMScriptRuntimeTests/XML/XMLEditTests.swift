import TestSupport
import Testing
import VMScript
import VMScriptSyntax

@testable import VMScriptPlan
@testable import VMScriptRuntime

/// Edits by `xml` blocks of what a definition has already.
@Suite struct XMLEditTests {
  let context = XMLContext(
    stack: "s", uuid: "11111111-2222-5333-8444-555555555555", hypervisor: "qemu")

  private func domain(_ entries: String...) throws -> Declaration {
    try #require(
      try Script.declarations("domain x { \(entries.joined(separator: "\n")) }").first)
  }

  private func render(_ domain: Declaration, onto base: String? = nil) throws -> String {
    try DomainXML.render(
      domain, context: context, onto: base.map { try Document($0, root: "domain") })
  }

  private func text(_ path: String, in xml: String) throws -> String? {
    try XMLElement.parse(xml).text(at: path)
  }

  private func differences(_ domain: Declaration, _ xml: String) throws -> [String] {
    try DomainXML.differences(domain, context: context, live: xml).map { difference in
      func words(_ value: Value?) -> String { value.map(\.description) ?? "none" }
      return "\(difference.path): \(words(difference.from)) → \(words(difference.to))"
    }
  }

  /// Records the stored form of a definition, as a run does.
  private func settled(
    _ domain: Declaration, _ sent: String, _ defined: String
  ) throws -> (xml: String, warnings: [String]) {
    let root = try XMLElement.parse(defined)
    let settlement = try PatchSettlement(domain, sent: .parse(sent), defined: root)
    return (root.xmlString, settlement.warnings.map(\.message))
  }

  let clock = #"xml "/domain/clock" { set = { offset: "localtime" } }"#

  @Test func anAttributeIsSetAndSetBack() throws {
    let xml = try render(domain(clock))
    #expect(try text("clock/@offset", in: xml) == "localtime")
    #expect(try differences(domain(clock), xml) == [])
    #expect(try render(domain(clock), onto: xml) == xml)
    #expect(
      try differences(domain(), xml) == ["xml /domain/clock @offset: localtime → utc"])
    let bare = try render(domain(), onto: xml)
    #expect(try text("clock/@offset", in: bare) == "utc")
    #expect(try differences(domain(), bare) == [])
    #expect(try bare == render(domain()))
  }

  @Test func aNewAttributeIsRemovedWithItsBlock() throws {
    let block = #"xml "/domain/vcpu" { set = { placement: "static", current: 1 } }"#
    let xml = try render(domain(block))
    #expect(try text("vcpu/@placement", in: xml) == "static")
    #expect(try text("vcpu/@current", in: xml) == "1")
    let bare = try render(domain(), onto: xml)
    #expect(try text("vcpu/@placement", in: bare) == nil)
    #expect(
      try differences(domain(block), bare) == [
        "xml /domain/vcpu @placement: none → static", "xml /domain/vcpu @current: none → 1",
      ])
  }

  @Test func aTextIsReplacedAndRestored() throws {
    let block = #"xml "/domain/memory" { text = "2048", set = { unit: "MiB" } }"#
    let xml = try render(domain(block))
    #expect(try text("memory", in: xml) == "2048" && text("memory/@unit", in: xml) == "MiB")
    #expect(try differences(domain(block), xml) == [])
    let bare = try render(domain(), onto: xml)
    #expect(try text("memory", in: bare) == "1048576" && text("memory/@unit", in: bare) == "KiB")
  }

  @Test func attributesAndElementsAreRemovedAndRestored() throws {
    let blocks = [
      #"xml "/domain/memory/@unit" { remove = true }"#,
      #"xml "/domain/features/acpi" { remove = true }"#,
    ].joined(separator: "\n")
    let xml = try render(domain(blocks))
    #expect(try text("memory/@unit", in: xml) == nil && text("features/acpi", in: xml) == nil)
    #expect(try differences(domain(blocks), xml) == [])
    #expect(try render(domain(blocks), onto: xml) == xml)
    #expect(
      try differences(domain(), xml) == [
        "xml /domain/features/acpi remove: none → <acpi/>", "xml /domain/memory @unit: none → KiB",
      ])
    let bare = try render(domain(), onto: xml)
    #expect(try text("memory/@unit", in: bare) == "KiB" && text("features/acpi", in: bare) == "")
  }

  @Test func aPatchOverridesAPropertyWithoutADifference() throws {
    let declared = try domain(
      "clock = utc", "vnc { port = 5901 }", clock,
      #"xml "/domain/devices/graphics" { set = { port: 5902 } }"#)
    let xml = try render(declared)
    #expect(try text("clock/@offset", in: xml) == "localtime")
    #expect(try text("devices/graphics/@port", in: xml) == "5902")
    #expect(try differences(declared, xml) == [])
    #expect(try render(declared, onto: xml) == xml)
    let without = try domain("clock = utc", "vnc { port = 5901 }", clock)
    #expect(
      try differences(without, xml) == [
        "xml /domain/devices/graphics[@type='vnc'] @port: 5902 → 5901"
      ])
    #expect(try text("devices/graphics/@port", in: render(without, onto: xml)) == "5901")
  }

  @Test func aDeviceThatAPatchRemovesIsNotAddedAgain() throws {
    let device = "vnc { }"
    let removal = "xml \"/domain/devices/graphics[@type='vnc']\" { remove = true }"
    let xml = try render(domain(device, removal))
    #expect(try text("devices/graphics/@type", in: xml) == nil)
    #expect(try differences(domain(device, removal), xml) == [])
    #expect(try render(domain(device, removal), onto: xml) == xml)
    #expect(try text("devices/graphics/@type", in: render(domain(device), onto: xml)) == "vnc")
    // The device goes with its block, although the patch had removed it before.
    let none = try render(domain(), onto: xml)
    #expect(try text("devices/graphics/@type", in: none) == nil)
    #expect(try differences(domain(), none) == [])
  }

  @Test func aChangedValueIsOneDifference() throws {
    let xml = try render(domain(clock))
    let variable = try domain(#"xml "/domain/clock" { set = { offset: "variable" } }"#)
    #expect(
      try differences(variable, xml) == ["xml /domain/clock @offset: localtime → variable"])
    let again = try render(variable, onto: xml)
    #expect(try text("clock/@offset", in: render(domain(), onto: again)) == "utc")
  }

  @Test func whatOthersChangedSinceIsLeftAlone() throws {
    let xml = try render(domain(clock)).replacing("offset='localtime'", with: "offset='variable'")
    #expect(
      try differences(domain(clock), xml) == ["xml /domain/clock @offset: variable → localtime"])
    #expect(try differences(domain(), xml) == [])
    #expect(try text("clock/@offset", in: render(domain(), onto: xml)) == "variable")
  }

  @Test func aResultThatIsThereIsNoDifference() throws {
    let xml = try render(domain()).replacing("offset='utc'", with: "offset='localtime'")
      .replacing("<acpi/>", with: "")
    let blocks = [clock, #"xml "/domain/features/acpi" { remove = true }"#].joined(separator: "\n")
    #expect(try differences(domain(blocks), xml) == [])
  }

  @Test func elementsAreAddedBesideOthersAndReplaceThem() throws {
    let order = [
      #"xml "/domain/clock" { append = ["<timer name='b'/>", "<timer name='d'/>"] }"#,
      "xml \"/domain/clock/timer[@name='b']\" { before = \"<timer name='a'/>\" }",
      "xml \"/domain/clock/timer[@name='b']\" { after = [\"<timer name='c'/>\", \"<timer name='c2'/>\"] }",
      "xml \"/domain/clock/timer[@name='d']\" { before = \"<timer name='e'/>\", remove = true }",
    ].joined(separator: "\n")
    func names(_ xml: String) throws -> [String?] {
      try XMLElement.parse(xml).first("clock")?.all("timer").map { $0["name"] } ?? []
    }
    let xml = try render(domain(order))
    #expect(try names(xml) == ["a", "b", "c", "c2", "e"])
    #expect(try differences(domain(order), xml) == [])
    #expect(try names(render(domain(order), onto: xml)) == ["a", "b", "c", "c2", "e"])
    #expect(try names(render(domain(), onto: xml)) == [])
  }

  @Test func anEditIsOfTheStateInWhichItWasMade() throws {
    let blocks = [
      "xml \"/domain/devices\" { append = \"<hub type='a'/>\" }",
      "xml \"/domain/devices/hub[1]\" { set = { type: \"b\" } }",
      "xml \"/domain/devices/hub[1]\" { before = \"<hub type='c'/>\" }",
      "xml \"/domain/devices/hub[1]\" { before = \"<hub type='d'/>\", remove = true }",
    ].joined(separator: "\n")
    let xml = try render(domain(blocks))
    let devices = try XMLElement.parse(xml).first("devices")
    #expect(devices?.children.map { $0["type"] } == ["d", "b"])
    #expect(try differences(domain(blocks), xml) == [])
    #expect(try render(domain(blocks), onto: xml) == xml)
    let left = try XMLElement.parse(render(domain(), onto: xml))
    #expect(try left.isEquivalent(to: .parse(render(domain()))), "\(left.xmlString)")
  }

  @Test func aChangeOfTheIdentityIsUndone() throws {
    let blocks = "xml \"//graphics[@type='vnc']\" { set = { type: \"sdl\", port: 1 } }"
    let xml = try render(domain("vnc { }", blocks))
    #expect(try text("devices/graphics/@type", in: xml) == "sdl")
    #expect(try differences(domain("vnc { }", blocks), xml) == [])
    #expect(try render(domain("vnc { }", blocks), onto: xml) == xml)
    #expect(try text("devices/graphics/@type", in: render(domain("vnc { }"), onto: xml)) == "vnc")
  }

  @Test func networksAreEditedToo() throws {
    func net(_ blocks: String...) throws -> Declaration {
      let text = blocks.map { "xml \($0)\n" }.joined()
      return try #require(
        try Script.declarations(
          "net x { mode = isolated, subnet = 10.0.0.0/24, dns { domain = \"lab\" }\n\(text)}"
        ).first)
    }
    func paths(_ net: Declaration, _ xml: String) throws -> [String] {
      try NetworkXML.differences(net, context: context, live: xml).map(\.path)
    }
    let edited = try net(
      #""/network/bridge" { set = { stp: "off" } }"#,
      #""/network/domain/@localOnly" { remove = true }"#,
      #""/network/ip" { append = "<tftp root='/srv/tftp'/>" }"#)
    let bare = try NetworkXML.render(net(), context: context, onto: nil)
    let xml = try NetworkXML.render(edited, context: context, onto: bare)
    #expect(try text("bridge/@stp", in: xml) == "off")
    #expect(try text("domain/@localOnly", in: xml) == nil)
    #expect(try text("ip/tftp/@root", in: xml) == "/srv/tftp")
    #expect(try NetworkXML.render(edited, context: context, onto: xml) == xml)
    let all = [
      "xml /network/ip append", "xml /network/bridge @stp", "xml /network/domain @localOnly",
    ]
    #expect(try paths(edited, bare) == all)
    #expect(try paths(edited, xml) == [])
    #expect(try Set(paths(net(), xml)) == Set(all))
    let differences = try NetworkXML.differences(
      edited, context: context, live: bare, running: bare)
    #expect(differences.allSatisfy { $0.impact == .restart })
    #expect(try NetworkXML.render(net(), context: context, onto: xml) == bare)
  }

  @Test func everyMatchIsEdited() throws {
    let block = [
      #"xml "/domain/clock" { append = ["<timer name='a'/>", "<timer name='b'/>"] }"#,
      #"xml "//timer" { set = { present: "no" } }"#,
      "xml \"//timer[@name='b' or @name='c']/@present\" { remove = true }",
    ].joined(separator: "\n")
    let xml = try render(domain(block))
    let timers = try XMLElement.parse(xml).first("clock")?.all("timer") ?? []
    #expect(timers.map { $0["present"] } == ["no", nil])
    #expect(try differences(domain(block), xml) == [])
    #expect(try render(domain(block), onto: xml) == xml)
  }

  @Test func theStoredFormIsRecorded() throws {
    let declared = try domain(
      #"xml "/domain/clock" { set = { adjustment: "0x10", bogus: "1" } }"#,
      #"xml "/domain/features/acpi" { remove = true }"#)
    let sent = try render(declared)
    let defined = sent.replacing("adjustment='0x10'", with: "adjustment='16'")
      .replacing(" bogus='1'", with: "").replacing(
        "<features/>", with: "<features><acpi/></features>")
    let (xml, warnings) = try settled(declared, sent, defined)
    #expect(
      warnings == [
        "libvirt does not keep `clock/@bogus` of `x`",
        "libvirt does not keep `the removal of acpi` of `x`",
      ])
    #expect(try differences(declared, xml) == [])
    let again = try render(declared, onto: xml)
    #expect(try text("clock/@adjustment", in: again) == "16")
    #expect(try text("clock/@bogus", in: again) == nil && text("features/acpi", in: again) == "")
    #expect(try settled(declared, again, again).warnings == [])
    #expect(try text("clock/@adjustment", in: render(domain(), onto: xml)) == nil)
  }

  @Test func aChangeOfAnAddedElementIsNoOtherFormOfIt() throws {
    let declared = try domain(
      #"xml "/domain/devices" { append = "<input type='mouse' bus='usb'/>" }"#,
      "xml \"/domain/devices/input[@bus='usb']\" { set = { bus: \"ps2\" } }")
    let sent = try render(declared)
    #expect(try text("devices/input/@bus", in: sent) == "ps2")
    let (xml, warnings) = try settled(declared, sent, sent)
    #expect(warnings == [])
    #expect(try differences(declared, xml) == [])
    #expect(try render(declared, onto: xml).ranges(of: "<input").count == 1)
    #expect(try render(domain(), onto: xml).ranges(of: "<input").isEmpty)
  }

  @Test func aRemovedElementReturnsToItsPlace() throws {
    let bare = try render(domain()).replacing(
      "<devices/>", with: "<devices><hub type='a'/><hub type='b'/><hub type='c'/></devices>")
    let block = "xml \"/domain/devices/hub[@type='a' or @type='b']\" { remove = true }"
    let xml = try render(domain(block), onto: bare)
    #expect(xml.ranges(of: "<hub").count == 1)
    #expect(
      try differences(domain(block), bare) == [
        "xml /domain/devices/hub[@type='b'] remove: <hub type='b'/> → none",
        "xml /domain/devices/hub[@type='a'] remove: <hub type='a'/> → none",
      ])
    let restored = try XMLElement.parse(render(domain(), onto: xml)).first("devices")
    #expect(restored?.children.map { $0["type"] } == ["a", "b", "c"])
  }

  @Test(arguments: [
    (#""/domain" { }"#, 245), (#""/domain" { remove = false }"#, 245),
    (#""/domain/clock" { remove = true, set = { a: 1 } }"#, 246),
    (#""/domain/clock" { remove = true, text = "" }"#, 246),
    (#""/domain/clock" { remove = true, append = "<a/>" }"#, 246),
    (#""/domain/clock" { text = "", append = "<a/>" }"#, 246),
    (#""/domain/clock/@offset" { set = { a: 1 } }"#, 246),
    (#""/domain/clock" { set = { "a b": 1 } }"#, 247),
    (#""/domain/clock" { set = { "a:b": 1 } }"#, 247),
    (#""/domain/clock" { set = { xmlns: "u" } }"#, 247),
    (#""/domain/clock" { set = { "": "u" } }"#, 247),
    (#""/domain/clock" { set = { a: "\u{1}" } }"#, 247),
    (#""/domain/name" { text = "\u{1}" }"#, 247),
    (#""/domain/features" { text = "x" }"#, 248),
    (#""/domain/clock" { append = ["<a/>", "<b>"] }"#, 272),
    (#""/domain/clock" { before = "<a/><b/>" }"#, 272),
    (#""/domain/clock" { after = "" }"#, 272),
    (#""/domain/nothing" { set = { a: 1 } }"#, 273),
    (#""/domain/nothing" { remove = true }"#, 273),
    (#""/domain/clock/@nothing" { remove = true }"#, 273),
    (#""/domain/nothing" { before = "<a/>" }"#, 273),
    (#""/domain/clock[" { set = { a: 1 } }"#, 274),
    (#""/domain/name" { text = "y" }"#, 292), (#""//name" { remove = true }"#, 292),
    (#""/domain/uuid" { remove = true }"#, 292), (#""//metadata" { remove = true }"#, 292),
    (#""/domain/metadata/*" { remove = true }"#, 292),
    (#""/domain/metadata/*[@stack]" { set = { stack: "t" } }"#, 292),
    (#""/domain/metadata/*/@stack" { remove = true }"#, 292),
    (#""/*" { append = "<name>y</name>" }"#, 292),
    (#""/domain/clock" { before = "<uuid/>" }"#, 292),
  ])
  func anInvalidEditIsRefused(block: String, code: Int) throws {
    var errors: [Diagnostic] = []
    do {
      _ = try render(domain("xml \(block)"))
    } catch let error as ScriptError {
      errors = error.diagnostics
    } catch let error as Diagnostic {
      errors = [error]
    }
    #expect(errors.map(\.code.number) == [code], "\(errors.map(\.message))")
  }
}
