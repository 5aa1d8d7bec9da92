import Testing

@testable import VMScript

@Suite struct XMLPathTests {
  static let document = """
    <domain><name>web</name><devices><disk n='1' device='disk'/><disk n='2' device='cdrom'/>
    <disk n='3' device="it's"><boot>x</boot></disk><q:arg n='4'/></devices><more><disk n='5'/></more>
    </domain>
    """

  @Test(
    arguments: [
      ("/domain/devices/disk", ["1", "2", "3"]), ("/*/devices/*", ["1", "2", "3", "4"]),
      ("/domain/*/disk", ["1", "2", "3", "5"]), ("/domain/devices/disk[2]", ["2"]),
      ("/domain/*/disk[1]", ["1", "5"]), ("/domain/devices/disk[@device='cdrom']", ["2"]),
      ("/domain/devices/disk[@device=\"it's\"][boot='x'][1]", ["3"]),
      ("/domain[name='web']/devices/q:arg", ["4"]), ("/domain/devices/disk[4]", []),
      ("/network/devices/disk", []), ("/domain/devices/disk[1][2]", []),
    ])
  func aPathLeadsToElementsInDocumentOrder(path: String, numbers: [String]) throws {
    let root = try XMLElement.parse(Self.document)
    #expect(try XMLPath(path).elements(from: root).map { $0["n"] } == numbers)
  }

  @Test(
    arguments: [
      "", "/", "domain", "//disk", "/domain/", "/domain//disk", "/domain/@type", "/domain[0]",
      "/domain[-1]", "/domain[last()]", "/domain[]", "/domain[1", "/domain[@a]", "/domain[@a=1]",
      "/domain[@a='1]", "/domain | /network", "/domain/..", "/domain/text()", "][",
      "/domain[99999999999999999999]", "/domain[@a='1' and @b='2']", " /domain", "/domain ",
    ])
  func otherXPathIsRefused(path: String) {
    #expect(throws: XMLPath.Unsupported.self) { try XMLPath(path) }
  }
}
