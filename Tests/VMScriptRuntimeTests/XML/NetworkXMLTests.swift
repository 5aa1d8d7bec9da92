import Testing
import VMScript
import VMScriptSyntax

@testable import VMScriptRuntime

@Suite("A network's XML") struct NetworkXMLTests {
  let context = XMLContext(stack: "s", uuid: "11111111-2222-5333-8444-555555555555")

  @Test("Gateway and DHCP range follow from the subnet")
  func standards() throws {
    let subnet = try #require(Subnet("10.10.0.0/24"))
    let net = Fixture.declaration(.net, "lab", [("subnet", .cidr(subnet))])
    let xml = try NetworkXML.render(net, context: context, onto: nil)
    let root = try XMLElement.parse(xml, root: "network")
    #expect(root.text(at: "forward/@mode") == "nat")
    #expect(root.text(at: "ip/@address") == "10.10.0.1")
    #expect(root.text(at: "ip/dhcp/range/@start") == "10.10.0.2")
    #expect(root.text(at: "ip/dhcp/range/@end") == "10.10.0.254")
    #expect(try NetworkXML.differences(net, context: context, live: xml).map(\.path) == [])
  }

  @Test("Every mode reads back as it was written", arguments: ["nat", "isolated", "route", "open"])
  func modes(mode: String) throws {
    let subnet = try #require(Subnet("10.91.0.0/24"))
    let net = Fixture.declaration(
      .net, "n", [("mode", .string(mode)), ("subnet", .cidr(subnet)), ("dhcp", .bool(false))])
    let xml = try NetworkXML.render(net, context: context, onto: nil)
    let root = try XMLElement.parse(xml, root: "network")
    #expect((root.text(at: "forward/@mode") ?? "isolated") == mode)
    #expect(root.text(at: "ip/dhcp/range/@start") == nil)
    #expect(try NetworkXML.differences(net, context: context, live: xml).isEmpty)
  }

  @Test("A new lease is a live change")
  func lease() throws {
    let subnet = try #require(Subnet("10.91.0.0/24"))
    let net = Fixture.declaration(.net, "n", [("subnet", .cidr(subnet))])
    let xml = try NetworkXML.render(net, context: context, onto: nil)
    var more = context
    more.leases = [
      NetworkLease(
        mac: try #require(MACAddress("52:54:00:00:00:01")),
        ip: try #require(IPAddress("10.91.0.9")))
    ]
    let changes = try NetworkXML.differences(net, context: more, live: xml)
    #expect(changes.map(\.path) == ["host"])
    #expect(changes.map(\.impact) == [.live])
  }
}
