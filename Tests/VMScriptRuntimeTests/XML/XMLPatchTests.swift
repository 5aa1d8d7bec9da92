import Testing
import VMScript
import VMScriptSyntax

@testable import VMScriptRuntime

@Suite("Patches of a domain's XML") struct XMLPatchTests {
  let context = XMLContext(
    stack: "s", uuid: "11111111-2222-5333-8444-555555555555", hypervisor: "qemu")

  private func patched(_ patches: (path: String, text: String)...) -> Declaration {
    Fixture.declaration(
      .domain, "x",
      blocks: patches.map { path, text in
        Fixture.inner("xml", of: .domain, label: path, [("append", .string(text))])
      })
  }

  private func render(_ domain: Declaration, onto base: String? = nil) throws -> String {
    try DomainXML.render(domain, context: context, onto: base)
  }

  private func inputs(_ xml: String) throws -> [String?] {
    let devices = try XMLElement.parse(xml, root: "domain").first("devices")
    return (devices?.all("input") ?? []).map { $0["type"] }
  }

  private func differences(_ domain: Declaration, _ xml: String) throws -> [String] {
    try DomainXML.differences(domain, context: context, live: xml).map(\.path)
  }

  let mouse = (path: "/domain/devices", text: "<input type='mouse' bus='usb'/>")

  @Test("A patch is put in once, whatever libvirt makes of it")
  func idempotence() throws {
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

  @Test("Namespaces may be declared where libvirt writes them")
  func namespaces() throws {
    let arguments = "<q:commandline xmlns:q='urn:q'><q:arg value='-name'/></q:commandline>"
    let xml = try render(patched(("/domain", arguments)))
    let moved = xml.replacing(" xmlns:q='urn:q'>", with: ">").replacing(
      "<domain type='qemu'>", with: "<domain type='qemu' xmlns:q='urn:q'>")
    #expect(moved != xml)
    #expect(try differences(patched(("/domain", arguments)), moved) == [])
  }

  @Test("What a patch no longer says goes; what it says now comes")
  func changes() throws {
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

  @Test("What somebody else put there is neither doubled nor taken out")
  func foreign() throws {
    let xml = try render(patched()).replacing(
      "<devices/>", with: "<devices>\(mouse.text)</devices>")
    let met = try render(patched(mouse), onto: xml)
    #expect(try inputs(met) == ["mouse"])
    #expect(try inputs(render(patched(), onto: met)) == ["mouse"])
  }

  @Test("An element that came without the script's doing is not patched as well")
  func laterElements() throws {
    let alias = (path: "/domain/devices/input[@type='mouse']", text: "<alias name='ua-m'/>")
    let domain = patched(mouse, alias)
    let xml = try render(domain).replacing(
      "</devices>", with: "<input type='mouse' bus='ps2'/></devices>")
    #expect(try differences(domain, xml) == [])
    #expect(try render(domain, onto: xml).ranges(of: "<alias").count == 1)
  }

  @Test("A second block of the same text is a second element")
  func twice() throws {
    let xml = try render(patched(mouse, mouse))
    #expect(try inputs(xml) == ["mouse", "mouse"])
    #expect(try inputs(render(patched(mouse, mouse), onto: xml)) == ["mouse", "mouse"])
  }

  @Test(
    "One that fits nowhere or is no XML is refused",
    arguments: [
      ("/domain/nothing", "<a/>", 273), ("/domain", "<a>", 272), ("/domain", "<a/><b/>", 272),
      ("/domain", "", 272), ("/domain", "text", 272), ("][", "<a/>", 274),
      ("//devices", "<a/>", 274), ("", "<a/>", 274),
    ])
  func refusals(path: String, text: String, code: Int) {
    let error = #expect(throws: Diagnostic.self) { try render(patched((path, text))) }
    #expect(error?.code.number == code)
  }
}
