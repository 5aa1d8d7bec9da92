import Foundation
import TestSupport
import Testing
import VMScript
import VMScriptSyntax

@testable import VMScriptPlan
@testable import VMScriptRuntime

/// The statements that helps name, over names that are not plain identifiers.
@Suite struct HelpStatementTests {
  static let names = [
    "web", "web-1", "two words", "say \"hi\"", "it's", "for", "force", "grüße", "a*b",
    "back\\slash",
    "1st", "x\\(y)",
  ]

  private static let span = RunFixture.span

  private static func live(
    _ name: String, _ state: LiveDomain.State = .running, isSaved: Bool = false
  ) throws -> LiveDomain {
    try LiveDomain(
      name: name, uuid: RunFixture.foreign, state: state, xml: "<domain><name>x</name></domain>",
      hasSavedState: isSaved)
  }

  /// Every message whose help has a statement on a domain, for a domain of this name.
  private static func diagnostics(_ name: String) throws -> [Diagnostic] {
    let declared = try Script.declarations("net n { mode = isolated }\ndomain d { }")
      .map { $0.replacing(["n": name, "d": name]) }
    let (net, declaration) = (declared[0], declared[1])
    let lease = GivenLease(
      mac: try #require(MACAddress("52:54:00:00:00:01")), ip: IPAddress(value: 0x0A00_0001),
      expires: 0)
    return [
      UpdateMessages.notLive("memory", of: declaration, reason: ""),
      UpdateMessages.heldDevice("disk", of: declaration),
      UpdateMessages.notPlugged(name, into: declaration, reason: ""),
      UpdateMessages.savedState(of: declaration, delaying: ["memory"]),
      PlanMessages.cloneOfHostClone("c", of: name, at: span),
      PlanMessages.activeSource(try live(name), at: span),
      PlanMessages.activeSource(try live(name, .stopped, isSaved: true), at: span),
      PlanMessages.earlierLease(name, lease, lease.ip, at: span),
      PlanMessages.foreignNetwork(net, stack: "lab"),
      ReachMessages.notRunning(name), ReachMessages.noAddress(name),
      Shutdown.timeout(name, state: "running", at: span),
    ]
      + [LiveDomain.State.stopped, .crashed, .suspended].map {
        VerbMessages.unfitState($0, of: name, for: .resume, at: span)
      }
  }

  @Test(arguments: names)
  func aStatementInAHelpRunsAsItIsWritten(name: String) throws {
    for diagnostic in try Self.diagnostics(name) {
      // Code stands between backquotes.
      let statements = diagnostic.helps.flatMap { help in
        help.text.split(separator: "`", omittingEmptySubsequences: false).enumerated()
          .filter { $0.offset % 2 == 1 }.map { String($0.element) }
      }.filter { !$0.hasPrefix("--") && !$0.hasPrefix("virsh") }
      #expect(!statements.isEmpty, "\(diagnostic.helps)")
      for statement in statements {
        let text = statement.replacing("…", with: "other")
        // A script that declares nothing by this name must understand it.
        let compiled = Engine().compilation(of: SourceText(name: "help", text: text + "\n"))
        #expect(compiled.diagnostics.isEmpty, "\(statement): \(compiled.diagnostics)")
        let problems = try #require(compiled.program).check()
        #expect(problems.isEmpty, "\(statement): \(problems)")
      }
    }
  }

  @Test(arguments: [
    ("web-1", "web-1"), ("two words", "'two words'"), ("it's", "'it'\\''s'"), ("", "''"),
    ("$(x)", "'$(x)'"), ("grüße", "'grüße'"),
  ])
  func aNameIsOneWordOfAShell(name: String, word: String) {
    #expect(QuotedText.shellWord(name) == word)
  }

  /// Helps are written by `StatementForm`, which quotes names in statements.
  @Test func noMessageWritesANameAfterAVerbItself() throws {
    let sources = URL(filePath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent().appending(path: "Sources")
    let files = try #require(
      FileManager.default.enumerator(at: sources, includingPropertiesForKeys: nil))
    let raw = try Regex(
      "`(start|stop|reboot|suspend|resume|delete|wait|snapshot|revert|clone) \\\\\\((?!QuotedText)")
    for case let file as URL in files where file.pathExtension == "swift" {
      let text = try String(contentsOf: file, encoding: .utf8)
      for line in text.split(separator: "\n") {
        #expect(try raw.firstMatch(in: String(line)) == nil, "\(file.lastPathComponent): \(line)")
      }
    }
  }
}
