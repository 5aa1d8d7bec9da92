import Testing
import VMScriptSyntax

@testable import VMScript
import VMScriptEditing

/// Functions, values and limits that a host gives an engine.
@Suite struct EngineTests {
  private func output(_ engine: Engine, _ text: String) throws -> Value {
    let outcome = try engine.compile(.text("output x = \(text)")).evaluate()
    try outcome.get()
    return try #require(outcome.outputs["x"])
  }

  /// The diagnostics of compiling and evaluating.
  private func problems(_ engine: Engine, _ text: String) -> [Diagnostic] {
    let compiled = engine.compilation(of: SourceText(name: "t", text: text))
    return compiled.diagnostics + (compiled.program?.evaluate().diagnostics ?? [])
  }

  @Test func valuesOfTheHostHaveNames() throws {
    var engine = Engine()
    engine.define("region", "eu-1")
    engine.define("ports", [80, 443])
    engine.define("memory", ByteSize.gib(2))
    engine.define("nobody", String?.none)
    #expect(
      try output(engine, #""\(region) \(ports) \(memory) \(nobody)""#) == "eu-1 [80, 443] 2GiB none"
    )
  }

  @Test func scriptsHideWhatTheHostDefines() throws {
    var engine = Engine()
    engine.define("len", 3)
    engine.define("region", "eu-1")
    #expect(try output(engine, "len") == 3)
    #expect(try output(engine, "[region for region in [1, 2]]") == [1, 2])
  }

  @Test func unknownNamesSuggestThoseOfTheHost() {
    var engine = Engine()
    engine.define("region", "eu-1")
    #expect(problems(engine, "print regoin").first?.helps.first?.replacement == "region")
  }

  @Test func functionsTakeWhatTheirClosureTakes() throws {
    var engine = Engine()
    engine.function("nothing") { 7 }
    engine.function("add") { (a: Int, b: Int) in a + b }
    engine.function("greet") { (name: String, times: Int?) in
      Array(repeating: name, count: times ?? 1).joined(separator: " ")
    }
    engine.function("total") { (sizes: [ByteSize]) in
      ByteSize(bytes: sizes.map(\.bytes).reduce(0, +))
    }
    engine.function("same") { (value: Value) in value }
    #expect(try output(engine, "nothing()") == 7)
    #expect(try output(engine, "add(2, 3)") == 5)
    #expect(try output(engine, "[greet('a'), greet('b', 2)]") == ["a", "b b"])
    #expect(try output(engine, "total([1GiB, '1GiB'])") == .size(.gib(2)))
    #expect(try output(engine, "[1, 2].map(same)") == [1, 2])
    #expect(try output(engine, "same({ a: none })") == ["a": .none])
  }

  @Test func argumentsOfAWrongTypeAreReportedAtTheirPlaces() throws {
    var engine = Engine()
    engine.function("quota") { (team: String, cores: Int8?) in team }
    let text = "let x = quota('web', 'many')"
    let problem = try #require(problems(engine, text).first)
    #expect(problem.code.number == 310)
    #expect(problem.message == "`quota` takes an int of -128 to 127, not a string")
    #expect(problem.primary?.span.start == 21)
    #expect(problems(engine, "quota('web', 1000)").map(\.code.number) == [310])
    #expect(problems(engine, "quota(secret('web'))").map(\.code.number) == [310])
  }

  @Test(arguments: [
    ("quota()", "`quota` takes 1 to 2 arguments, not 0"),
    ("quota(1, 2, 3)", "`quota` takes 1 to 2 arguments, not 3"),
    ("quota(team: 'web')", "`quota` takes its arguments by position"),
  ])
  func argumentsMustBeAsMany(text: String, message: String) {
    var engine = Engine()
    engine.function("quota") { (team: String, kind: String?) in team }
    #expect(problems(engine, text).map(\.message) == [message])
  }

  @Test func argumentsAreNamedWhereTheHostNamedThem() throws {
    var engine = Engine()
    engine.function("quota", parameters: ["team", "kind", "zone"]) {
      (team: String, kind: String?, zone: Int?) in
      "\(team) \(kind ?? "any") \(zone.map(String.init) ?? "everywhere")"
    }
    engine.resource(BlockSchema("queue", "A queue of jobs"))
    for (call, result) in [
      ("quota(team: 'web', kind: 'gpu')", "web gpu everywhere"),
      ("quota(kind: 'gpu', team: 'web')", "web gpu everywhere"),
      ("quota('web', zone: 2)", "web any 2"),
      ("quota(zone: 2, 'web')", "web any 2"),
      ("quota('web', 'gpu', 2)", "web gpu 2"),
      ("queue(name: 'jobs').name", "jobs"),
    ] {
      #expect(try output(engine, call) == .string(result), "\(call)")
    }
  }

