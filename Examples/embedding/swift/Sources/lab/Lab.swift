import Foundation
import VMScript

/// Reads a configuration in VMScript: `lab FILE [PARAMETERS-AS-JSON]`.
@main struct Lab {
  /// The reason why there is no configuration; a diagnostic of the script shows it.
  struct Failure: Error, CustomStringConvertible {
    let description: String
  }

  /// The remaining cores of a team.
  private static func quota(team: String, machines: Int) throws -> Int {
    guard team == "web" else { throw Failure(description: "\(team) has no quota") }
    guard machines > 0 else {
      throw Failure(description: "there is a quota for some machines only")
    }
    return 16 / machines
  }

  private static func parameters(_ json: String) throws -> [String: Value] {
    guard case .map(let members) = try Value(json: json) else {
      throw Failure(description: "parameters is not a JSON object")
    }
    return Dictionary(uniqueKeysWithValues: members.map { ($0, $1) })
  }

  private static func run(_ file: String, _ json: String) throws {
    var engine = Engine(limits: Limits(steps: 1_000_000, memory: .mib(64), time: .seconds(1)))
    engine.importer = .dictionary(["sizes": "let small = 512MiB"])
    engine.define("region", "eu-1", doc: "Where it all is")
    engine.function("quota", "Cores left to a team", parameters: ["team", "machines"], quota)
    engine.resource(Queue.schema)

    let program = try engine.compile(.file(file))
    let outcome = program.evaluate(EvaluationOptions(values: try parameters(json)))
    let lab = try outcome.decode(Configuration.self)
    print("\(lab.region): \(lab.names.joined(separator: ", "))")
    print("each with \(lab.cores) cores and \(lab.memory.bytes) bytes of memory")
    for queue in try outcome.decode([Queue].self, declared: "queue") {
      print("a queue of \(queue.depth) jobs that wait for \(queue.retention)")
    }
  }

  static func main() {
    let arguments = CommandLine.arguments.dropFirst()
    guard let file = arguments.first, arguments.count <= 2 else {
      fail("usage: lab FILE [PARAMETERS]", status: 64)
    }
    do {
      try run(file, arguments.dropFirst().first ?? "{}")
    } catch let error as ScriptError {
      fail(error.rendered(), status: 1)
    } catch {
      fail("lab: \(error)", status: 2)
    }
  }

  private static func fail(_ reason: String, status: Int32) -> Never {
    FileHandle.standardError.write(Data((reason + "\n").utf8))
    exit(status)
  }
}
