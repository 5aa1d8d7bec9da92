import TestSupport
import Testing
import VMScript
import VMScriptSyntax

@testable import VMScriptPlan
@testable import VMScriptRuntime

@Suite struct XMLPatchTests {
  let context = XMLContext(
    stack: "s", uuid: "11111111-2222-5333-8444-555555555555", hypervisor: "qemu")

  private func patched(_ patches: (path: String, text: String)...) throws -> Declaration {
    let blocks = patches.map { path, text in
      "xml \(Value.string(path).literal) { append = \(Value.string(text).literal) }"
    }
    return try #require(
      try Script.declarations("domain x { \(blocks.joined(separator: "\n")) }").first)
  }

  private func render(_ domain: Declaration, onto base: String? = nil) throws -> String {
    try DomainXML.render(
      domain, context: context, onto: base.map { try Document($0, root: "domain") })
  }

  private func settle(
    of domain: Declaration, _ sent: String, _ defined: String
  ) throws -> PatchSettlement {
    try PatchSettlement(domain, sent: .parse(sent), defined: .parse(defined))
  }

  private func inputs(_ xml: String) throws -> [String?] {
    let devices = try XMLElement.parse(xml, root: "domain").first("devices")
    return (devices?.all("input") ?? []).map { $0["type"] }
  }

  private func differences(_ domain: Declaration, _ xml: String) throws -> [String] {
    try DomainXML.differences(domain, context: context, live: xml).map(\.path)
  }

  let mouse = (path: "/domain/devices", text: "<input type='mouse' bus='usb'/>")

  @Test func aPatchIsAppliedOnce() throws {
    let xml = try render(patched(mouse))
    #expect(try inputs(xml) == ["mouse"])
    #expect(try inputs(render(patched(mouse), onto: xml)) == ["mouse"])
    let addressed = xml.replacing(
      mouse.text,
      with: "<input bus='usb' type='mouse'><address type='usb' bus='0' port='1'/></input>")
    #expect(addressed != xml)
    #expect(try inputs(render(patched(mouse), onto: addressed)) == ["mouse"])
    #expect(try differences(patched(mouse), addressed) == [])
  }

  @Test func namespacesMayBeDeclaredWhereLibvirtWritesThem() throws {
    let arguments = "<q:commandline xmlns:q='urn:q'><q:arg value='-name'/></q:commandline>"
    let xml = try render(patched(("/domain", arguments)))
    let moved = xml.replacing(" xmlns:q='urn:q'>", with: ">").replacing(
      "<domain type='qemu'>", with: "<domain type='qemu' xmlns:q='urn:q'>")
    #expect(moved != xml)
    #expect(try differences(patched(("/domain", arguments)), moved) == [])
  }

  @Test func aChangedPatchReplacesTheEarlierOne() throws {
    let tablet = (path: mouse.path, text: "<input type='tablet' bus='usb'/>")
    let xml = try render(patched(mouse))
    #expect(
      try differences(patched(tablet), xml)
        == ["xml /domain/devices append", "xml /domain/devices append"])
    #expect(try inputs(render(patched(tablet), onto: xml)) == ["tablet"])
    #expect(try inputs(render(patched(), onto: xml)) == [])
    #expect(try inputs(render(patched(mouse, tablet), onto: xml)) == ["mouse", "tablet"])
    #expect(try differences(patched(), render(patched(), onto: xml)) == [])
  }

  @Test func elementsOfOthersAreNeitherDoubledNorRemoved() throws {
    let xml = try render(patched()).replacing(
      "<devices/>", with: "<devices>\(mouse.text)</devices>")
    let met = try render(patched(mouse), onto: xml)
    #expect(try inputs(met) == ["mouse"])
    #expect(try inputs(render(patched(), onto: met)) == ["mouse"])
  }

  @Test func anElementThatOthersAddIsNotPatched() throws {
    let alias = (path: "/domain/devices/input[@type='mouse']", text: "<alias name='ua-m'/>")
    let domain = try patched(mouse, alias)
    let xml = try render(domain).replacing(
      "</devices>", with: "<input type='mouse' bus='ps2'/></devices>")
    #expect(try differences(domain, xml) == [])
    #expect(try render(domain, onto: xml).ranges(of: "<alias").count == 1)
  }

  @Test func aSecondBlockOfTheSameTextIsASecondElement() throws {
    let xml = try render(patched(mouse, mouse))
    #expect(try inputs(xml) == ["mouse", "mouse"])
    #expect(try inputs(render(patched(mouse, mouse), onto: xml)) == ["mouse", "mouse"])
  }

  @Test func respelledAndDroppedPatchesAreRecordedAndNoDifference() throws {
    func device(_ product: String) -> String {
      "<hostdev mode='subsystem' type='usb'><source><vendor id='0x1'/><product id='\(product)'/>"
        + "</source><nonsense/></hostdev>"
    }
    let domain = try patched(
      ("/domain/devices", device("0x2")), ("/domain/devices", device("0x3")),
      ("/domain", "<bogus a='1'/>"), ("/domain", "<title>second</title>"))
    let sent = try render(domain)
    let defined = sent.replacing("id='0x1'", with: "id='0x0001'")
      .replacing("id='0x2'", with: "id='0x0002'").replacing("id='0x3'", with: "id='0x0003'")
      .replacing("<nonsense/>", with: "<address type='usb'/>").replacing("<bogus a='1'/>", with: "")
    let settlement = try settle(of: domain, sent, defined)
    #expect(settlement.warnings.map(\.code.number) == [750, 750, 750])
    #expect(settlement.warnings.map(\.message)[2].contains("`bogus`"))
    #expect(settlement.warnings.map(\.message)[0].contains("`hostdev/nonsense`"))

    let root = try XMLElement.parse(defined)
    let mark = try XMLElement.parse(#require(settlement.mark))
    for (entry, settled) in zip(XMLPatches.entries(in: root), mark.all("patch")) {
      entry["kept"] = settled["kept"]
    }
    let noted = root.xmlString
    #expect(noted != defined)
    #expect(try differences(domain, noted) == [])
    let again = try render(domain, onto: noted)
    #expect(again.ranges(of: "<hostdev").count == 2 && !again.contains("<bogus"))
    #expect(try settle(of: domain, again, again).warnings.isEmpty)

    let one = try patched(("/domain/devices", device("0x3")))
    let rest = try render(one, onto: noted)
    #expect(rest.contains("0x0003") && !rest.contains("0x0002") && !rest.contains("<title"))
    #expect(try differences(domain, rest).count == 3)
  }

  @Test func patchesOfAKilledRunAreNeitherDoubledNorLost() throws {
    let mouse = (path: "/domain/devices", text: "<input type='mouse' bus='usb' x='0x1'/>")
    let twice = try patched(mouse, mouse)
    let defined = try render(twice).replacing("x='0x1'/>", with: "x='1'/>")
    #expect(try differences(twice, defined) == [])
    #expect(try inputs(render(twice, onto: defined)) == ["mouse", "mouse"])
  }

  @Test func aMergedPatchIsOneElementAndIsRemovedAlone() throws {
    let pae = ("/domain", "<features><pae/></features>")
    let hap = ("/domain", "<features><acpi/><hap/></features>")
    let domain = try patched(pae, hap)
    let sent = try render(domain)
    let defined = sent.replacing("<features>\n    <pae/>\n  </features>", with: "")
      .replacing("<features>\n    <acpi/>\n    <hap/>\n  </features>", with: "")
      .replacing("<acpi/>", with: "<acpi/><hap/><pae/>")
    #expect(defined.ranges(of: "<features>").count == 1)
    let settlement = try settle(of: domain, sent, defined)
    #expect(settlement.warnings.isEmpty)
    let root = try XMLElement.parse(defined)
    let mark = try XMLElement.parse(#require(settlement.mark))
    for (entry, settled) in zip(XMLPatches.entries(in: root), mark.all("patch")) {
      (entry["kept"], entry["merged"]) = (settled["kept"], settled["merged"])
    }
    let noted = root.xmlString
    #expect(try differences(domain, noted) == [])
    #expect(try render(domain, onto: noted).ranges(of: "<features>").count == 1)
    let one = try render(patched(pae), onto: noted)
    #expect(one.contains("<acpi/>") && one.contains("<pae/>") && !one.contains("<hap/>"))
    let none = try render(patched(), onto: noted)
    #expect(none.contains("<acpi/>") && !none.contains("<pae/>") && !none.contains("<hap/>"))
  }

  @Test func aPatchWithADroppedTargetIsNoErrorLater() throws {
    let domain = try patched(("/domain", "<bogus/>"), ("/domain/bogus", "<x/>"))
    let sent = try render(domain)
    let defined = sent.replacing("<bogus>\n    <x/>\n  </bogus>", with: "")
    #expect(defined != sent)
    let settlement = try settle(of: domain, sent, defined)
    #expect(settlement.warnings.count == 2)
    let root = try XMLElement.parse(defined)
    for entry in XMLPatches.entries(in: root) { entry["kept"] = "" }
    #expect(try differences(domain, root.xmlString) == [])
  }

  @Test func aProjectionKeepsTheCommonPart() throws {
    func projection(_ a: String, _ b: String) throws -> [String] {
      let projection = XMLProjection(
        of: try XMLElement.parse(a), onto: try XMLElement.parse(b))
      return [projection.kept.xmlString] + projection.dropped
        + projection.changed.map { "\($0.path): \($0.wanted) → \($0.kept)" }
    }
    #expect(try projection("<a x='0x1' y='2'/>", "<a x='1'/>") == ["<a x='1'/>", "a/@y"])
    #expect(try projection("<a>t</a>", "<a> T </a>") == ["<a> T </a>"])
    #expect(
      try projection("<a x='yes' y='0x10'>t</a>", "<a x='no' y='16'>u</a>")
        == ["<a x='no' y='16'>u</a>", "a/@x: yes → no", "a: t → u"])
    #expect(
      try projection("<a><m unit='MiB'>1</m></a>", "<a><m unit='KiB'>1024</m></a>")
        == ["<a>\n  <m unit='KiB'>1024</m>\n</a>"])
    #expect(try projection("<a>t</a>", "<a/>") == ["<a/>", "the text of a"])
    #expect(
      try projection("<a><b n='1'/><b n='2'/></a>", "<a><b n='2'/></a>")
        == ["<a>\n  <b n='2'/>\n</a>", "a/b"])
    #expect(
      try projection("<q:a xmlns:q='u' v='1'/>", "<p:a xmlns:p='u' v='1'/>")
        == ["<q:a xmlns:q='u' v='1'/>"])
  }

  @Test(arguments: [
    ("/domain/nothing", "<a/>", 273), ("/domain", "<a>", 272), ("/domain", "<a/><b/>", 272),
    ("/domain", "", 272), ("/domain", "text", 272), ("][", "<a/>", 274),
    ("devices", "<a/>", 274), ("//nothing", "<a/>", 273), ("", "<a/>", 274),
    ("/network", "<a/>", 273),
    ("/domain", "<x:a/>", 290), ("/domain", "<a x:b='1'/>", 290),
    ("/domain", "<a><b><x:c/></b></a>", 290),
    ("/domain", "<:a/>", 290), ("/domain", "<a:/>", 290),
    ("/domain", "<a:b:c xmlns:a='u'/>", 290),
    ("/domain", "<a xmlns:x=''/>", 290), ("/domain", "<a xmlns:xml='u'/>", 290),
    ("/domain", "<a xmlns:x='u' xmlns:y='u' x:b='1' y:b='2'/>", 290),
    ("/domain", "<a\u{d7}/>", 272), ("/domain", "<a b='\u{1}'/>", 272),
    ("/domain", "<a/>text", 272),
    ("/domain", "<a>" + String(repeating: "x", count: 262_144) + "</a>", 291),
    (
      "/domain", String(repeating: "<a>", count: 256) + String(repeating: "</a>", count: 256), 272
    ),
    ("/domain", "<name>y</name>", 292), ("/domain", "<metadata/>", 292),
    ("/domain/metadata", "<v:resource xmlns:v='https://vmscript.dev/xmlns/1'/>", 292),
  ])
  func aPatchThatIsMalformedOrFindsNothingIsRefused(path: String, text: String, code: Int) throws {
    let domain = try patched(("/domain", "<a/>")).replacing(["/domain": path, "<a/>": text])
    let error = #expect(throws: Diagnostic.self) { try render(domain) }
    #expect(error?.code.number == code)
  }
}
