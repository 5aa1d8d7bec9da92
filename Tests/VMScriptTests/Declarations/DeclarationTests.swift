import Testing
import VMScriptSyntax

@testable import VMScript

@Suite struct DeclarationTests {
  @Test func aClonedBodyRefinesItsSource() throws {
    let ran = run(
      """
      domain base {
        memory = 256MiB
        disk data { size = 1GiB }
        nic { net = "default" }
        nic { net = "default", model = e1000 }
        state = stopped
      }
      clone base as "web-1" { memory = 1GiB, nic { ip = 10.0.0.1 }, remove nic 2 }
      output macs = domain("web-1").macs
      """)
    #expect(ran.messages == [])
    let clone = try #require(ran.domain("web-1"))
    #expect(clone.body.block("memory")?["max"] == .size(ByteSize(bytes: 1 << 30)))
    #expect(clone.body.blocks("nic").count == 1)
    #expect(clone.body.blocks("nic").first?["ip"] == IPAddress("10.0.0.1").map(Value.ip))
    #expect(clone.body.blocks("disk").first?.inheritedFrom == 0)
    #expect(ran.outcome?.declarations.isClonedFrom("base") == true)
  }

  @Test(arguments: [
    ("domain a { memroy = 2GiB }", 210), ("domain a { memory = 2 }", 213),
    ("domain a { on_crash = restrat }", 212), ("domain a { title = \"a\", title = \"b\" }", 215),
    ("domain a { }\ndomain a { }", 202), ("domain \"a\" { }\ndomain \"a\" { }", 220),
    ("domain \"a/b\" { }", 223), ("domain \"..\" { }", 223), ("domain \"a\\nb\" { }", 223),
    ("clone \"b\" as a { }\nclone a as \"b\" { }", 221), ("domain a { remove nic 1 }", 222),
    ("domain a { }\nclone a as b { remove nic 1 }", 222), ("stack \"a b\"", 406),
    ("domain a { }\nstack \"x\"", 407), ("start [3]", 315), ("domain a { }\nprint a.ipp", 207),
  ])
  func refusal(_ text: String, _ code: Int) {
    #expect(run(text).codes == [code])
  }

  @Test func aMissingUnitIsSuggested() {
    let ran = run("domain a { memory = 2 }")
    #expect(ran.diagnostics.first?.helps.first?.text.contains("2GiB") == true)
  }

  @Test func aWordMeansItselfAndASpreadYieldsToWhatIsExplicit() throws {
    let ran = run(
      """
      let destroy = "x"
      let small = { memory: 1GiB, cpus: 1 }
      domain a { ...small, memory = 2GiB, on_crash = destroy }
      """)
    #expect(ran.messages == [])
    let body = try #require(ran.domain("a")).body
    #expect(body.block("memory")?["max"]?.description == "2GiB")
    #expect(body["on_crash"] == .string("destroy"))
  }

  @Test func aDeletedDomainIsDeclaredNoLonger() {
    let ran = run("domain a { }\ndomain b { }\nstart [a, \"b*\"]\ndelete a")
    #expect(ran.verbs.count == 2)
    #expect(ran.declarations.map(\.name) == ["b"])
  }
}
