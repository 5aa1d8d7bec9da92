import TestSupport
import Testing
import VMScript

@testable import VMScriptPlan
@testable import VMScriptRuntime

/// Which change waits for which.
@Suite struct ChangeOrderTests {
  /// Whether every change can be begun at some time.
  private func isAcyclic(_ plan: Plan) -> Bool {
    var open = plan.changes
    while !open.isEmpty {
      let waiting = Set(open.map(\.id))
      let ready = open.filter { waiting.isDisjoint(with: $0.dependencies) }
      guard !ready.isEmpty else { return false }
      open.removeAll { ready.map(\.id).contains($0.id) }
    }
    return true
  }

  /// Networks are renamed and swap their subnets while machines are on them, machines are renamed and
  /// swap their addresses, some come and some go.
  @Test(arguments: 0..<200)
  func noChangeWaitsForItself(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let subnets = (0..<3).map { "10.0.\($0)" }
    func network(_ name: String, _ subnet: String) throws -> LiveNetwork {
      try RunFixture.liveNetwork(name, ip: "<ip address='\(subnet).1' prefix='24'/>")
    }
    let oldNames = ["n0", "n1", "n2"]
    let networks = try zip(oldNames, subnets.shuffled(using: &random)).map(network)
    let domains = try (0..<5).map { number in
      let net = Int.random(in: 0..<3, using: &random)
      return try RunFixture.liveDomain(
        "d\(number)",
        devices: """
          <interface type='network'><mac address='52:54:00:00:00:0\(number)'/>
          <source network='\(oldNames[net])'/></interface>
          """)
    }
    let newNames = ["n0", "n1", "n2", "m0", "m1", "m2"].shuffled(using: &random).prefix(3)
    var lines = zip(newNames, subnets.shuffled(using: &random)).map { name, subnet in
      "net \(name) { subnet = \(subnet).0/24 }"
    }
    let macs = (0..<7).shuffled(using: &random)
    for (number, mac) in macs.enumerated() where Bool.random(using: &random) {
      let net = newNames.randomElement(using: &random) ?? "n0"
      let declared = Bool.random(using: &random) ? ", mac = \"52:54:00:00:00:0\(mac)\"" : ""
      lines.append("domain d\(number) { nic { net = \(net)\(declared) } }")
    }
    let (plan, _) = try RunFixture.plan(
      lines.joined(separator: "\n"), LiveState(domains: domains, networks: networks), prune: true
    ) { _ in
      [PropertyDifference(name: "x", from: .int(0), to: .int(1), impact: .live)]
    }
    #expect(isAcyclic(plan), "\(lines)\n\(plan.changes)")
  }

  @Test func aChangeWaitsForTheDeletionOfConflictingObjects() throws {
    let old = try RunFixture.liveNetwork("old", ip: "<ip address='10.0.0.1' prefix='24'/>")
    let other = try RunFixture.liveNetwork("other", ip: "<ip address='10.9.0.1' prefix='24'/>")
    let guest = try RunFixture.liveDomain(
      "guest", devices: "<interface><source network='old'/></interface>")
    let idle = try RunFixture.liveDomain("idle")
    let plan = try RunFixture.plan(
      "net new { subnet = 10.0.0.0/24 }",
      LiveState(domains: [guest, idle], networks: [old, other]), prune: true
    ).plan
    #expect(
      plan.deletionsInTheWay == [
        ResourceKey(kind: .net, name: "old"), ResourceKey(kind: .domain, name: "guest"),
      ])
  }
}
