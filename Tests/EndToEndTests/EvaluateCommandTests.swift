import Foundation
import Testing

@Suite struct EvaluateCommandTests {
  @Test func theLanguageTourGivesItsDocument() throws {
    let result = try vmscript("eval", "Examples/tour/04-language.vmscript")
    #expect(result.status == 0)
    let document = packageFolder.appendingPathComponent("Examples/tour/04-language.json")
    #expect(result.output == String(decoding: try Data(contentsOf: document), as: UTF8.self))
    #expect(result.errors == "enough\na=1\nb=2\n")
  }

  @Test func aParameterTakesTheLastSetting() throws {
    let script = Array("param n: int = 1\noutput n = n + 1\n".utf8)
    let result = try vmscript("eval", "-", "--set", "n=2", "--set", "n=41", input: script)
    #expect(result.status == 0)
    #expect(result.output == "{\n  \"n\": 42\n}\n")
  }

  @Test func aSettingWinsOverTheEnvironment() throws {
    let script = Array("param n: int = 1\noutput n = n\n".utf8)
    let environment = ["VMSCRIPT_N": "7"]
    #expect(try vmscript("eval", "-", input: script, environment: environment).output.contains("7"))
    let result = try vmscript(
      "eval", "-", "--set", "n=8", input: script, environment: environment)
    #expect(result.output == "{\n  \"n\": 8\n}\n")
  }

  @Test(arguments: [
    "output a = 1 / 0\n", "output a = nope\n", "let = 1\n", "param n: int\noutput n = n\n",
    "check 1 == 2, \"no\"\n",
  ])
  func aScriptWithErrorsGivesNoDocument(script: String) throws {
    let result = try vmscript("eval", "-", input: Array(script.utf8))
    #expect(result.status == 2)
    #expect(result.output == "")
    #expect(result.errors.hasPrefix("error[VM0"))
  }

  @Test func aSettingWithoutValueIsAUsageError() throws {
    let result = try vmscript("eval", "-", "--set", "n")
    #expect(result.status == 64)
    #expect(result.errors.contains("NAME=VALUE"))
  }

  @Test func aLimitEndsTheEvaluation() throws {
    let endless = try vmscript(
      "eval", "--limit", "steps=1000", "-e", "for i in 1...1000000000 { }")
    #expect(endless.status == 2)
    #expect(endless.errors.contains("more than 1000 steps"))
    let slow = try vmscript("eval", "--limit", "time=1ms", "-e", "for i in 1...1000000000 { }")
    #expect(slow.errors.contains("longer than 1ms"))
    for wrong in ["steps", "steps=", "steps=0", "steps=x", "memory=5", "time=5", "width=1"] {
      let result = try vmscript("eval", "--limit", wrong, "-e", "print 1")
      #expect(result.status == 64)
      #expect(result.errors.contains("--limit needs"))
    }
  }
}
