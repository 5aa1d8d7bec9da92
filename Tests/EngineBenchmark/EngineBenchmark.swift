import Foundation
import VMScript

/// Measures the embedded language for `scripts/benchmark`: milliseconds for a configuration of a
/// hundred lines, compiled and from source, and how evaluations at once scale.
///
/// Prints `compiled`, `source`, `scaling` and `processor` (microseconds for an evaluation, of one
/// thread and of many) with their figures; with an argument it writes the
/// configuration's values there as JSON, for others to be measured with.
@main struct EngineBenchmark {
  static func main() throws {
    let engine = Engine(limits: Limits(steps: 1_000_000, memory: .mib(64)))
    let source = SourceText(name: "config.vmscript", text: configuration)
    let program = try engine.compile(.source(source))
    let outputs = try program.evaluate().get().outputs
    if let path = CommandLine.arguments.dropFirst().first {
      try Data(Value.map(outputs).json().utf8).write(to: URL(fileURLWithPath: path))
    }
    print("compiled", median(2_000) { _ = program.evaluate() })
    print("source", median(500) { _ = engine.compilation(of: source).program?.evaluate() })
    let cores = ProcessInfo.processInfo.activeProcessorCount
    let one = throughput(program, threads: 1)
    let many = throughput(program, threads: 16)
    print("scaling", many.perSecond / one.perSecond, cores)
    print("processor", one.processor, many.processor)
  }

  /// A hundred lines as a service has them: constants, functions, comprehensions, nested maps.
  private static let configuration: String = {
    var lines = [
      "param region: string = \"eu-1\"", "param replicas: int = 3",
      "let base = { memory: 512MiB, cpus: 1, labels: { tier: \"web\" } }",
      "func address(n, first = 10.0.0.10) = first + n",
      "output nodes = [{ ...base, name: \"web-\\(i)\", ip: address(i) } for i in 1...replicas]",
    ]
    for number in 1...19 {
      lines += [
        "let limit_\(number) = \(number) * 16MiB", "output service_\(number) = {",
        "  name: \"service-\(number)-\\(region)\", port: \(8_000 + number), memory: limit_\(number)",
        "  timeout: \(number)s, retries: [i * 2 for i in 1...5], tags: [\"a\", \"b\"]", "}",
      ]
    }
    return lines.joined(separator: "\n")
  }()

  /// The median of many measurements, in milliseconds.
  private static func median(_ count: Int, _ work: () -> Void) -> Double {
    let times = (0..<count).map { _ in
      let duration = ContinuousClock().measure(work)
      return Double(duration.components.attoseconds) / 1e15
        + Double(duration.components.seconds) * 1e3
    }
    return times.sorted()[count / 2]
  }

  /// Evaluations in a second of so many threads, and microseconds of processor time for each.
  private static func throughput(
    _ program: Program, threads: Int
  ) -> (perSecond: Double, processor: Double) {
    let each = 16_000 / threads
    let group = DispatchGroup()
    let processor = processorSeconds()
    let time = ContinuousClock().measure {
      for _ in 0..<threads {
        group.enter()
        Thread.detachNewThread {
          for _ in 0..<each { _ = program.evaluate() }
          group.leave()
        }
      }
      group.wait()
    }
    let count = Double(threads * each)
    let seconds = Double(time.components.seconds) + Double(time.components.attoseconds) / 1e18
    return (count / seconds, (processorSeconds() - processor) / count * 1e6)
  }

  /// Processor time that this process took so far.
  private static func processorSeconds() -> Double {
    Double(clock()) / Double(CLOCKS_PER_SEC)
  }
}
