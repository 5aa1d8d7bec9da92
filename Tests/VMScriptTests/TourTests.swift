import Foundation
import Testing
import VMScriptSyntax

@testable import VMScript

@Suite struct TourTests {
  private func run(_ name: String, set parameters: [String: String] = [:]) throws -> Ran {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("../../Examples/tour").standardizedFileURL
    let file = folder.appendingPathComponent(name)
    let text = try String(contentsOf: file, encoding: .utf8)
    return VMScriptTests.run(
      text, name: file.path, set: parameters, importer: .local)
  }

  @Test func theLanguageAloneGivesItsJSON() throws {
    let ran = try run("04-language.vmscript")
    #expect(ran.messages == [])
    let expected = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("../../Examples/tour/04-language.json")
    let text = try String(contentsOf: expected, encoding: .utf8)
    #expect(ran.outcome.map { Value.map($0.outputs).json() + "\n" } == text)
    #expect(ran.lines == ["enough", "a=1", "b=2"])
  }

  @Test func modulesDeclareWhatTheParametersSay() throws {
    let ran = try run(
      "05-modules.vmscript", set: ["environment": "production", "disks": "3"])
    #expect(ran.messages == [])
    #expect(
      ran.declarations.map(\.name) == [
        "backend", "production-api-1", "production-api-2", "production-worker-1",
      ])
    let body = try #require(ran.domain("production-api-2")).body
    #expect(body.blocks("disk").map(\.label) == ["data1", "data2", "data3"])
    #expect(body.blocks("disk").last?["size"]?.description == "3GiB")
    #expect(body.blocks("nic").first?["ip"]?.description == "10.30.0.12")
    #expect(body.block("cloud_init")?.blocks("user").first?.label == "ops")
    #expect(body["autostart"] == .bool(true))
    #expect(try run("05-modules.vmscript").declarations.count == 4)
  }

  @Test func theOtherScriptsEvaluate() throws {
    let parameters = [
      "02-by-hand.vmscript": ["iso": "/x.iso"], "03-lab.vmscript": ["base": "/x.qcow2"],
    ]
    for name in ["01-hello", "02-by-hand", "03-lab", "06-verbs", "07-networks"] {
      let file = name + ".vmscript"
      #expect(try run(file, set: parameters[file] ?? [:]).messages == [], "\(name)")
    }
  }
}
