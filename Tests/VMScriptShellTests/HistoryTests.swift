import Foundation
import TestSupport
import Testing

@testable import VMScriptShell

/// Entries that are kept, and how one comes back to them.
@Suite struct HistoryTests {
  @Test func historyIsWalkedByWhatWasTyped() throws {
    var history = History(["net a { }", "domain a { }", "print 1"])
    try history.add("net a { }")
    #expect(history.entries == ["domain a { }", "print 1", "net a { }"])
    #expect(history.earlier(than: "d") == "domain a { }")
    #expect(history.earlier(than: "domain a { }") == nil)
    #expect(history.later(than: "domain a { }") == "d")
  }

  @Test func undoGroupsTypedText() {
    var history = History(["print 1", "print 2", "let a = 1"])
    #expect(history.earlier(than: "") == "let a = 1")
    #expect(history.earlier(than: "print") == "print 2")
    #expect(history.earlier(than: "print 2") == "print 1")
    #expect(history.later(than: "print 1") == "print 2")
    #expect(history.later(than: "print 2") == "print")
  }

  @Test func theLatestEntryIsSuggested() {
    let history = History(["print 1", "print 2\nlet e\u{301} = 1", "e\u{301}a"])
    #expect(history.suggestion(for: "pri") == "nt 2\nlet e\u{301} = 1")
    #expect(history.suggestion(for: "print 1") == nil)
    #expect(history.suggestion(for: "") == nil)
    // Whoever has typed the letter may yet type its accent.
    #expect(history.suggestion(for: "e").map { Array($0.unicodeScalars) } == ["\u{301}", "a"])
  }

  @Test func searchGoesBackwards() {
    let history = History(["net a { }", "domain a { }", "net a { }"])
    #expect(history.search("a {", before: .max)?.position == 2)
    #expect(history.search("a {", before: 2)?.entry == "domain a { }")
    #expect(history.search("a {", before: 0) == nil)
    #expect(history.search("", before: .max) == nil)
  }

  @Test(arguments: [
    "domain a { }", "let a = 1 # http://example.org/a@b", ":connect qemu+ssh://root@host/system",
    "print key", "let hidden = 1", "f(hidden == 1)",
  ])
  func entriesWithoutSecretsAreKept(entry: String) {
    #expect(Secrecy.mayKeep(entry))
    #expect(Secrecy.mayKeep(entry, secretNames: ["key"]))
  }

  @Test(arguments: [
    #"vnc { password = "x" }"#, #"let s = secret("x")"#, "param x: secret", "let apiToken = 1",
    ":connect qemu+ssh://root:pass@host/system", "let x = \"esx://a:b@c\"", "print \"Passphrase\"",
    "key = 1", "f(key: 2)", ":set key=3", "let key =\n  4",
  ])
  func entriesWithPossibleSecretsAreNotKept(entry: String) {
    #expect(!Secrecy.mayKeep(entry, secretNames: ["key"]))
  }
}

/// The file that shells share their entries in.
@Suite struct HistoryFileTests {
  private let folder: ScratchFolder
  private var file: HistoryFile { HistoryFile(path: folder.file("deep/history")) }

  init() throws { folder = try ScratchFolder() }

  private func write(_ bytes: some Sequence<UInt8>) throws {
    try file.append("first")
    try Data(bytes).write(to: URL(fileURLWithPath: file.path))
  }

  @Test(arguments: ["a", "a\nb", "a\\nb", "\\", "\\\\n\n", "größe\n  漢字", "e\u{301}"])
  func entriesComeBackAsTheyWere(entry: String) throws {
    let line = HistoryFile.line(entry)
    #expect(!line.contains("\n"))
    #expect(HistoryFile.entry(line[...]) == entry)
    try file.append(entry)
    #expect(file.read() == [entry])
  }

