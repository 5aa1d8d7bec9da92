import Foundation
import Libvirt
import Synchronization
import Testing
import VMScript
import VMScriptSyntax

@testable import VMScriptPlan
@testable import VMScriptRuntime

@Suite struct AwaitingTests {
  private let news: AsyncStream<Void>
  private let tell: AsyncStream<Void>.Continuation
  private let never = ContinuousClock.now + .seconds(3600)

  init() { (news, tell) = AsyncStream.makeStream() }

  @Test func moreTimeIsAdvisedOnlyWhereItHelps() throws {
    let (own, other) = (IPAddress(value: 0x0A00_0005), IPAddress(value: 0x0A00_0009))
    func remedy(_ found: IPAddress?, _ holder: String?) -> String? {
      DomainCondition.obstacle(to: own, of: "web-1", having: found, holder: holder).remedy
    }
    #expect(remedy(nil, nil) == nil)
    #expect(remedy(other, nil)?.contains("`reboot \"web-1\"`") == true)
    for found in [nil, other] {
      #expect(
        remedy(found, "10.0.0.5 is leased to `old`")?.contains("shut the holder down") == true)
    }
    let span = Span(source: SourceID(index: 0), start: 0, length: 0)
    let late = HostMessages.timeout(
      "web-1", awaited: "address", GuestReport(state: "running"), at: span)
    #expect(late.helps.map(\.text) == ["wait longer: `within 10m`"])
  }

  @Test func aConditionThatHoldsEndsTheWaitAtOnce() async throws {
    #expect(try await Awaiting.until(.now, news: news) { nil } == nil)
  }

  @Test func aTimeoutReportsTheReason() async throws {
    #expect(try await Awaiting.until(.now, news: news) { "not yet" } == "not yet")
  }

  @Test func onlyWhatIsNotSoAtOnceIsWaitedFor() async throws {
    let begins = Mutex(0)
    for reason in [nil, "not yet"] as [Obstacle?] {
      _ = try await Awaiting.until(
        .now, news: news, begins: { begins.withLock { $0 += 1 } }, look: { reason })
    }
    #expect(begins.withLock(\.self) == 1)
  }

  @Test func eachPieceOfNewsIsALook() async throws {
    let looks = Mutex(0)
    for _ in 1...3 { tell.yield() }
    let reason = try await Awaiting.until(never, news: news) {
      looks.withLock { looks -> Obstacle? in
        looks += 1
        return looks == 4 ? nil : Obstacle("after \(looks)")
      }
    }
    #expect(reason == nil)
    #expect(looks.withLock(\.self) == 4)
  }

  @Test func aLookThatFailsEndsTheWaiting() async throws {
    struct Broken: Error {}
    let looks = Mutex(0)
    tell.yield()
    await #expect(throws: Broken.self) {
      try await Awaiting.until(never, news: news) {
        if looks.withLock({ looks in (looks += 1, looks).1 }) == 2 { throw Broken() }
        return ""
      }
    }
  }

  @Test func aLookInFlightDoesNotMoveTheDeadline() async throws {
    let (endless, keep) = AsyncStream.makeStream(of: Void.self)
    let looks = Mutex(0)
    tell.yield()
    let reason = try await Awaiting.until(.now + .milliseconds(50), news: news) {
      if looks.withLock({ looks in (looks += 1, looks).1 }) == 2 {
        for await _ in endless {}
      }
      return "first look"
    }
    #expect(reason == "first look")
    keep.finish()
  }

  @Test func cancellingTheTaskEndsTheWaiting() async throws {
    let (news, never) = (news, never)
    let task = Task { try await Awaiting.until(never, news: news) { "not yet" } }
    task.cancel()
    await #expect(throws: CancellationError.self) { try await task.value }
  }

  @Test func eventsBeforeTheDeadlineAreReported() async {
    tell.yield()
    #expect(await Awaiting.isNews(in: news, before: never))
    #expect(await !Awaiting.isNews(in: news, before: .now))
  }

  @Test func eventsOfADomainAreNewsOfItAndOfAny() async throws {
    let name = TestHost.name("news")
    try await TestHost.define(name)
    let domain = try await DomainNews(of: [name], pool: TestHost.pool)
    defer { domain.close() }
    try await TestHost.pool.run { try $0.domain(named: name)?.start() }
    #expect(await Awaiting.isNews(in: domain.of(name), before: never))
    #expect(await Awaiting.isNews(in: domain.ofAny, before: never))
  }
}

@Suite struct EarlierLeasesTests {
  private let own: MACAddress
  private let other: MACAddress

  init() throws {
    own = try #require(MACAddress("52:54:00:00:00:01"))
    other = try #require(MACAddress("52:54:00:00:00:02"))
  }

