import Testing
import VMScript

@testable import VMScriptRuntime

/// The addresses of displays, from the XML of running domains.
@Suite struct GuestDisplayTests {
  private func display(_ xml: String, on server: String? = nil) throws -> GuestDisplay? {
    GuestDisplay(try XMLElement.parse(xml, root: "graphics"), on: server)
  }

  @Test func aLocalDisplayIsOnTheLoopback() throws {
    let xml =
      "<graphics type='vnc' port='5901'><listen type='address' address='0.0.0.0'/></graphics>"
    #expect(try display(xml)?.uri == "vnc://127.0.0.1:5901")
    #expect(try display(xml, on: "ci")?.uri == "vnc://ci:5901")
  }

  @Test func aListenAddressIsKept() throws {
    let six = try display("<graphics type='spice' port='5900' listen='fe80::1'/>")
    #expect(six?.uri == "spice://[fe80::1]:5900")
    let loopback = try display("<graphics type='vnc' port='5900' listen='127.0.0.1'/>", on: "ci")
    #expect(loopback?.isLoopback == true)
  }

  @Test func viewersFitTheProtocol() throws {
    let vnc = try display("<graphics type='vnc' port='5900'/>")
    #expect(
      vnc?.viewers == [
        ["remote-viewer", "--", "vnc://127.0.0.1:5900"], ["vncviewer", "127.0.0.1::5900"],
      ])
    let spice = try display("<graphics type='spice' port='5900'/>")
    #expect(spice?.viewers.map { $0[0] } == ["remote-viewer"])
  }

  @Test(arguments: [
    "<graphics type='vnc' port='-1'/>", "<graphics type='vnc'/>", "<graphics type='sdl' port='1'/>",
    "<graphics type='vnc' socket='/run/x'/>",
  ])
  func aDisplayWithoutAPortHasNoAddress(xml: String) throws {
    #expect(try display(xml) == nil)
  }
}
