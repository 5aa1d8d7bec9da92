import Foundation
import Synchronization
import Testing

@testable import VMScript

/// Programs and values are usable from any thread at once; under Thread Sanitizer this shows
/// whether anything of it is shared that should not be.
@Suite struct ThreadsTests {
  private struct Lab: Decodable, Equatable {
    var total: Int
    var memory: ByteSize
    var hosts: [IPAddress]
    var name: String
  }

  private static let script = """
    import "sizes.vmscript" as sizes
    param n: int
    param zones: list = []
    func fib(i) = i < 2 ? i : fib(i - 1) + fib(i - 2)
    let squares = [square(i) for i in 1...n]
    output total = sum(squares) + fib(8)
    output memory = sizes.small * n
    output hosts = [10.0.0.1, 10.0.0.2]
    output name = "\\(region)-\\(join(zones, "-"))"
    output addTo = x => x + n
    queue jobs { depth = n }
    domain d { memory = sizes.small }
    """

  private static func engine(calls: CallCount) -> Engine {
    var engine = Engine(importer: .dictionary(["sizes.vmscript": "let small = 512MiB"]))
    engine.define("region", "eu-1")
    engine.function("square") { (number: Int) in
      calls.add()
      return number * number
    }
    engine.resource(
      BlockSchema(
        "queue", "A queue", properties: [PropertySchema("depth", .int(1...1_000), "How long")]))
    return engine
  }

  @Test func sixteenThreadsEvaluateAProgramAtOnce() async throws {
    let calls = CallCount()
    let engine = Self.engine(calls: calls)
    let program = try engine.compile(.text(Self.script, name: "lab"))
    let shared = program.evaluate(parameters: ["n": 3])
    let expected = try shared.decode(Lab.self)
    let before = calls.value
    let wrong = await Self.onThreads(16) { number in
      for round in 0..<4 {
        let count = number + round + 1
        let lab = try program.decode(
          Lab.self, parameters: ["n": count, "zones": ["a", "\(number)"]])
        let squares = (1...count).map { $0 * $0 }.reduce(0, +)
        try #require(lab.total == squares + 21)
        try #require(lab.memory == .mib(512 * Int64(count)))
        try #require(lab.name == "eu-1-a-\(number)")
        try #require(try shared.decode(Lab.self) == expected)
        try #require(shared.declarations(of: "queue").count == 1)
      }
    }
    #expect(wrong == [])
    // Each of n squares once per round and thread.
    let sum = (0..<16).flatMap { number in (0..<4).map { number + $0 + 1 } }.reduce(0, +)
    #expect(calls.value - before == sum)
  }

  @Test func sixteenThreadsCompileWithAnEngineAtOnce() async throws {
    let engine = Self.engine(calls: CallCount())
    let wrong = await Self.onThreads(16) { number in
      for _ in 0..<2 {
        let program = try engine.compile(.text(Self.script, name: "lab"))
        let lab = try program.decode(Lab.self, parameters: ["n": number + 1])
        try #require(lab.memory == .mib(512 * Int64(number + 1)))
        let broken = engine.compilation(of: SourceText(name: "t", text: "let a = regoin"))
        try #require(broken.diagnostics.map(\.code.number) == [201])
      }
    }
    #expect(wrong == [])
  }

  @Test func evaluationsInSixteenThreadsAreCalledOffApart() async throws {
    let program = try Engine(limits: Limits(steps: .max)).compile(
      .text("param run: bool\nif run { for i in 1...1000000000000 { } }\noutput done = true"))
    let wrong = await Self.onThreads(16) { number in
      let cancellation = Cancellation()
      if number.isMultiple(of: 2) {
        Thread { cancellation.cancel() }.start()
      }
      let options = EvaluationOptions(
        values: ["run": .bool(number.isMultiple(of: 2))], cancellation: cancellation)
      let outcome = program.evaluate(options)
      if number.isMultiple(of: 2) {
        try #require(outcome.diagnostics.map(\.code.number) == [418])
      } else {
        try #require(outcome.outputs["done"] == true)
      }
    }
    #expect(wrong == [])
  }

  /// Runs work on threads of its own, all at once, and gives what went wrong.
  private static func onThreads(
    _ count: Int, _ work: @escaping @Sendable (Int) throws -> Void
  ) async -> [String] {
    await withTaskGroup(of: String?.self) { group in
      for number in 0..<count {
        group.addTask {
          await withCheckedContinuation { continuation in
            let thread = Thread {
              let result = Result { try work(number) }
              switch result {
              case .success: continuation.resume(returning: nil)
              case .failure(let error): continuation.resume(returning: "\(number): \(error)")
              }
            }
            thread.start()
          }
        }
      }
      return await group.reduce(into: []) { wrong, error in
        if let error { wrong.append(error) }
      }
    }
  }
}

/// The number of calls of the host.
private final class CallCount: Sendable {
  private let count = Atomic(0)
  var value: Int { count.load(ordering: .relaxed) }
  func add() { count.add(1, ordering: .relaxed) }
}
