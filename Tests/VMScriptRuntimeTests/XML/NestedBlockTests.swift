import TestSupport
import Testing
import VMScriptSyntax

@testable import VMScript
@testable import VMScriptPlan
@testable import VMScriptRuntime

/// Blocks in blocks, of one row each: written, compared and taken out with the rows around them.
@Suite struct NestedBlockTests {
  private static let schema = BlockSchema(
    "disk", "A disk.", xml: XMLPlace("disk"),
    properties: [PropertySchema("cache", .string, "Cache.", xml: XMLPlace("driver/@cache"))],
    blocks: [
      BlockSchema(
        "limits", "Limits.", shorthand: "bytes", xml: XMLPlace("limits"),
        properties: [
          PropertySchema("bytes", .size, "Bytes.", xml: XMLPlace("bytes", .bytes)),
          PropertySchema("calls", .int(1...9), "Calls.", xml: XMLPlace("@calls")),
        ],
        blocks: [
          BlockSchema(
            "burst", "Bursts.", xml: XMLPlace("burst"),
            properties: [PropertySchema("calls", .int(1...9), "Calls.", xml: XMLPlace("@calls"))])
        ]),
      BlockSchema(
        "part", "A part.", repeats: true, identity: .properties(["name"]),
        xml: XMLPlace("parts/part"),
        properties: [
          PropertySchema("name", .string, "Name.", xml: XMLPlace("@name")),
          PropertySchema("size", .int(1...9), "Size.", xml: XMLPlace("@size")),
        ]),
      BlockSchema(
        "step", "A step.", repeats: true, xml: XMLPlace("step"),
        properties: [PropertySchema("size", .int(1...9), "Size.", xml: XMLPlace("@size"))]),
    ])

  /// The block that a script declares, of a resource with this schema.
  private static func block(_ body: String) throws -> DeclaredBlock {
    var engine = Engine()
    engine.resource(schema)
    return try #require(try Script.declarations("disk a { \(body) }", engine: engine).first).body
  }

  private static func element(_ xml: String) throws -> XMLElement {
    try XMLElement.parse(xml, root: "disk")
  }

  private static func differences(
    _ block: DeclaredBlock, _ element: XMLElement, _ undeclared: XMLRows.Undeclared = .stays
  ) -> [String] {
    XMLRows.differences(block, path: ["disk 1"], live: element, undeclared: undeclared).map {
      "\($0.path): \($0.from?.literal ?? "-") → \($0.to?.literal ?? "-")"
    }
  }

  private static func full() throws -> DeclaredBlock {
    try block(
      """
      cache = "none"
      limits { bytes = 1MiB, calls = 7, burst { calls = 9 } }
      part { name = "a", size = 1 }
      part { name = "b", size = 2 }
      step { size = 1 }
      step { size = 2 }
      """)
  }

  @Test func aWrittenBlockHasNoDifference() throws {
    let (full, element) = (try Self.full(), try Self.element("<disk><limits floor='1'/></disk>"))
    try XMLRows.write(full, to: element)
    let expected = try Self.element(
      """
      <disk><limits floor='1' calls='7'><bytes>1048576</bytes><burst calls='9'/></limits>\
      <driver cache='none'/><parts><part name='a' size='1'/><part name='b' size='2'/></parts>\
      <step size='1'/><step size='2'/></disk>
      """)
    #expect(element.xmlString == expected.xmlString)
    #expect(Self.differences(full, element) == [])
    try XMLRows.write(full, to: element)
    #expect(element.first("parts")?.children.count == 2 && element.all("step").count == 2)
  }

  @Test func aBlockIsComparedWhole() throws {
    let element = try Self.element("<disk/>")
    try XMLRows.write(Self.full(), to: element)
    let less = try Self.block(
      """
      limits { bytes = 2MiB }
      part { name = "b", size = 3 }
      part { name = "c" }
      step { size = 2 }
      """)
    #expect(
      Self.differences(less, element) == [
        "disk 1 limits: 1MiB → 2MiB", "disk 1 limits calls: 7 → -",
        "disk 1 limits burst: { calls: 9 } → -", "disk 1 part a: \"1\" → -",
        "disk 1 part b: \"2\" → \"3\"", "disk 1 part c: - → \"\"", "disk 1 step 1: \"1\" → \"2\"",
        "disk 1 step 2: \"2\" → -",
      ])
    try XMLRows.write(less, to: element)
    #expect(Self.differences(less, element) == [])
    // A property of the disk itself stays.
    #expect(element.text(at: "driver/@cache") == "none")
    #expect(element.first("limits")?.first("burst") == nil)
    #expect(element.first("parts")?.all("part").map { $0["name"] } == ["b", "c"])
  }

  @Test func aBlockThatIsNotDeclaredStaysUnlessItWas() throws {
    let element = try Self.element("<disk/>")
    try XMLRows.write(Self.full(), to: element)
    let bare = try Self.block("")
    #expect(Self.differences(bare, element) == [])
    try XMLRows.write(bare, to: element)
    #expect(element.first("limits") != nil && element.all("step").count == 2)

    let gone = XMLRows.Undeclared.stays(except: ["limits", "step"])
    #expect(
      Self.differences(bare, element, gone) == [
        "disk 1 limits: { bytes: 1MiB, calls: 7, burst: { calls: 9 } } → -",
        "disk 1 step 1: \"1\" → -",
        "disk 1 step 2: \"2\" → -",
      ])
    try XMLRows.write(bare, to: element, undeclared: gone)
    #expect(element.first("limits") == nil && element.all("step").isEmpty)
    #expect(element.first("parts") != nil)
  }

  @Test func skippedRowsLeaveNoEmptyElements() throws {
    let element = try Self.element("<disk/>")
    try XMLRows.write(Self.full(), to: element) { $0.name == "cache" }
    #expect(element.children.map(\.name) == ["driver"])
  }
}
