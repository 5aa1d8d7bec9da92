import Foundation

import Testing
import VMScript
import VMScriptPlan

@testable import Libvirt
@testable import VMScriptRuntime

/// The progress of a guest's start in a time-out.
@Suite struct GuestReportTests {
  private static let mac = "52:54:00:00:00:01"

  private static func report(
    _ place: GuestReport.Interface.Place, isLinkUp: Bool = true, sent: Int64 = 0,
    received: Int64 = 0
  ) -> GuestReport {
    var report = GuestReport(state: "running")
    report.interfaces = [
      GuestReport.Interface(
        mac: mac, place: place, isLinkUp: isLinkUp,
        traffic: Domain.InterfaceTraffic(received: received, sent: sent))
    ]
    report.stages = [.started: true, .network: sent > 0, .address: false]
    return report
  }

  private static let lab = GuestReport.Interface.Place.network(
    "lab", bridge: "virbr7", isActive: true, hasDHCP: true)

  @Test func aGuestThatSendsNothingIsToldApart() {
    let report = Self.report(Self.lab, received: 12)
    #expect(
      report.notes == [
        "its state is running", "reached: started; not reached: network, address",
        "its interface 52:54:00:00:00:01 on network `lab` has sent nothing, and has no lease",
      ])
    let help = report.help("web", for: WaitCondition.ip.stages)
    #expect(help?.contains("`vmscript console web`") == true)
  }

  @Test func aGuestWithoutALeaseIsToldWhatToLookAt() {
    let report = Self.report(Self.lab, sent: 9, received: 2)
    #expect(
      report.notes.last
        == "its interface 52:54:00:00:00:01 on network `lab` has sent 9 packets and received 2, "
        + "and has no lease")
    #expect(
      report.help("web", for: WaitCondition.ip.stages)
        == "run a DHCP client in the guest, or set its address there; the host's firewall must "
        + "accept UDP port 67 on `virbr7`")
  }

  @Test(arguments: [
    (
      GuestReport.Interface.Place.network("lab", bridge: nil, isActive: false, hasDHCP: true),
      "has no connection: the network is not active", "start the network `lab`"
    ),
    (
      .network("lab", bridge: nil, isActive: true, hasDHCP: false),
      "which has no DHCP server, has sent 5 packets", "declare DHCP for the network `lab`"
    ),
    (
      .device("br0"), "where libvirt runs no DHCP server, has sent 5 packets",
      "provide a DHCP server on `br0`"
    ),
    (.user, "on QEMU's user-mode network has sent 5 packets", "run a DHCP client in the guest"),
  ])
  func thePlaceOfAnInterfaceIsNamed(
    _ place: GuestReport.Interface.Place, note: String, help: String
  ) {
    let report = Self.report(place, sent: 5)
    #expect(report.notes.last?.contains(note) == true, "\(report.notes)")
    #expect(report.help("web", for: WaitCondition.ip.stages)?.hasPrefix(help) == true)
  }

  @Test func anUnpluggedCableComesFirst() {
    let report = Self.report(Self.lab, isLinkUp: false)
    #expect(report.notes.last?.hasSuffix("has its link down") == true)
    #expect(report.help("web", for: [.address]) == "plug its cable in: `link = up`")
  }

  @Test func onlyWhatTheConditionNeedsIsHelpedWith() {
    var report = Self.report(Self.lab, sent: 5)
    report.stages[.agent] = false
    #expect(
      report.help("web", for: WaitCondition.agent.stages)?.contains("qemu-guest-agent") == true)
    #expect(report.help("web", for: WaitCondition.stopped.stages) == nil)
    report.stages[.started] = false
    #expect(report.help("web", for: WaitCondition.ip.stages) == "start it: `start \"web\"`")
  }

  @Test func cloudInitAndTheConsoleAreReported() {
    var report = GuestReport(state: "running")
    report.address = IPAddress("10.0.0.5")
    report.stages = [
      .started: true, .network: true, .address: true, .agent: true, .ssh: false, .cloudInit: false,
    ]
    report.cloudInitStage = "modules-config"
    report.cloudInitErrors = ["modules-config: ('timezone', OSError('no file'))"]
    report.console = ["login:"]
    #expect(
      report.notes == [
        "its state is running",
        "reached: started, network, address 10.0.0.5, agent; not reached: SSH, cloud-init",
        "cloud-init runs its stage `modules-config`",
        "cloud-init reports: modules-config: ('timezone', OSError('no file'))",
        "the last lines of the console:\n  login:",
      ])
    #expect(report.help("web", for: WaitCondition.ssh.stages)?.contains("TCP port 22") == true)
    #expect(report.help("web", for: WaitCondition.cloudInit.stages) == nil)
  }

  @Test func theRecordOfCloudInitIsReadStageByStage() throws {
    let text = """
      {"v1": {"datasource": "DataSourceNoCloud", "stage": "modules-final",
        "init": {"errors": [], "finished": 1.5, "start": 1},
        "modules-final": {"errors": ["('b', E('two'))\\nmore"], "finished": null},
        "modules-config": {"errors": ["('a', E('one'))"], "recoverable_errors": {}}}}
      """
    let record = try JSONDecoder().decode(CloudInitRecord.self, from: Data(text.utf8))
    #expect(record.stage == "modules-final")
    #expect(record.errors == ["modules-config: ('a', E('one'))", "modules-final: ('b', E('two'))"])
    let done = #"{"v1": {"datasource": null, "stage": null, "init": {"errors": []}}}"#
    let end = try JSONDecoder().decode(CloudInitRecord.self, from: Data(done.utf8))
    #expect(end.stage == nil && end.errors.isEmpty)
  }

  @Test func theLastLinesOfAConsoleArePlainText() async throws {
    let watch = ConsoleWatch()
    let (output, continuation) = AsyncStream.makeStream(of: [UInt8].self)
    watch.follow(output, for: "guest lo")
    continuation.yield(
      Array("\u{1B}[0;32mStarted\u{1B}[0m one\r\n\r\n\u{1B}[2Jtwo\u{7}\r\ngue".utf8))
    continuation.yield(Array("st login: ".utf8))
    continuation.finish()
    for _ in 0..<1000 where !watch.hasShown { try await Task.sleep(for: .milliseconds(5)) }
    #expect(watch.hasShown)
    #expect(watch.lastLines(2) == ["two", "guest login:"])
    #expect(watch.lastLines(9) == ["Started one", "two", "guest login:"])
  }
}
