import Testing
import VMScript
import VMScriptSyntax

@testable import VMScriptPlan
@testable import VMScriptRuntime

@Suite struct PlanDocumentTests {
  @Test func thePlanIsTheDocumentThatPlanJSONPrints() {
    var sources = SourceMap()
    let text = "# é\n\n  domain web { }\n"
    let source = sources.add(SourceText(name: "lab.vmscript", text: text))
    let span = Span(source: source, start: 8, length: 10)
    var change = Change(
      id: 0, action: .update, kind: .domain, name: "web", impact: .nextStart,
      properties: [
        PropertyDifference(
          block: "nic 1", name: "mtu", from: nil, to: .int(1400), impact: .nextStart)
      ], span: span)
    change.result = .skipped(because: "lan")
    let plan = Plan(
      stack: "lab", changes: [change],
      verbs: [VerbRecord(action: "start", targets: ["web-*"], span: span)],
      undeclared: [ResourceReference(kind: .net, name: "old", isDeclared: false)],
      pending: [
        PendingRestart(
          resource: ResourceReference(kind: .domain, name: "web", isDeclared: true),
          properties: [
            PropertyDifference(name: "cpus", from: .int(1), to: .int(2), impact: .nextStart)
          ])
      ])
    #expect(
      plan.document(sources: sources).json(indentation: nil) == """
        {"stack": "lab", "changes": [{"action": "update", "kind": "domain", "name": "web", \
        "impact": "next-start", "properties": [{"name": "nic 1 mtu", "from": null, "to": 1400}], \
        "location": "lab.vmscript:3:3", "result": "skipped"}], "verbs": [{"action": "start", \
        "targets": ["web-*"], "location": "lab.vmscript:3:3"}], "undeclared": [{"kind": "net", \
        "name": "old"}], "pending": [{"kind": "domain", "name": "web", "properties": [{"name": \
        "cpus", "from": 1, "to": 2}]}]}
        """)
  }
}