  @Test func eachEntryIsThereOnceAtItsLatestPlace() throws {
    for entry in ["a", "b", "a"] { try file.append(entry) }
    #expect(file.read() == ["b", "a"])
  }

  @Test func onlyItsOwnerReadsIt() throws {
    try file.append("a")
    chmod(file.path, 0o644)
    try file.append("b")
    let files = FileManager.default
    let mode = try files.attributesOfItem(atPath: file.path)[.posixPermissions] as? Int
    #expect(mode == 0o600)
    let parent = folder.file("deep")
    let folderMode = try files.attributesOfItem(atPath: parent)[.posixPermissions] as? Int
    #expect(folderMode == 0o700)
  }

  @Test func manyShellsAtOnceLoseNothing() async throws {
    let file = file
    try await withThrowingTaskGroup(of: Void.self) { group in
      for shell in 0..<8 {
        group.addTask { for number in 0..<50 { try file.append("shell \(shell): \(number)") } }
      }
      try await group.waitForAll()
    }
    let entries = file.read()
    #expect(entries.count == 400)
    #expect(entries.filter { $0.hasPrefix("shell 3") } == (0..<50).map { "shell 3: \($0)" })
  }

  @Test func anUnfinishedLineAffectsNoOther() throws {
    try write("a\nhalf of a li".utf8)
    #expect(file.read() == ["a", "half of a li"])
    try file.append("b")
    #expect(file.read() == ["a", "half of a li", "b"])
  }

  @Test func invalidTextIsLeftOut() throws {
    try write(Array("a\n".utf8) + [0xFF, 0xFE, 0x0A] + Array("b\u{1B}[2Jc\n\n\nd\n".utf8))
    #expect(file.read() == ["a", "d"])
    try write((0..<100_000).map { UInt8(truncatingIfNeeded: $0 &* 31) })
    _ = file.read()
    try file.append("e")
    #expect(file.read().last == "e")
  }

  @Test func aHugeFileIsMadeShorter() throws {
    let lines = (0..<400_000).map { "let number\($0) = \($0)\n" }.joined()
    try write(lines.utf8)
    #expect(file.read().count == HistoryFile.limit)
    try file.append("the last")
    let attributes = try FileManager.default.attributesOfItem(atPath: file.path)
    #expect(try #require(attributes[.size] as? Int) < HistoryFile.longestFile)
    #expect(attributes[.posixPermissions] as? Int == 0o600)
    let entries = file.read()
    #expect(entries.count == HistoryFile.limit)
    #expect(entries.suffix(2) == ["let number399999 = 399999", "the last"])
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path + "/deep").count == 1)
  }

  @Test func oneThatIsMadeShorterMeanwhileLosesNothing() async throws {
    try write(String(repeating: "x\n", count: HistoryFile.longestFile / 2).utf8)
    let file = file
    try await withThrowingTaskGroup(of: Void.self) { group in
      for shell in 0..<8 { group.addTask { try file.append("shell \(shell)") } }
      try await group.waitForAll()
    }
    #expect(Set(file.read()) == Set(["x"] + (0..<8).map { "shell \($0)" }))
  }

  @Test func anEntryBeyondAllMeasureIsNotKept() throws {
    try file.append(String(repeating: "x", count: HistoryFile.longestEntry + 1))
    #expect(file.read().isEmpty)
  }

  @Test func aPathThatIsNoFileIsAnError() throws {
    try file.append("a")
    let within = HistoryFile(path: file.path + "/history")
    #expect(within.read().isEmpty)
    #expect(throws: HistoryError.self) { try within.append("a") }
    let pipe = HistoryFile(path: folder.file("pipe"))
    #expect(mkfifo(pipe.path, 0o600) == 0)
    #expect(pipe.read().isEmpty)
    #expect(throws: HistoryError.self) { try pipe.append("a") }
    let directory = HistoryFile(path: folder.path)
    #expect(throws: HistoryError.self) { try directory.append("a") }
  }
}
