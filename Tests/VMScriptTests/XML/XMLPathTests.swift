import Testing

@testable import VMScript

@Suite struct XMLPathTests {
  static let document = """
    <domain><name>web</name><devices><disk n='1' device='disk'/><disk n='2' device='cdrom'/>
    <disk n='3' device="it's"><boot>x</boot></disk><q:arg n='4'/></devices><more><disk n='5'/></more>
    </domain>
    """

  @Test(arguments: [
    ("/domain/devices/disk", ["1", "2", "3"]), ("/*/devices/*", ["1", "2", "3", "4"]),
    ("/domain/*/disk", ["1", "2", "3", "5"]), ("/domain/devices/disk[2]", ["2"]),
    ("/domain/*/disk[1]", ["1", "5"]), ("/domain/devices/disk[@device='cdrom']", ["2"]),
    ("/domain/devices/disk[@device=\"it's\"][boot='x'][1]", ["3"]),
    ("/domain[name='web']/devices/q:arg", ["4"]), ("/domain/devices/disk[4]", []),
    ("/network/devices/disk", []), ("/domain/devices/disk[1][2]", []),
    ("//disk", ["1", "2", "3", "5"]), ("//disk[1]", ["1", "5"]),
    ("/domain//disk[last()]", ["3", "5"]),
    ("//disk[@n]", ["1", "2", "3", "5"]), ("//*[boot]", ["3"]), ("//boot/..", ["3"]),
    ("//disk[@n > 1 and @n<3]", ["2"]), ("//disk[ @n = 1 or boot = 'x' ]", ["1", "3"]),
    ("//disk[not(@device)]", ["5"]), ("//disk[@n != 1][1]", ["2", "5"]),
    ("/domain/*[count(disk) > 1]/disk[position()=2]", ["2"]),
    ("//disk[contains(@device, 'd')]", ["1", "2"]), ("//disk[starts-with(@device,'cd')]", ["2"]),
    ("/domain[/domain/name='web']//boot[.='x']/..", ["3"]), ("//boot[text()='x']/../@n", ["3"]),
    ("//disk/@device", ["1", "2", "3"]), ("//disk[not(../name) and (@n=1 or @n=5)]", ["1", "5"]),
    ("/domain/devices/./disk[3]", ["3"]), ("//more/../devices/disk[1]", ["1"]),
  ])
  func aPathLeadsToElementsInDocumentOrder(path: String, numbers: [String]) throws {
    let root = try XMLElement.parse(Self.document)
    #expect(try XMLPath(path).elements(from: root).map { $0["n"] } == numbers)
  }

  @Test(arguments: [
    ("", 0), ("/", 1), ("domain", 0), ("/domain/", 8), ("/domain//", 9), ("/domain[0]", 8),
    ("/domain[-1]", 8), ("/domain[]", 8), ("/domain[1", 9), ("/domain[@a='1]", 11),
    ("/domain | /network", 7), ("/domain/text()", 14), ("][", 0), (" /domain", 0), ("/domain ", 7),
    ("/domain[99999999999999999999]", 8), ("/domain/child::disk", 8), ("/domain[id('x')]", 8),
    ("/domain[@a=1 and]", 16), ("/domain[(@a]", 11), ("/domain[not(@a]", 14), ("/a:b:c", 1),
    ("/domain/@type/x", 13), ("/domain/@type[1]", 13), ("/domain/@", 9), ("//..", 2),
    ("/domain[contains(@a)]", 19), ("/domain[last(1)]", 13), ("/domain[count('x')]", 14),
    ("/a" + String(repeating: "[a", count: 100), 35),
  ])
  func otherXPathIsRefusedAtItsPlace(path: String, offset: Int) {
    let error = #expect(throws: XMLPath.Malformed.self) { try XMLPath(path) }
    #expect(error?.offset == offset, "\(error?.reason ?? "")")
  }

  @Test(arguments: [
    ("/domain/devices/disk", true), ("//disk", true), ("/*/devices", true), ("/network", false),
    ("/../domain", false),
  ])
  func aPathShowsWhetherItFitsADocument(path: String, isMatch: Bool) throws {
    #expect(try XMLPath(path).startsAt("domain") == isMatch)
  }

  @Test func anElementIsNamedByItsIdentity() throws {
    let root = try XMLElement.parse(
      """
      <domain><devices>
      <disk><target dev='vda'/></disk>
      <controller type='usb' index='0'/><controller type='pci' index='0'/>
      <hub type='usb'/><hub type='usb'/>
      <input type='mouse' bus='usb'/>
      <sound model="it's"/><sound model='b'/>
      </devices><on>x</on></domain>
      """)
    let devices = try #require(root.first("devices"))
    #expect(
      devices.children.map { $0.path.dropFirst("/domain/devices/".count) } == [
        "disk[target/@dev='vda']", "controller[@type='usb' and @index='0']",
        "controller[@type='pci' and @index='0']", "hub[1]", "hub[2]",
        "input[@type='mouse' and @bus='usb']", "sound[@model=\"it's\"]", "sound[@model='b']",
      ])
    #expect(root.path == "/domain" && root.first("on")?.path == "/domain/on")
    for element in [root] + root.descendants {
      #expect(try XMLPath(element.path).elements(from: root).map { $0 === element } == [true])
    }
  }

  @Test func elementsAreInsertedBesideOthers() throws {
    let root = try XMLElement.parse("<a><b/><c/></a>")
    let b = try #require(root.first("b"))
    b.add([XMLElement(name: "x"), XMLElement(name: "y")], .before)
    b.add([XMLElement(name: "x"), XMLElement(name: "y")], .after)
    b.add([XMLElement(name: "z")], .append)
    #expect(root.children.map(\.name) == ["x", "y", "b", "x", "y", "c"])
    #expect(root.children.allSatisfy { $0.parent === root } && b.children.map(\.name) == ["z"])
  }
}
