import TestSupport
import VMScript
import VMScriptSyntax

@testable import VMScriptPlan
@testable import VMScriptRuntime

/// Objects of a host, and plans of scripts for it.
enum RunFixture {
  static let span = Span(source: SourceID(index: 0), start: 0, length: 1)
  static let stack = "lab"

  /// A domain of the host; the stack's own unless another UUID is given.
  static func liveDomain(
    _ name: String, uuid: String? = nil, state: LiveDomain.State = .running, metadata: String = "",
    devices: String = ""
  ) throws -> LiveDomain {
    try LiveDomain(
      name: name, uuid: uuid ?? Identity.uuid(stack: stack, kind: .domain, name: name),
      state: state,
      xml: """
        <domain type='test'><name>\(name)</name><metadata>\(metadata)</metadata>
        <devices>\(devices)</devices></domain>
        """)
  }

  static func liveNetwork(
    _ name: String, uuid: String? = nil, isActive: Bool = true, ip: String = ""
  ) throws -> LiveNetwork {
    try LiveNetwork(
      name: name, uuid: uuid ?? Identity.uuid(stack: stack, kind: .net, name: name),
      isActive: isActive, xml: "<network><name>\(name)</name>\(ip)</network>")
  }

  static let foreign = "11111111-2222-4333-8444-555555555555"

  /// A plan of a script in which no property differs unless `compare` says so.
  static func plan(
    _ script: String, _ live: LiveState = LiveState(), prune: Bool = false, adopt: Bool = false,
    compare: @escaping (Declaration) throws(Diagnostic) -> [PropertyDifference] = { _ in [] }
  ) throws -> (plan: Plan, diagnostics: [Diagnostic]) {
    let declarations = DeclarationSet(
      stack: stack, declarations: try Script.declarations(script))
    return Planner(
      declarations, live: live, isPruned: { _ in prune }, adopt: adopt,
      compare: { declaration throws(Diagnostic) in Revision(try compare(declaration)) }
    ).plan()
  }
}
