import Testing
import VMScript
import VMScriptTerminal

@Suite struct SnapshotDisplayTests {
  @Test func snapshotsAreATreeWithTheCurrentOneMarked() {
    let details = Value.map([
      "name": .string("web"),
      "snapshots": .list([
        .map(["name": .string("a")]),
        .map(["name": .string("b\u{1B}"), "parent": .string("a")]),
        .map(["name": .string("c"), "parent": .string("b\u{1B}"), "current": .bool(true)]),
        .map(["name": .string("d"), "parent": .string("a")]),
      ]),
    ])
    #expect(
      InspectionDisplay(color: false).lines(details: details) == [
        "name       web", "snapshots  a", "             b\\u{1B}", "               c (current)",
        "             d",
      ])
  }
}
