import Foundation
import Libvirt
import TestSupport
import Testing
import VMScript
import VMScriptSyntax

@testable import VMScriptPlan
@testable import VMScriptRuntime

@Suite struct HostMessagesTests {
  @Test func everyCodeIsExplainedOnce() {
    let host = (HostCodes.codes + LockCodes.codes).map(\.number)
      .filter { $0 < 720 }.sorted()
    #expect(host == Array(701..<701 + host.count))
    let update = UpdateCodes.codes.map(\.number)
    #expect(update == Array(720..<720 + update.count))
    let all = RuntimeCodes.all
    #expect(Set(all).count == all.count)
  }

  @Test func aFailedCallNamesItsObject() async throws {
    let name = TestHost.name("subject")
    try await TestHost.define(name)
    func failure(_ call: @escaping @Sendable (Domain) throws -> Void) async throws -> LibvirtError {
      try await #require(throws: LibvirtError.self) {
        try await TestHost.pool.run { connection in
          try call(try #require(try connection.domain(named: name)))
        }
      }
    }
    for error in [
      try await failure { _ = try $0.managedSaveXML() }, try await failure { try $0.suspend() },
      try await failure { _ = try $0.createSnapshot(xml: "<none/>") },
    ] {
      #expect(error.subject == .init(kind: "domain", name: name))
      let listed = HostMessages.diagnostic(error, "listing the objects of the host", at: nil)
      #expect(listed.notes == ["libvirt says of the domain `\(name)`: \(error.message)"])
      // It is not named twice.
      let named = HostMessages.diagnostic(error, "reading the domain `\(name)`", at: nil)
      #expect(named.notes == ["libvirt says: \(error.message)"])
    }
    let ofHost = try await #require(throws: LibvirtError.self) {
      try await TestHost.pool.run { try $0.defineDomain(xml: "<none/>").name }
    }
    #expect(ofHost.subject == nil)
    #expect(
      HostMessages.diagnostic(ofHost, "defining", at: nil).notes
        == ["libvirt says: \(ofHost.message)"])
  }
}

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

  /// Every message whose help has a statement about a domain, with this name of the domain.
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
      // Code is between backquotes.
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

@Suite struct StorageMessagesTests {
  private static let all: [StorageFailure] = [
    .unfitStackName("a.b"), .unreadable(path: "/x", reason: "gone"), .emptyImage,
    .truncatedImage(.qcow2, needs: 2, has: 1), .corruptImage(.vdi), .splitImage(nil),
    .splitImage("data.raw"),
    .unknownFormat("/a b", content: "vhd"),
    .notAnImage("a web page"), .formatMismatch(declared: .raw, found: .iso),
    .hasBackingFile("/b"), .digestMismatch(algorithm: "sha256", declared: "a", found: "b"),
    .changedWhileRead, .toolMissing("qemu-img"), .conversionFailed(status: 1, output: "no"),
    .missingPool("p", existing: ["q"]), .inactivePool("p"),
    .poolFull("p", needed: 2, available: 1), .seedFailed("no"),
    .hasBackingFile(nil), .encrypted(.raw), .encrypted(.qcow2), .foreignImage("a Bochs image"),
    .misnamed(format: "vdi"), .unfitImage(.vhd, output: "no"),
    .toolTimedOut("qemu-img", seconds: 1), .scratchFull("/tmp", needed: 2, available: 1),
    .ambiguousImage("i", paths: ["/a", "/b"]), .missingBesideScript("vmlinuz"),
    .missingVolume("v"), .volumeKept("v", .notOwned), .volumeKept("v", .hasOverlays(["o"])),
  ]

  @Test(arguments: all)
  func everyCodeIsExplained(failure: StorageFailure) {
    let diagnostic = StorageMessages.diagnostic(failure, at: nil)
    let codes = StorageCodes.codes + ProgramCodes.codes
    #expect(codes.contains(diagnostic.code))
    #expect(!diagnostic.message.isEmpty)
  }

  @Test func codesAreExplainedOnce() {
    let codes = StorageCodes.codes
    #expect(Set(codes).count == codes.count)
  }
}
