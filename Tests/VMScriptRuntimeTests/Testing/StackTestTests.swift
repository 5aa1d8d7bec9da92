import Foundation
import Synchronization
import TestSupport
import Testing
import VMScript
import VMScriptSyntax

@testable import VMScriptPlan
@testable import VMScriptRuntime

/// Tests of scripts on libvirt's test driver.
@Suite(.serialized) struct StackTestTests {
  private let domain = TestHost.name("web")

  init() async throws { try await TestHost.keep() }

  private func test(_ text: String, file: String = "web.vmscript") throws -> StackTest {
    StackTest(
      try Script.program(text, name: file), file: file,
      options: RunOptions(uri: "test:///default"))
  }

  private func script(_ rest: String) -> String {
    """
    stack "lab"
    domain "\(domain)" { memory = 64MiB }
    \(rest)
    """
  }

  @Test func theStackIsCheckedAndDestroyed() async throws {
    let results = Mutex<[String]>([])
    let test = try test(
      script("check domain(\"\(domain)\").state == \"running\", \"it runs\"")
    ).observed { result in results.withLock { $0.append(result.name) } }
    let report = await test.run()
    #expect(report.hasPassed && report.isDestroyed)
    #expect(report.cases.map(\.name) == ["applied", "it runs", "destroyed"])
    #expect(results.withLock(\.self) == ["it runs"])
    #expect(report.stack.hasPrefix("test-lab-"))
    #expect(try await !TestHost.exists(domain))
  }

  @Test func everyFailedCheckIsReportedAndArtifactsAreKept() async throws {
    let scratch = try ScratchFolder()
    var test = try test(
      script(
        """
        check 1 == 2, "first"
        check domain("\(domain)").state == "paused", "second"
        """))
    test.artifacts = scratch.path
    let report = await test.run()
    #expect(!report.hasPassed && report.isDestroyed)
    #expect(
      report.cases.filter { $0.problem != nil }.map(\.name) == ["first", "second"])
    let place = try #require(report.location(of: report.cases[1]))
    #expect(place == "web.vmscript:3")
    // The test driver has a picture of a screen for every domain.
    let picture = try #require(report.artifacts.first)
    #expect(picture.hasPrefix("\(scratch.path)/\(report.stack)/\(domain)."))
    let attributes = try FileManager.default.attributesOfItem(atPath: picture)
    #expect(attributes[.posixPermissions] as? Int == 0o600)
    #expect(attributes[.size] as? Int ?? 0 > 0)
    #expect(try await !TestHost.exists(domain))
  }

  @Test func aStackCanBeKeptAndRecordsItsLifetime() async throws {
    var test = try test(script("check false, \"no\""))
    test.keepsFailed = true
    test.lifetime = .seconds(3600)
    let report = await test.run()
    #expect(!report.isDestroyed)
    #expect(try await TestHost.exists(domain))
    let found = try await Inspector.temporaryStacks(uri: "test:///default")
      .first { $0.name == report.stack }
    let expiry = try #require(found?.expiry)
    #expect(!expiry.isPast)
    #expect(abs(expiry.seconds - Int64(Date().timeIntervalSince1970) - 3600) < 120)
    let removal = await Runner.destroy(
      stack: report.stack, options: RunOptions(uri: "test:///default", assumeYes: true))
    #expect(removal.outcome == .done)
    #expect(try await !TestHost.exists(domain))
  }

  @Test func atTheEndOfItsLifetimeATestIsStoppedAndDestroyed() async throws {
    var test = try test(
      script("wait \"\(domain)\" for domain(\"\(domain)\").state == \"stopped\" within 10m"))
    test.lifetime = .seconds(1)
    let report = await test.run()
    #expect(report.cases.first?.problem?.code.number == 770)
    #expect(report.isDestroyed)
    #expect(try await !TestHost.exists(domain))
  }

  @Test func aCancelledTestIsDestroyed() async throws {
    let test = try test(
      script("wait \"\(domain)\" for domain(\"\(domain)\").state == \"stopped\" within 10m"))
    let task = Task { await test.run() }
    for _ in 0..<200 where try await !TestHost.exists(domain) {
      try await Task.sleep(for: .milliseconds(20))
    }
    task.cancel()
    let report = await task.value
    #expect(report.outcome == .cancelled && report.isDestroyed)
    #expect(try await !TestHost.exists(domain))
  }

  @Test func anErrorOfTheScriptIsNoFailureOfACheck() async throws {
    let report = await (try test(script("let x = 1 / 0"))).run()
    #expect(report.outcome == .scriptErrors && report.isDestroyed)
    guard case .broken? = report.cases.first?.result else {
      Issue.record("the run counts as passed")
      return
    }
  }

  @Test func aNameOfTheHostIsRefusedAndNotHarmed() async throws {
    try await TestHost.define(domain)
    let report = await (try test(script(""))).run()
    #expect(!report.hasPassed && report.isDestroyed)
    #expect(try await TestHost.exists(domain))
  }

  @Test func namesOfStacksAreUniqueAndFit() {
    let long = StackTest.stackName(of: String(repeating: "a", count: 64))
    #expect(Program.isStackName(long) && long.utf8.count == 64)
    #expect(StackTest.stackName(of: "web") != StackTest.stackName(of: "web"))
  }

  @Test func aResultIsValidXML() async throws {
    let report = await (try test(script("check 1 == 2, \"<&'\\u{1B}\\u{FFFF}\\\"\"\ncheck true")))
      .run()
    let text = JUnitDocument([report, report]).text
    let root = try XMLElement.parse(text, root: "testsuites")
    #expect(root["tests"] == "8" && root["failures"] == "2" && root["errors"] == "0")
    let suite = try #require(root.first("testsuite"))
    #expect(suite["name"] == "web.vmscript")
    let cases = suite.all("testcase")
    #expect(cases.map { $0["name"] }.last == "destroyed")
    #expect(cases[1]["name"]?.hasPrefix("<&'") == true)
    let failure = try #require(cases[1].first("failure"))
    #expect(failure["type"] == "VM0313")
    #expect(failure.stringValue.hasPrefix("web.vmscript:3\n"))
    #expect(cases[2].first("failure") == nil)
  }

  @Test func aRecordIsReadBack() {
    let record = ExpiryRecord(stack: "test-web-1", expiry: StackExpiry(seconds: 1_796_045_007))
    #expect(ExpiryRecord(parsing: record.name) == record)
    #expect(VolumeName(parsing: record.name) == nil)
    for name in [
      "vmscript-expiry.lab", "vmscript-expiry.lab.x", "vmscript-expiry..1", "other.lab.1",
      "vmscript-expiry.lab.1.2",
    ] {
      #expect(ExpiryRecord(parsing: name) == nil, "\(name)")
    }
  }

  @Test func anExpiryIsReadBackFromAMark() {
    let mark = XMLElement(name: "resource")
    let expiry = StackExpiry(seconds: 1_796_045_007)
    expiry.write(to: mark)
    #expect(mark["expires"] == "2026-11-30T13:23:27Z")
    #expect(StackExpiry(mark: mark) == expiry)
    mark["expires"] = "tomorrow"
    #expect(StackExpiry(mark: mark) == nil)
  }
}
