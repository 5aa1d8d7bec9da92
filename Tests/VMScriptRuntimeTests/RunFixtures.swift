import VMScript
import VMScriptSyntax

@testable import VMScriptPlan
@testable import VMScriptRuntime

/// Declarations as the evaluator would hand them over, without a script behind them.
enum RunFixture {
  static let span = Span(source: SourceID(index: 0), start: 0, length: 1)
  static let stack = "lab"

  static func block(
    _ name: String, label: String? = nil, _ properties: [(String, PropertyType, Value)] = [],
    blocks: [DeclaredBlock] = []
  ) -> DeclaredBlock {
    DeclaredBlock(
      schema: BlockSchema(name, ""), label: label,
      properties: properties.map { name, type, value in
        DeclaredProperty(schema: PropertySchema(name, type, ""), value: value, span: span)
      }, blocks: blocks, span: span)
  }

  static func nic(net: String, mac: String? = nil, ip: String? = nil) -> DeclaredBlock {
    var properties: [(String, PropertyType, Value)] = [("net", .resource([.net]), .string(net))]
    if let mac = mac.flatMap(MACAddress.init) { properties.append(("mac", .mac, .mac(mac))) }
    if let ip = ip.flatMap(IPAddress.init) { properties.append(("ip", .ip, .ip(ip))) }
    return block("nic", properties)
  }

  static func domain(
    _ name: String, state: String? = nil, source: CloneSource? = nil, blocks: [DeclaredBlock] = []
  ) -> Declaration {
    let properties = state.map {
      [("state", PropertyType.word(["running", "stopped"]), Value.string($0))]
    }
    return Declaration(
      kind: .domain, name: name, body: block("domain", properties ?? [], blocks: blocks),
      source: source, span: span, nameSpan: span)
  }

  static func net(_ name: String, subnet: String? = nil) -> Declaration {
    let subnet = subnet.flatMap(Subnet.init).map { [("subnet", PropertyType.cidr, Value.cidr($0))] }
    return Declaration(
      kind: .net, name: name, body: block("net", subnet ?? []), span: span, nameSpan: span)
  }

  static func image(_ name: String) -> Declaration {
    Declaration(kind: .image, name: name, body: block("image"), span: span, nameSpan: span)
  }

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

  /// A plan over declarations in which no property differs unless `compare` says so.
  static func plan(
    _ declarations: [Declaration], _ live: LiveState = LiveState(), prune: Bool = false,
    adopt: Bool = false,
    compare: @escaping (Declaration) throws(Diagnostic) -> [PropertyDifference] = { _ in [] }
  ) -> (plan: Plan, diagnostics: [Diagnostic]) {
    Planner(
      DeclarationSet(stack: stack, declarations: declarations), live: live,
      isPruned: { _ in prune },
      adopt: adopt,
      compare: { declaration throws(Diagnostic) in Revision(try compare(declaration)) }
    ).plan()
  }
}