  @Test(arguments: [
    ("quota(kind: 'gpu')", "`quota` needs its argument `team`"),
    ("quota(team: 'web', kin: 'gpu')", "`quota` has no argument `kin`"),
    ("quota('web', team: 'db')", "argument `team` of `quota` is set twice"),
    ("quota(team: 'web', team: 'db')", "argument `team` of `quota` is set twice"),
    ("quota('a', 'b', kind: 'c')", "argument `kind` of `quota` is set twice"),
    ("quota('a', 'b', 'c', team: 'd')", "argument `team` of `quota` is set twice"),
    ("quota('a', 'b', 'c')", "`quota` takes 1 to 2 arguments, not 3"),
  ])
  func argumentsAreNamedAsTheHostNamedThem(text: String, message: String) throws {
    var engine = Engine()
    engine.function("quota", parameters: ["team", "kind"]) { (team: String, kind: String?) in team }
    #expect(problems(engine, text).map(\.message) == [message])
  }

  @Test func aNamedArgumentOfAWrongTypeIsReportedAtItsPlace() throws {
    var engine = Engine()
    engine.function("quota", parameters: ["team", "cores"]) { (team: String, cores: Int) in team }
    let problem = try #require(problems(engine, "quota(cores: 'many', team: 'web')").first)
    #expect(problem.message == "`quota` takes an int, not a string")
    #expect(problem.primary?.span.start == 13)
    #expect(problem.primary?.span.length == 6)
  }

  @Test func errorsOfAFunctionBecomeDiagnosticsAtTheCall() throws {
    struct Refused: Error, CustomStringConvertible { let description = "the ledger is closed" }
    var engine = Engine()
    engine.function("quota") { (team: String) throws -> Int in throw Refused() }
    engine.function("own") { () throws -> Int in
      throw Diagnostic(code: DiagnosticCode(900), "by the host")
    }
    let problem = try #require(problems(engine, "let a = 1\nlet b = a + quota('web')").first)
    #expect(problem.message == "`quota` failed")
    #expect(problem.notes == ["the ledger is closed"])
    #expect(problem.primary?.span.start == 22)
    #expect(problems(engine, "own()").first?.code.number == 900)
  }

  @Test func unknownArgumentsMakeTheResultUnknown() throws {
    var engine = Engine()
    engine.function("same") { (value: Value) in value }
    let outcome = try engine.compile(.text("domain a { memory = 1GiB }\noutput x = same([a.ip])"))
      .evaluate()
    #expect(outcome.outputs["x"]?.isUnknown == true)
  }

  @Test func functionsOfAnyArity() throws {
    var engine = Engine()
    engine.function("count", arity: 0...Int.max) { .int(Int64($0.count)) }
    #expect(try output(engine, "[count(), count(1, 'a', [])]") == [0, 3])
    engine.function("one", arity: 1...1) { $0[0] }
    #expect(problems(engine, "one()").map(\.code.number) == [308])
  }

  @Test func namesAreKnownForCompletion() {
    var engine = Engine()
    engine.define("region", "eu-1", doc: "Where we are")
    engine.function("quota", "Cores left to a team", parameters: ["team", "kind"]) {
      (team: String, kind: String?) in team
    }
    #expect(engine.knownNames.map(\.text) == ["region", "quota"])
    #expect(
      engine.knownNames.map(\.doc) == ["Where we are", "quota(team, kind?) Cores left to a team"])
  }

  @Test func parametersAreTyped() throws {
    let program = try Engine().compile(
      .text(
        """
        param replicas: int
        param memory: size = 1GiB
        param zones: list = []
        output x = "\\(replicas) \\(memory) \\(zones)"
        """))
    let zones = ["a", "b"]
    let outcome = program.evaluate(
      parameters: ["replicas": 3, "memory": ByteSize.gib(2), "zones": zones])
    #expect(outcome.outputs["x"] == "3 2GiB [\"a\", \"b\"]")
    #expect(program.evaluate(parameters: ["replicas": "3"]).diagnostics.map(\.code.number) == [404])
    #expect(
      program.evaluate(parameters: ["replicas": 1, "replica": 1]).diagnostics.map(\.code.number)
        == [405])
  }

  @Test func errorsOfCompilingAreThrownWithTheirSources() throws {
    let error = try #require(throws: ScriptError.self) {
      try Engine().compile(.text("let a = b", name: "lab"))
    }
    #expect(error.diagnostics.map(\.code.number) == [201])
    #expect(error.rendered().contains("lab:1:9"))
    #expect("\(error)" == error.rendered())
    let missing = try #require(throws: ScriptError.self) {
      try Engine().compile(.file("/nonexistent/lab.vmscript"))
    }
    #expect(missing.diagnostics.map(\.code.number) == [414])
  }

  @Test func aProgramRunsInManyThreadsAtOnce() async throws {
    var engine = Engine()
    engine.function("double") { (number: Int) in number * 2 }
    let program = try engine.compile(
      .text("param n: int\noutput x = sum([double(i) for i in 1...n])"))
    await withTaskGroup { group in
      for number in 1...32 {
        group.addTask { (number, program.evaluate(parameters: ["n": number]).outputs["x"]) }
      }
      for await (number, value) in group { #expect(value == .int(Int64(number * (number + 1)))) }
    }
  }

  @Test func valuesReadJSON() throws {
    #expect(
      try Value(json: #"{"a": [1, 2.5, null, true], "b": "c"}"#) == [
        "a": [1, 2.5, .none, true], "b": "c",
      ])
    #expect(throws: MalformedText.self) { try Value(json: "[1,") }
  }
}
