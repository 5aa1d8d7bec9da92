import Foundation
import Libvirt
import Testing
import VMScriptSyntax

@testable import VMScriptPlan
@testable import VMScriptRuntime

@Suite struct StackLockTests {
  @Test func aSecondRunOfAStackIsRefusedUntilTheFirstIsOver() async throws {
    let stack = TestHost.name("lock")
    let first = try await StackLock.take(stack: stack, on: TestHost.pool)
    do {
      _ = try await StackLock.take(stack: stack, on: TestHost.pool)
      Issue.record("the stack was locked twice")
    } catch {
      #expect(error.code.number == 711)
      #expect(error.notes.contains { $0.contains("process \(getpid()) of ") }, "\(error.notes)")
    }
    await first.release()
    _ = try await StackLock.take(stack: stack, on: TestHost.pool)
  }

  @Test func otherStacksAreIndependent() async throws {
    let first = try await StackLock.take(stack: TestHost.name("lock"), on: TestHost.pool)
    let second = try await StackLock.take(stack: TestHost.name("lock"), on: TestHost.pool)
    withExtendedLifetime((first, second)) {}
  }

  @Test func aNameIsFreeAsSoonAsItsHolderIsGone() throws {
    let name = "vmscript/test/" + Storage.nonce()
    var first: ExclusiveName? = try ExclusiveName.take(name)
    #expect { _ = try ExclusiveName.take(name) } throws: { error in
      guard case .taken(let holder)? = error as? ExclusiveName.Obstacle else { return false }
      return holder == ExclusiveName.Holder(process: getpid(), user: getuid())
    }
    withExtendedLifetime(first) {}
    first = nil
    _ = try ExclusiveName.take(name)
  }

  @Test func aClaimIsReadBack() throws {
    let claim = LockClaim(stack: "lab_1")
    #expect(LockClaim(parsing: claim.name) == claim)
    #expect(claim.name.utf8.count <= VolumeName.maximumLength)
    #expect(VolumeName(parsing: claim.name) == nil)
    #expect(LockClaim(parsing: "vmscript-lock.lab") == nil)
    let longest = LockClaim(stack: String(repeating: "a", count: 64))
    #expect(longest.name.utf8.count <= VolumeName.maximumLength)
  }

  @Test(arguments: [
    // The same boot and name space: its holder would still have the name.
    ("m", "b", "s", true), ("", "b", "s", true),
    // A container of the same machine, and another machine.
    ("m", "b", "x", false), ("x", "x", "s", false), ("", "x", "s", false),
    // The same machine before it booted.
    ("m", "x", "s", true),
    // Nothing is known.
    ("", "", "", false),
  ])
  func onlyAKnownDeathCounts(machine: String, boot: String, space: String, isDead: Bool) throws {
    let name = "vmscript-lock.lab.there.1.\(machine).\(boot).\(space).1.00"
    let claim = try #require(LockClaim(parsing: name))
    let here = LockClaim.Machine(client: "here", machine: "m", boot: "b", space: "s")
    #expect(claim.isDead(seenFrom: here) == isDead)
  }
}

/// Claims as runs from several machines meet them on a host.
@Suite(.enabled(if: IsolatedHost.uri != nil), .serialized) struct LockClaimTests {
  private let connections = ConnectionPool(uri: IsolatedHost.uri, size: 2)

  /// A volume that a run from elsewhere left or holds.
  private func make(_ name: String) async throws -> String {
    try await connections.run { connection in
      let pool = try #require(try connection.pool(named: "default"))
      let xml = VolumeXML(name: name, format: .raw, capacity: 0, allocation: 0)
      return try pool.createVolume(xml: xml.text()).path()
    }
  }

  private func claims(of stack: String) async throws -> [String] {
    try await connections.run { connection in
      try #require(try connection.pool(named: "default")).volumes().map(\.name)
        .filter { LockClaim(parsing: $0)?.stack == stack }
    }
  }

  @Test func aRunShowsItsClaimAndTakesItBack() async throws {
    let stack = TestHost.name("claim")
    let lock = try await StackLock.take(stack: stack, on: connections)
    // A run that changes nothing leaves the host alone.
    #expect(try await claims(of: stack).isEmpty)
    guard case .made = try await lock.claim() else {
      Issue.record("no claim was made")
      return
    }
    let claim = try #require(try await claims(of: stack).compactMap(LockClaim.init(parsing:)).first)
    #expect(claim.process == getpid())
    #expect(claim.holder == .current)
    await lock.release()
    #expect(try await claims(of: stack).isEmpty)
  }

  @Test func theURIIsNoPartOfTheLock() async throws {
    let stack = TestHost.name("claim")
    let lock = try await StackLock.take(stack: stack, on: connections)
    let uri = try #require(IsolatedHost.uri)
    let other = ConnectionPool(uri: uri + "&no_tty=1", size: 1)
    await #expect(throws: Diagnostic.self) {
      _ = try await StackLock.take(stack: stack, on: other)
    }
    await other.close()
    await lock.release()
  }

  @Test func aClaimFromAnotherMachineNamesItsHolder() async throws {
    let stack = TestHost.name("claim")
    _ = try await make("vmscript-lock.\(stack).elsewhere.4711.aa.bb.cc.1700000000.00")
    let lock = try await StackLock.take(stack: stack, on: connections)
    do {
      _ = try await lock.claim()
      Issue.record("the claim was overlooked")
    } catch let error as Diagnostic {
      #expect(error.code.number == 711)
      #expect(error.notes.first == "process 4711 on `elsewhere` has held it since 22:13 UTC")
    }
    // Its own claim is gone again.
    #expect(try await claims(of: stack).count == 1)
    try await connections.run { connection in
      for volume in try #require(try connection.pool(named: "default")).volumes()
      where LockClaim(parsing: volume.name)?.stack == stack {
        try volume.delete()
      }
    }
  }

  @Test func aClaimThatWasNotRenewedIsTakenOver() async throws {
    let stack = TestHost.name("claim")
    let path = try await make("vmscript-lock.\(stack).elsewhere.4711.aa.bb.cc.1.00")
    try FileManager.default.setAttributes(
      [.modificationDate: Date(timeIntervalSinceNow: -300)], ofItemAtPath: path)
    let lock = try await StackLock.take(stack: stack, on: connections)
    #expect(try await claims(of: stack).count == 1)
    _ = try await lock.claim()
    #expect(
      try await claims(of: stack).compactMap(LockClaim.init(parsing:)).map(\.process) == [getpid()])
    await lock.release()
    #expect(try await claims(of: stack).isEmpty)
  }

  @Test func theClaimOfAKilledRunBlocksNoOther() async throws {
    let stack = TestHost.name("claim")
    _ = try await make(LockClaim(stack: stack).name)
    let lock = try await StackLock.take(stack: stack, on: connections)
    #expect(try await claims(of: stack).isEmpty)
    await lock.release()
  }

  @Test func aClaimIsRenewedByGrowing() async throws {
    let path = try await make(LockClaim(stack: TestHost.name("claim")).name)
    for size: UInt64 in 1...3 {
      try FileManager.default.setAttributes(
        [.modificationDate: Date(timeIntervalSinceNow: -300)], ofItemAtPath: path)
      try await connections.run { try $0.volume(path: path)?.resize(to: size) }
      let date = try FileManager.default.attributesOfItem(atPath: path)[.modificationDate] as? Date
      #expect(try #require(date).timeIntervalSinceNow > -60)
    }
    try await connections.run { try $0.volume(path: path)?.delete() }
  }
}
