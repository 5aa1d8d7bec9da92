import Foundation
import Testing

extension HostTests {
  /// Faults at libvirt's calls: whatever happens at whichever call, the next run finishes the work, and
  /// nothing is lost or left.
  ///
  /// By default each kind of fault meets a few calls of each command. `scripts/faults` runs all of it:
  /// every changing call of a create, an update and a destroy, and one reading call in five.
  @Suite struct FaultMatrixTests {
    @Test func theNextRunFinishesWhateverACallCameTo() async throws {
      try await Host.run { host in
        let matrix = try await FaultMatrix(on: host)
        var counts: [String: Int] = [:]
        for command in FaultMatrix.Command.allCases {
          for fault in try await matrix.faults(of: command, share: FaultShare.asked) {
            let happened = try await matrix.run(command, meeting: fault)
            counts["\(command) \(happened ? "met" : "missed")", default: 0] += 1
          }
          print("faults of \(command):", counts)
        }
        let summary = counts.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }
        print("faults:", summary.joined(separator: ", "))
        // Calls are made at once, so that a run now and then has fewer of them than counted.
        let met = counts.filter { $0.key.hasSuffix("met") }.values.reduce(0, +)
        #expect(met * 10 >= counts.values.reduce(0, +) * 9)
      }
    }
  }
}

/// A share of the whole matrix: every fault whose number leaves `index` when divided by `count`.
struct FaultShare {
  let index: Int
  let count: Int

  /// The value of `VMSCRIPT_TEST_FAULTS`: `all`, or `2/4` for the second of four shares; nil for the
  /// few faults that the tests meet by default.
  static let asked: FaultShare? = {
    guard let text = ProcessInfo.processInfo.environment["VMSCRIPT_TEST_FAULTS"] else { return nil }
    let numbers = text.split(separator: "/").compactMap { Int($0) }
    guard numbers.count == 2, 1...max(1, numbers[1]) ~= numbers[0] else {
      return FaultShare(index: 0, count: 1)
    }
    return FaultShare(index: numbers[0] - 1, count: numbers[1])
  }()

  func holds(_ number: Int) -> Bool { number % count == index }
}

/// A stack of nine resources on a host, and what is expected of each command on it under faults.
private struct FaultMatrix {
  enum Command: String, CaseIterable, Sendable { case create, update, destroy }

  private let host: Host
  private let library: FaultLibrary
  private let script: String
  /// The host without the stack.
  private let before: HostSnapshot
  private let log: String

  init(on host: Host) async throws {
    self.host = host
    library = try FaultLibrary(in: host.folder)
    log = host.folder + "/faults.log"
    let image = host.folder + "/tiny.qcow2"
    let made = try await Subprocess.run("qemu-img", ["create", "-q", "-f", "qcow2", image, "8M"])
    try #require(made.status == 0, "\(made.errors)")
    script = try host.file("faults.vmscript", Self.stack(image: image))
    before = try await HostSnapshot.of(host)
  }

  /// Nine resources; the second edition grows a disk, hot-plugs an interface, changes memory, a
  /// title, a network's hosts and a seed, drops a clone and adds one.
  private static func stack(image: String) -> String {
    """
    param edition: int = 1
    let first = edition == 1
    image tiny { source = "\(image)" }
    net one { subnet = 10.61.0.0/24, ...(first ? {} : { host: [{ name: "printer", mac: "52:54:00:00:61:01", ip: 10.61.0.9 }] }) }
    net two { mode = isolated, subnet = 10.62.0.0/24 }
    domain gold { memory = 32MiB, state = stopped, disk { image = tiny } }
    domain data {
      memory = first ? 32MiB : 48MiB
      title = first ? "first" : "second"
      state = stopped
      disk { image = tiny }
      disk store { size = first ? 16MiB : 32MiB }
      cloud_init { hostname = first ? "data" : "data-two" }
    }
    domain runs {
      memory = 32MiB
      disk { size = 8MiB }
      nic { net = one }
      ...(first ? {} : { nic: [{ net: one }, { net: two }] })
    }
    for name in first ? ["left", "stays"] : ["stays", "added"] {
      clone gold as (name) { state = stopped }
    }
    """
  }

  // MARK: Which faults

