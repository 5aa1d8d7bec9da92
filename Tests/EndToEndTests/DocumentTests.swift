import Foundation
import Testing

/// The documents of `--json`, decoded as a program that reads them would.
@Suite struct DocumentTests {
  private struct PlanDocument: Decodable {
    struct Change: Decodable {
      struct Property: Decodable { let name: String }
      let action: String
      let kind: String
      let name: String
      let source: String?
      let impact: String
      let properties: [Property]
      let location: String?
      let result: String?
      let milliseconds: Int?
    }
    struct Verb: Decodable {
      let action: String
      let targets: [String]
      let location: String
    }
    struct Undeclared: Decodable, Equatable {
      let kind: String
      let name: String
    }
    let stack: String
    let changes: [Change]
    let verbs: [Verb]
    let undeclared: [Undeclared]
    let outputs: [String: String]?
  }

  private func decode<T: Decodable>(_ type: T.Type, _ text: String) throws -> T {
    try JSONDecoder().decode(type, from: Data(text.utf8))
  }

  private let testHost = RunCommandTests.testHost

  @Test func aPlan() throws {
    let result = try vmscript(
      "plan", "--json", "Examples/tour/01-hello.vmscript", environment: testHost)
    #expect(result.status == 0)
    let plan = try decode(PlanDocument.self, result.output)
    #expect(plan.stack == "01-hello")
    #expect(plan.changes.map(\.name) == ["lab", "hello"])
    #expect(plan.changes.map(\.kind) == ["net", "domain"])
    #expect(plan.changes.allSatisfy { $0.action == "create" && $0.result == nil })
    #expect(plan.changes[0].location == "Examples/tour/01-hello.vmscript:4:1")
    #expect(plan.outputs == nil)
    // What the script prints is no part of the document.
    #expect(result.errors == "{\"print\": \"(known after apply)\"}\n")
  }

  @Test func aRun() throws {
    let result = try vmscript(
      "run", "--json", "Examples/tour/01-hello.vmscript", environment: testHost)
    #expect(result.status == 0)
    let run = try decode(PlanDocument.self, result.output)
    #expect(run.changes.map(\.result) == ["done", "done"])
    #expect(run.changes.allSatisfy { ($0.milliseconds ?? -1) >= 0 })
    #expect(run.outputs?["uuid"]?.count == 36)
    #expect(result.errors == "{\"print\": \"hello is running\"}\n")
  }

