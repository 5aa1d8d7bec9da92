import Testing
import VMScriptSyntax

@testable import VMScript
import VMScriptEditing

/// Kinds of resources that a host defines.
@Suite struct ResourceKindTests {
  private static let queue = BlockSchema(
    "queue", "A queue of jobs",
    properties: [
      PropertySchema("depth", .int(1...1_000), "Jobs that may wait", isRequired: true),
      PropertySchema(
        "retention", .duration, "How long one waits", defaultValue: .duration(.seconds(3_600))),
      PropertySchema("order", .word(["fifo", "lifo"]), "Which is next", defaultValue: "fifo"),
      PropertySchema("feeds", .resource([.custom("queue")]), "Where done jobs go"),
    ],
    blocks: [
      BlockSchema(
        "worker", "Who takes jobs", label: .optional, repeats: true,
        properties: [PropertySchema("cores", .int(1...64), "Cores of each")])
    ])

  @Test func aSchemaIsReadFromJSON() throws {
    var engine = Engine()
    engine.resource(
      try BlockSchema(
        json: """
          {"name": "queue", "properties": [
            {"name": "depth", "type": {"int": [1, null]}, "required": true},
            {"name": "retention", "type": "duration", "default": "1h"},
            {"name": "size", "type": {"either": ["size", {"word": ["any"]}]}}],
           "blocks": [{"name": "worker", "shorthand": "cores",
             "properties": [{"name": "cores", "type": "int"}]}]}
          """))
    let schema = try #require(engine.resources.first)
    #expect(schema.property("retention")?.defaultValue == .duration(.seconds(3_600)))
    let program = try engine.compile(.text("queue a { depth = 7, size = any, worker = 2 }"))
    let declared = try #require(program.evaluate().declarations.declarations.first)
    #expect(
      declared.document.json(indentation: nil)
        == #"{"kind": "queue", "name": "a", "properties": "#
        + #"{"depth": 7, "size": "any", "worker": 2}}"#)
  }