  /// The faults that a command is to meet.
  func faults(of command: Command, share: FaultShare?) async throws -> [FaultLibrary.Fault] {
    let changes = try await count(.change, of: command)
    let reads = try await count(.read, of: command)
    try #require(changes > 10 && reads > 20, "\(command): \(changes) changes, \(reads) reads")
    let modes = FaultLibrary.Mode.allCases.filter { $0 != .hang }
    var faults: [FaultLibrary.Fault] = []
    for (kind, calls) in [
      (FaultLibrary.Kind.change, Array(1...changes)),
      (.read, Array(stride(from: 1, through: reads, by: 5))),
    ] {
      for (index, call) in calls.enumerated() {
        // A part of the whole: each mode in its turn, at calls spread over all.
        let stride = max(1, calls.count / (kind == .change ? 2 * modes.count : modes.count / 2))
        for (number, mode) in modes.enumerated()
        where share != nil || index % stride == 0 && index / stride % modes.count == number {
          faults.append(FaultLibrary.Fault(kind: kind, mode: mode, call: call))
        }
      }
    }
    guard let share else { return faults }
    return faults.enumerated().filter { share.holds($0.offset) }.map(\.element)
  }

  /// The number of calls of a kind that an undisturbed command makes.
  private func count(_ kind: FaultLibrary.Kind, of command: Command) async throws -> Int {
    try await prepare(command)
    let result = try await faulty(command, library.environment(counting: kind, log: newLog()))
    try #require(result.status == 0, "\(result.errors)")
    let count = try calls().count
    try await restore()
    return count
  }

  // MARK: One fault

  /// Has a command meet a fault and expects that all heals; gives whether the fault happened.
  func run(_ command: Command, meeting fault: FaultLibrary.Fault) async throws -> Bool {
    try await prepare(command)
    let environment = try library.environment(
      counting: fault.kind, fault: fault, log: newLog())
    let result = try await faulty(command, environment)
    // A daemon may fall with its client, and is then started again.
    try await host.answers()
    let met = try calls().first { $0.hasSuffix("<--") }
    let comment = Comment("\(command) with \(fault): \(met ?? "not met")\n\(result.errors)")
    switch command {
    case .create, .update:
      let edition = command == .create ? 1 : 2
      let heals = try await host.vmscript(run(edition: edition))
      #expect(heals.status == 0, "\(comment)\nnext run: \(heals.errors)")
      let plan = try await host.json(["plan", script, "--set", "edition=\(edition)"])
      #expect(plan["changes"].items.isEmpty, comment)
      #expect(plan["undeclared"].items.isEmpty, comment)
      try await expectSoundDisks(comment)
    case .destroy: break
    }
    try await restore(comment)
    return met != nil
  }

  private func run(edition: Int) -> [String] {
    ["run", script, "--set", "edition=\(edition)", "--yes", "--prune", "--json"]
  }

  /// Brings the host to where a command begins.
  private func prepare(_ command: Command) async throws {
    if command != .create { try await host.json(Array(run(edition: 1).dropLast())) }
  }

  private func faulty(
    _ command: Command, _ environment: [String: String]
  ) async throws -> CommandResult {
    let arguments =
      switch command {
      case .create: run(edition: 1)
      case .update: run(edition: 2)
      case .destroy: destroy
      }
    return try await host.vmscript(arguments, environment: environment)
  }

  private var destroy: [String] { ["destroy", script, "--yes", "--json"] }

  /// Destroys the stack and expects the host to be as it was without it.
  private func restore(_ comment: Comment? = nil) async throws {
    let result = try await host.vmscript(destroy)
    #expect(result.status == 0, "\(comment ?? "")\ndestroy: \(result.errors)")
    try await before.expectSame(on: host, comment)
  }

  private func expectSoundDisks(_ comment: Comment) async throws {
    for name in try host.volumes() where name.hasSuffix(".qcow2") {
      let check = try await Subprocess.run(
        "qemu-img", ["check", "-U", "-q", "\(host.poolFolder)/\(name)"])
      #expect(check.status == 0, "\(comment)\n\(name): \(check.errors)")
    }
  }

  // MARK: The log

  private func newLog() throws -> String {
    try? FileManager.default.removeItem(atPath: log)
    return log
  }

  /// The counted calls of the last command.
  private func calls() throws -> [String] {
    guard FileManager.default.fileExists(atPath: log) else { return [] }
    return try String(contentsOfFile: log, encoding: .utf8).split(separator: "\n").map(String.init)
  }
}