  @Test func severalScriptsGiveOneList() throws {
    let runs = try vmscript(
      "run", "--json", "-e", "output a = \"x\"", "-e", "output b = \"y\"", environment: testHost)
    #expect(
      try decode([PlanDocument].self, runs.output).map(\.outputs) == [["a": "x"], ["b": "y"]])
    // What came before the one that failed is not lost.
    let failed = try vmscript("eval", "-e", "output a = 1", "-e", "check false")
    #expect(failed.status == 2)
    #expect(try decode([[String: Int]].self, failed.output) == [["a": 1]])
  }

  @Test func aNewResourceHasAllThatIsDeclared() throws {
    let result = try vmscript("plan", "--json", "Examples/hello.vmscript", environment: testHost)
    let plan = try decode(PlanDocument.self, result.output)
    #expect(plan.changes[1].properties.map(\.name) == ["memory", "nic 1 net", "nic 1 ip"])
  }

  @Test func theVerbsOfARun() throws {
    let result = try vmscript(
      "--json", "Examples/tour/06-verbs.vmscript", environment: testHost)
    let run = try decode(PlanDocument.self, result.output)
    #expect(
      run.verbs.map(\.action) == [
        "suspend", "resume", "snapshot", "stop", "wait", "revert", "delete",
      ])
    #expect(run.verbs.allSatisfy { $0.targets == ["tour"] })
    #expect(run.verbs[0].location == "Examples/tour/06-verbs.vmscript:6:1")
  }

  @Test func theParametersDecideThePlan() throws {
    func plan(_ settings: String...) throws -> PlanDocument {
      let result = try vmscript(
        ["plan", "--json", "-"] + settings,
        input: Array(
          """
          param environment: string = "test"
          param count: int = 2
          net back { mode = isolated, subnet = 10.30.0.0/24 }
          for i in 1...count { domain "\\(environment)-\\(i)" { memory = 64MiB, nic { net = back } } }
          """.utf8), environment: testHost)
      return try decode(PlanDocument.self, result.output)
    }
    #expect(try plan().changes.map(\.name) == ["back", "test-1", "test-2"])
    #expect(
      try plan("--set", "environment=production", "--set", "count=3").changes.map(\.name)
        == ["back", "production-1", "production-2", "production-3"])
  }

  @Test func undeclaredResourcesAreInTheDocument() throws {
    let host = try OwnedHost(stack: "stdin", domains: ["old"], networks: ["gone"])
    defer { host.remove() }
    let script = Array("domain new { memory = 64MiB }\n".utf8)
    let kept = try vmscript("run", "--json", "-", "-c", host.uri, input: script)
    #expect(kept.status == 0)
    let run = try decode(PlanDocument.self, kept.output)
    #expect(run.changes.map(\.name) == ["new"])
    #expect(
      run.undeclared == [.init(kind: "domain", name: "old"), .init(kind: "net", name: "gone")])

    let refused = try vmscript("run", "--prune", "--json", "-", "-c", host.uri, input: script)
    #expect(refused.status == 3)
    #expect(
      try decode(PlanDocument.self, refused.output).changes.map(\.action)
        == ["create", "delete", "delete"])

    let pruned = try vmscript(
      "run", "--prune", "--yes", "--json", "-", "-c", host.uri, input: script)
    #expect(pruned.status == 0)
    #expect(
      try decode(PlanDocument.self, pruned.output).changes.map(\.result)
        == ["done", "done", "done"])
  }

  @Test func errorsAreObjectsOnStandardError() throws {
    struct Problem: Decodable {
      let severity: String
      let code: String
      let message: String
      let file: String?
      let line: Int?
    }
    let result = try vmscript(
      "run", "--json", "-", input: Array("domain a { memroy = 1GiB }\nlet b = c\n".utf8),
      environment: testHost)
    #expect(result.status == 2)
    let problems = try result.errors.split(separator: "\n").map {
      try decode(Problem.self, String($0))
    }
    #expect(problems.contains { $0.code == "VM0201" && $0.line == 2 && $0.file == "<stdin>" })
    #expect(problems.allSatisfy { $0.severity == "error" && !$0.message.isEmpty })
  }

  @Test func theResourcesOfAnEvaluation() throws {
    struct Document: Decodable {
      struct Resource: Decodable {
        struct Properties: Decodable {
          struct Nic: Decodable, Equatable {
            let name: String?
            let net: String?
          }
          let memory: String?
          let password: String?
          let nic: [Nic]?
        }
        let kind: String
        let name: String
        let source: String?
        let properties: Properties
      }
      let outputs: [String: Int]
      let resources: [Resource]
    }
    let script = """
      net lab { subnet = 10.1.0.0/24 }
      domain base { memory = 512MiB, nic front { net = lab }, state = stopped }
      clone base as copy { }
      output n = 1
      """
    let result = try vmscript("eval", "--resources", "-", input: Array(script.utf8))
    #expect(result.status == 0)
    let document = try decode(Document.self, result.output)
    #expect(document.outputs == ["n": 1])
    #expect(document.resources.map(\.name) == ["lab", "base", "copy"])
    #expect(document.resources[2].source == "base")
    #expect(document.resources[1].properties.memory == "512MiB")
    #expect(document.resources[1].properties.nic == [.init(name: "front", net: "lab")])
  }

  @Test func secretsAreMasked() throws {
    let script = """
      param key: secret
      output key = key
      domain a { memory = 64MiB, vnc { password = key } }
      """
    let result = try vmscript(
      "eval", "--resources", "-", "--set", "key=hunter2", input: Array(script.utf8))
    #expect(result.status == 0)
    #expect(!result.output.contains("hunter2"))
    let run = try vmscript(
      "run", "--json", "-", "--set", "key=hunter2", input: Array(script.utf8),
      environment: testHost)
    #expect(!(run.output + run.errors).contains("hunter2"))
  }
}
