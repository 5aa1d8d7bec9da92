import TestSupport
import Testing
import VMScript
import VMScriptSyntax

@testable import VMScriptPlan
@testable import VMScriptRuntime

@Suite struct DomainXMLTests {
  let context = XMLContext(
    stack: "s", uuid: "11111111-2222-5333-8444-555555555555", hypervisor: "qemu",
    disks: ["disk1": .init(path: "/pool/a.qcow2", format: "qcow2")], seed: "/pool/seed.iso")

  /// The machine of `02-by-hand.vmscript`.
  private static let byHand = """
    domain "ubuntu-12.10" {
      title = "Installed from its ISO", machine = "pc", acpi = true, apic = true, pae = true
      on_poweroff = destroy, boot = [cdrom, disk], labels = { role: "web" }
      cpus = 2, memory = 1GiB
      disk { size = 1GiB, bus = virtio, dev = "vda" }
      cdrom { bus = ide, dev = "hdb" }
      nic { net = "default" }
      nic { net = "default", model = e1000 }
      vnc { listen = "0.0.0.0", keymap = "en-us" }
      serial { }
    }
    """

  private func declared(_ script: String) throws -> Declaration {
    try #require(try Script.declarations(script).first)
  }

  @Test func aDefinitionReadsBackWithoutADifference() throws {
    let byHand = try declared(Self.byHand)
    let xml = try DomainXML.render(byHand, context: context, onto: nil)
    #expect(try DomainXML.differences(byHand, context: context, live: xml).map(\.path) == [])
    let again = try DomainXML.render(byHand, context: context, onto: xml)
    #expect(try DomainXML.differences(byHand, context: context, live: again).map(\.path) == [])
  }

  @Test func anAliasOfAMachineTypeIsNoDifference() throws {
    let byHand = try declared(Self.byHand)
    let xml = try DomainXML.render(byHand, context: context, onto: nil)
    let expanded = xml.replacing("machine='pc'", with: "machine='pc-i440fx-7.2'")
    #expect(expanded != xml)
    #expect(try DomainXML.differences(byHand, context: context, live: expanded).isEmpty)
    let other = xml.replacing("machine='pc'", with: "machine='pc-q35-7.2'")
    #expect(
      try DomainXML.differences(byHand, context: context, live: other).map(\.path) == ["machine"])
  }

  @Test(
    arguments: ["<a/>", "\"'&", "]]>", "a\nb", "é &amp; ü"])
  func textIsEscaped(text: String) throws {
    let domain = try declared("domain x { title = \"t\", machine = \"m\" }")
      .replacing(["t": text, "m": text])
    let xml = try DomainXML.render(domain, context: context, onto: nil)
    let root = try XMLElement.parse(xml, root: "domain")
    #expect(root.text(at: "title") == text)
    #expect(root.all("title").count == 1)
  }

  @Test func aControlCharacterIsRefused() throws {
    let domain = try declared("domain x { title = \"t\" }").replacing(["t": "a\u{1}b"])
    #expect(throws: Diagnostic.self) {
      try DomainXML.render(domain, context: context, onto: nil)
    }
  }

  @Test func theBaseOfACloneKeepsNoIdentityOfItsSource() throws {
    let byHand = try declared(Self.byHand)
    let xml = try DomainXML.render(byHand, context: context, onto: nil)
    let root = try XMLElement.parse(xml)
    SourceXML.strip(root)
    let stripped = root.xmlString
    for trace in ["ubuntu-12.10", context.uuid, "52:54:00", "seed.iso"] {
      #expect(!stripped.contains(trace))
    }
    #expect(SourceXML.disks(xml)?.map(\.target) == ["vda", "hdb", "vdz"])
  }
}
