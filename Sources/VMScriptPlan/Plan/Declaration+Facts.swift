import VMScript
import VMScriptSyntax

/// A network interface as planning looks at it.
package struct DeclaredInterface {
  /// Its label, else `nic1`, `nic2`… by position.
  package let key: String
  package let mac: MACAddress
  /// The network's name, if it is on one of libvirt's.
  package let network: String?
  /// Where the network is named.
  let networkSpan: Span
  /// The fixed address with its place.
  package let address: DeclaredProperty?
  /// Where a message about it points.
  package let span: Span
}

extension Declaration {
  /// The `nic` blocks in order; a MAC that is not declared derives from label or position.
  package func interfaces(stack: String) -> [DeclaredInterface] {
    body.blocks("nic").enumerated().map { position, nic in
      let key = nic.key(at: position)
      let declared: MACAddress? = if case .mac(let mac) = nic["mac"] { mac } else { nil }
      return DeclaredInterface(
        key: key, mac: declared ?? Identity.mac(stack: stack, domain: name, nic: key),
        network: nic["net"].flatMap(resourceName),
        networkSpan: nic.property("net")?.span ?? nic.span,
        address: nic.property("ip"), span: nic.property("mac")?.span ?? nic.span)
    }
  }

  /// The declared IPv4 network with its place.
  package var subnet: (value: Subnet, span: Span)? {
    guard let property = body.property("subnet"), case .cidr(let subnet) = property.value else {
      return nil
    }
    return (subnet, property.span)
  }

  /// The `state` as written; nil if the script leaves it to the default.
  var declaredState: LiveDomain.State? {
    guard case .string(let word) = body["state"] else { return nil }
    return LiveDomain.State(rawValue: word)
  }

  /// The name of the domain that a clone is made from.
  var sourceName: String? {
    switch source {
    case .declared(let name), .host(let name): name
    case nil: nil
    }
  }

  /// Every resource that the body names, as kinds it may be of with its name.
  var mentions: [(kinds: [ResourceKind], name: String)] { body.mentions }
}

/// The name in a value that stands for a resource: a reference, or its name as a string.
private func resourceName(_ value: Value) -> String? {
  switch value {
  case .resource(let reference): reference.name
  case .string(let name): name
  default: nil
  }
}

extension DeclaredBlock {
  fileprivate var mentions: [(kinds: [ResourceKind], name: String)] {
    // A disk that was moved needs its earlier domain only as long as that has it: see `StoragePlan`.
    properties.filter { $0.schema.name != "moved_from" }
      .flatMap { $0.value.mentions(as: $0.schema.type.resourceKinds) }
      + blocks.flatMap(\.mentions)
  }
}

extension Value {
  /// The resources in a value; a string names one only where the property's type says so.
  fileprivate func mentions(as kinds: [ResourceKind]) -> [(kinds: [ResourceKind], name: String)] {
    switch self {
    case .resource(let reference): [([reference.kind], reference.name)]
    case .string(let name): kinds.isEmpty ? [] : [(kinds, name)]
    case .list(let items): items.flatMap { $0.mentions(as: kinds) }
    case .map(let entries): entries.values.flatMap { $0.mentions(as: kinds) }
    default: []
    }
  }
}

extension PropertyType {
  /// The kinds of resources that a value of the type may name.
  fileprivate var resourceKinds: [ResourceKind] {
    switch self {
    case .resource(let kinds): kinds
    case .list(let type), .map(let type): type.resourceKinds
    case .either(let types): types.flatMap(\.resourceKinds)
    default: []
    }
  }
}
