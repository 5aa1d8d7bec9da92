import VMScriptSyntax

extension Evaluator {
  /// An attribute of a resource: answered from what is declared where that says it, otherwise live.
  mutating func attribute(_ name: String, of reference: ResourceReference, _ id: NodeID) throws
    -> Value
  {
    if name == "name" { return .string(reference.name) }
    let declaration = registry.find(reference.kind, reference.name)
    if let declaration, let value = declared(name, of: declaration) {
      guard declaration.kind == .domain, name == "ip", case .ip(let address) = value else {
        return value
      }
      return try offTheClock { evaluator in
        .ip(
          try evaluator.host.address(
            declared: address, of: declaration.reference, at: evaluator.code.span(id),
            declarations: evaluator.registry.set))
      }
    }
    guard let attribute = reference.kind.attribute(name) else {
      let live = reference.kind.attributes.map(\.name)
      if declaration == nil, Schema.resource(reference.kind).entryNames.contains(name) {
        throw Diagnostic.undeclaredMember(name, of: reference, at: code.nameSpan(id), known: live)
      }
      throw Diagnostic.unknownMember(
        name, of: reference.kind.rawValue, at: code.nameSpan(id),
        known: live + ["name"] + (declaration?.body.schema.entryNames ?? []))
    }
    try prepareEffect()
    let current = registry.reference(reference.kind, reference.name)
    return try offTheClock { evaluator in
      let value = try evaluator.host.attribute(
        attribute, of: current, at: evaluator.code.span(id), declarations: evaluator.registry.set)
      return attribute.row.member.map { .map([$0: value]) } ?? value
    }
  }

  private func declared(_ name: String, of declaration: Declaration) -> Value? {
    let isHostClone = declaration.source?.isHost ?? false
    switch declaration.kind.attribute(name) {
    case .domain(.uuid), .net(.uuid):
      return declaration.body["uuid"]
        ?? .string(
          Identity.uuid(
            stack: registry.set.stack, kind: declaration.kind, name: declaration.name))
    case .domain(.macs):
      guard !isHostClone else { return nil }
      return .list(
        declaration.body.blocks("nic").enumerated().map { index, nic in
          nic["mac"]
            ?? .mac(
              Identity.mac(
                stack: registry.set.stack, domain: declaration.name,
                nic: nic.key(at: index)))
        })
    case .domain(.ip):
      return declaration.body.blocks("nic").lazy.compactMap { $0["ip"] }.first
    // A machine may have been stopped since.
    case .domain(.state), .net(.state): return nil
    case .domain(.ips), .domain(.id), .domain(.vnc), .domain(.console), .domain(.snapshots),
      .net(.bridge), .image:
      return declaration.body[name]
    case nil: return declaration.body[name] ?? undeclared(name, of: declaration.body)
    }
  }

  /// A block as a map or a list of them; of what is not declared the default, or none.
  private func undeclared(_ name: String, of body: DeclaredBlock) -> Value? {
    if let property = body.schema.property(name) { return property.standard ?? Value.none }
    guard body.schema.block(name) != nil else { return nil }
    guard case .map(let entries) = body.document else { return nil }
    return entries[name] ?? Value.none
  }
}