  private func lease(_ last: UInt32, _ expires: Int64, of mac: MACAddress? = nil) -> GivenLease {
    GivenLease(mac: mac ?? own, ip: address(last), expires: expires)
  }

  private func address(_ last: UInt32) -> IPAddress { IPAddress(value: 0x0A00_0000 + last) }

  /// The sources that are believed for an address of the machine, by their first letters.
  private func believed(
    _ last: UInt32, noted: [GivenLease], reported: [GivenLease]?, lingers: Bool = false
  ) -> String {
    let earlier = EarlierLeases(of: [own], among: ["lan": noted], lingers: lingers)
    let unrenewed = earlier.unrenewed(reported.map { ["lan": $0] } ?? [:])
    let sources: [(Domain.AddressSource, String)] = [(.lease, "l"), (.agent, "a"), (.arp, "r")]
    return sources.filter { unrenewed.believe(address(last), of: own, from: $0.0) }.map(\.1)
      .joined()
  }

  @Test func anAddressIsBelievedOnceItsLeaseIsRenewed() {
    let noted = [lease(5, 100)]
    #expect(believed(5, noted: noted, reported: noted) == "a")
    #expect(believed(5, noted: noted, reported: [lease(5, 160)]) == "lar")
    // A host whose clock was put back renews a lease, too.
    #expect(believed(5, noted: noted, reported: [lease(5, 40)]) == "lar")
    // One that ended is no longer reported.
    #expect(believed(5, noted: noted, reported: []) == "lar")
    #expect(believed(6, noted: noted, reported: [lease(5, 100), lease(6, 100)]) == "lar")
    #expect(believed(5, noted: [], reported: noted) == "lar")
  }

  @Test func anUnreadableLeaseIsNoRenewal() {
    #expect(believed(5, noted: [lease(5, 100)], reported: nil) == "a")
  }

  @Test func aLeaseWithoutAnEndIsAlwaysBelieved() {
    #expect(believed(5, noted: [lease(5, 0)], reported: [lease(5, 0)]) == "lar")
    #expect(believed(5, noted: [lease(5, 0)], reported: nil) == "lar")
  }

  @Test func theLeasesOfOtherMachinesAreNotItsOwn() {
    let others = [lease(5, 100, of: other)]
    #expect(believed(5, noted: others, reported: others) == "lar")
    #expect(EarlierLeases(of: [own], among: ["lan": others]).networks.isEmpty)
    #expect(EarlierLeases(of: [own], among: ["lan": [lease(5, 100)]]).networks == ["lan"])
  }

  @Test func theAgentOfARebootingGuestMayBeTheEarlierOne() {
    let noted = [lease(5, 100)]
    #expect(believed(5, noted: noted, reported: noted, lingers: true) == "")
    #expect(believed(6, noted: noted, reported: noted, lingers: true) == "lar")
    #expect(believed(5, noted: noted, reported: [lease(5, 160)], lingers: true) == "lar")
  }

  @Test func anObstacleNamesTheLeaseOfTheAwaitedInterface() {
    let noted = [lease(5, 100), lease(4, 100, of: other)]
    let unrenewed = EarlierLeases(of: [own, other], among: ["lan": noted]).unrenewed(["lan": noted])
    #expect(unrenewed.obstacle(of: own)?.hasPrefix("its lease of 10.0.0.5 is from before") == true)
    #expect(unrenewed.obstacle()?.contains("10.0.0.4") == true)
    #expect(UnrenewedLeases().obstacle() == nil)
    let obstacle = DomainCondition.obstacle(
      to: address(9), of: "web", having: nil, earlier: unrenewed.obstacle(of: own), holder: nil)
    #expect(obstacle.reason.contains("10.0.0.5") && obstacle.remedy == nil)
  }

  @Test func aNoteIsOfTheLastBoot() {
    let notes = LeaseNotes()
    #expect(notes["a"] == nil)
    notes["a"] = EarlierLeases(of: [own], among: ["lan": [lease(5, 100)]])
    notes["a"] = EarlierLeases(of: [own], among: ["dmz": [lease(5, 160)]])
    #expect(notes["a"]?.networks == ["dmz"])
  }

  @Test func theWarningOfAnAddressGoesWithItsMachineAndAddressAlone() {
    let warning = PlanMessages.earlierLease("web", lease(5, 100), address(9), at: RunFixture.span)
    #expect(warning.message == "`web` has 10.0.0.5, not yet 10.0.0.9")
    #expect(PlanMessages.isEarlierLease(warning, of: "web", address(9)))
    #expect(!PlanMessages.isEarlierLease(warning, of: "web-1", address(9)))
    #expect(!PlanMessages.isEarlierLease(warning, of: "web", address(8)))
    let other = HostMessages.missing("web", at: RunFixture.span)
    #expect(!PlanMessages.isEarlierLease(other, of: "web", address(9)))
  }
}
