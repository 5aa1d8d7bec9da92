import Testing
import VMScript
import VMScriptSyntax

@testable import VMScriptPlan
@testable import VMScriptRuntime

@Suite("A domain's XML") struct DomainXMLTests {
  let context = XMLContext(
    stack: "s", uuid: "11111111-2222-5333-8444-555555555555", hypervisor: "qemu",
    disks: ["disk1": .init(path: "/pool/a.qcow2", format: "qcow2")], seed: "/pool/seed.iso")

  /// What 02-by-hand.vmscript declares.
  var byHand: Declaration {
    Fixture.declaration(
      .domain, "ubuntu-12.10",
      [
        ("title", .string("Installed from its ISO")), ("machine", .string("pc")),
        ("acpi", .bool(true)), ("apic", .bool(true)), ("pae", .bool(true)),
        ("on_poweroff", .string("destroy")),
        ("boot", .list([.string("cdrom"), .string("disk")])),
        ("labels", .map(["role": .string("web")])),
      ],
      blocks: [
        Fixture.inner("cpus", of: .domain, [("max", .int(2))]),
        Fixture.inner("memory", of: .domain, [("max", .size(ByteSize(bytes: 1 << 30)))]),
        Fixture.inner("disk", of: .domain, [("bus", .string("virtio")), ("dev", .string("vda"))]),
        Fixture.inner("cdrom", of: .domain, [("bus", .string("ide")), ("dev", .string("hdb"))]),
        Fixture.inner("nic", of: .domain, [("net", .string("default"))]),
        Fixture.inner(
          "nic", of: .domain, [("net", .string("default")), ("model", .string("e1000"))]),
        Fixture.inner(
          "vnc", of: .domain, [("listen", .string("0.0.0.0")), ("keymap", .string("en-us"))]),
        Fixture.inner("serial", of: .domain),
      ])
  }

  @Test("What was written reads back without a difference")
  func roundTrip() throws {
    let xml = try DomainXML.render(byHand, context: context, onto: nil)
    #expect(try DomainXML.differences(byHand, context: context, live: xml).map(\.path) == [])
    let again = try DomainXML.render(byHand, context: context, onto: xml)
    #expect(try DomainXML.differences(byHand, context: context, live: again).map(\.path) == [])
  }

  @Test("An alias of a machine type is not a difference, another type is")
  func machineAlias() throws {
    let xml = try DomainXML.render(byHand, context: context, onto: nil)
    let expanded = xml.replacing("machine='pc'", with: "machine='pc-i440fx-7.2'")
    #expect(expanded != xml)
    #expect(try DomainXML.differences(byHand, context: context, live: expanded).isEmpty)
    let other = xml.replacing("machine='pc'", with: "machine='pc-q35-7.2'")
    #expect(
      try DomainXML.differences(byHand, context: context, live: other).map(\.path) == ["machine"])
  }

  @Test("Text is escaped, never a tag", arguments: ["<a/>", "\"'&", "]]>", "a\nb", "é &amp; ü"])
  func escaping(text: String) throws {
    let domain = Fixture.declaration(
      .domain, "x", [("title", .string(text)), ("machine", .string(text))])
    let xml = try DomainXML.render(domain, context: context, onto: nil)
    let root = try XMLElement.parse(xml, root: "domain")
    #expect(root.text(at: "title") == text)
    #expect(root.all("title").count == 1)
  }

  @Test("A control character is refused")
  func controlCharacter() {
    let domain = Fixture.declaration(.domain, "x", [("title", .string("a\u{1}b"))])
    #expect(throws: Diagnostic.self) {
      try DomainXML.render(domain, context: context, onto: nil)
    }
  }

  @Test("A clone's base keeps nothing of its source's identity")
  func stripping() throws {
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