  @Test(arguments: [
    (#"{"name": "a", "blocks": [{"name": "b", "properties": [{}]}]}"#, "blocks[0].properties[0]"),
    (#"{"name": "a", "properties": [{"name": "b", "type": {"int": [9, 1]}}]}"#, "type.int"),
    (#"{"name": "for"}"#, "is not a name"), ("7", "the schema: expected an object"),
  ])
  func aSchemaThatIsNoneSaysWhere(_ json: String, _ words: String) {
    let error = #expect(throws: MalformedText.self) { try BlockSchema(json: json) }
    #expect(error?.reason.contains(words) ?? false, "\(error?.reason ?? "")")
  }

  private var engine: Engine {
    var engine = Engine()
    engine.resource(Self.queue)
    return engine
  }

  private struct Queue: Decodable, Equatable {
    enum Order: String, Decodable, CaseIterable { case fifo, lifo }
    struct Worker: Decodable, Equatable {
      var name: String?
      var cores: Int?
    }
    var name: String
    var depth: Int
    var retention: Duration
    var order: Order
    var feeds: String?
    var worker: [Worker]
  }

  private func run(_ text: String) -> (outcome: EvaluationOutcome?, diagnostics: [Diagnostic]) {
    let compiled = engine.compilation(of: SourceText(name: "t", text: text))
    let outcome = compiled.program?.evaluate()
    return (outcome, compiled.diagnostics + (outcome?.diagnostics ?? []))
  }

  @Test func declarationsSurviveARoundTrip() throws {
    let (outcome, diagnostics) = run(
      """
      queue jobs { depth = 10, retention = 90s, order = lifo }
      for i in 1...2 {
        queue "more-\\(i)" {
          depth = i
          feeds = jobs
          worker fast { cores = i }
          worker { }
        }
      }
      output depth = jobs.depth + jobs.retention / 1s
      output order = queue("more-1").order
      """)
    #expect(diagnostics.map(\.message) == [])
    let queues = try #require(outcome).decode([Queue].self, declared: "queue")
    #expect(
      queues == [
        Queue(name: "jobs", depth: 10, retention: .seconds(90), order: .lifo, worker: []),
        Queue(
          name: "more-1", depth: 1, retention: .seconds(3_600), order: .fifo, feeds: "jobs",
          worker: [.init(name: "fast", cores: 1), .init()]),
        Queue(
          name: "more-2", depth: 2, retention: .seconds(3_600), order: .fifo, feeds: "jobs",
          worker: [.init(name: "fast", cores: 2), .init()]),
      ])
    #expect(outcome?.outputs["depth"] == 100)
    #expect(outcome?.outputs["order"] == "fifo")
    #expect(outcome?.declarations(of: "domain").isEmpty == true)
  }

  @Test(arguments: [
    ("queue jobs { detph = 1 }", 210, "did you mean `depth`?"),
    ("queue jobs { depth = 0 }", 213, nil),
    ("queue jobs { depth = 1, order = lfio }", 212, "did you mean `lifo`?"),
    ("queue jobs { depth = 1, retention = 5 }", 213, "a duration needs a unit: write `5s`"),
    ("queue jobs { }", 214, "add `depth = …`"),
    ("queue jobs { depth = 1 }\nqueue 'jobs' { depth = 1 }", 220, "give one of them another name"),
    ("queue jobs { depth = 1 }\nprint jobs.detph", 207, "did you mean `depth`?"),
    ("queu jobs { depth = 1 }", 205, "did you mean `queue`?"),
    ("domian web { memory = 1GiB }", 205, "did you mean `domain`?"),
    ("vm 'web' { memory = 1GiB }", 205, "did you mean `domain`?"),
    ("let x = queu \"a-\\(1)\" { }", 205, "did you mean `queue`?"),
    ("prnt 'x'", 101, "did you mean `print`?"),
  ])
  func mistakesAreHeldToTheSchema(text: String, code: Int, help: String?) {
    let diagnostics = run(text).diagnostics
    #expect(diagnostics.map(\.code.number) == [code])
    #expect(diagnostics.first?.helps.first?.text == help)
  }

  @Test func withoutItsHostAKindIsUnknown() throws {
    let error = try #require(throws: ScriptError.self) {
      try Engine().compile(.text("queue jobs { depth = 1 }"))
    }
    #expect(error.diagnostics.map(\.message) == ["there is no kind of resource `queue`"])
  }

  @Test func aResourceIsAnExpressionToo() throws {
    let (outcome, diagnostics) = run(
      "let all = [queue \"q\\(i)\" { depth = i } for i in 1...3]\noutput x = [q.name for q in all]")
    #expect(diagnostics.map(\.message) == [])
    #expect(outcome?.outputs["x"] == ["q1", "q2", "q3"])
  }

  @Test(arguments: [
    ("qu", "queue"), ("queue jobs { de", "depth"), ("queue jobs { order = ", "lifo"),
    ("queue jobs { worker fast { ", "cores"), ("let x = reg", "region"),
    ("let x = queue \"a\" {\n  re", "retention"),
  ])
  func theHostsOwnIsCompleted(text: String, word: String) {
    var engine = engine
    engine.define("region", "eu-1")
    #expect(engine.completion(of: text).map(\.text).contains(word))
    #expect(!Engine().completion(of: text).map(\.text).contains(word))
  }

  @Test func ownKindsHaveAReferencePage() {
    let page = SchemaReference.markdown(of: engine.resources)
    #expect(page.contains("## queue\n\nA queue of jobs"))
    #expect(page.contains("| `depth` | int 1 to 1000 |"))
  }

  @Test func scriptsOfOwnKindsNeedNoLibvirt() throws {
    #expect(try !engine.compile(.text("queue jobs { depth = 1 }")).speaksOfResources)
    #expect(try engine.compile(.text("domain web { memory = 1GiB }")).speaksOfResources)
    let set = try #require(run("queue a { depth = 1 }\ndomain b { memory = 1GiB }").outcome)
      .declarations
    #expect(set.ofLibvirt.declarations.map(\.name) == ["b"])
  }
}
