import Foundation
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
