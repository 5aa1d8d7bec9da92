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
    let late = HostMessages.timeout("web-1", awaited: "address", state: "running", at: span)
    #expect(late.helps.map(\.text) == ["give it longer: `within 10m`"])
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
