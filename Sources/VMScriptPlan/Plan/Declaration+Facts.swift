import Synchronization
import VMScript
import VMScriptSyntax

/// The facts about a network interface that planning needs.
package struct DeclaredInterface {
  /// Its label, else `nic1`, `nic2`… by position.
  package let key: String
  package let mac: MACAddress
  /// The name of its libvirt network, if any.
  package let network: String?
  /// The span of the network's name.
  let networkSpan: Span
  /// The fixed address with its span.
  package let address: DeclaredProperty?
  /// The span that diagnostics point at.
  package let span: Span
}

extension Declaration {
  /// Returns the `nic` blocks in order. An undeclared MAC derives from label or position.
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

  /// The declared IPv4 network with its span.
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

  /// The name of the source domain of a clone.
  var sourceName: String? {
    switch source {
    case .declared(let name), .host(let name): name
    case nil: nil
    }
  }

  /// Every resource that the body names, with its possible kinds and its name.
  var mentions: [(kinds: [ResourceKind], name: String)] { body.mentions }
}

/// Returns the name in a value that denotes a resource: a reference, or its name as a string.
private func resourceName(_ value: Value) -> String? {
  switch value {
  case .resource(let reference): reference.name
  case .string(let name): name
  default: nil
  }
}

extension DeclaredBlock {
  fileprivate var mentions: [(kinds: [ResourceKind], name: String)] {
    // A moved disk depends on its earlier domain only while that has it: see `StoragePlan`.
    properties.filter { $0.schema.name != "moved_from" }
      .flatMap { $0.value.mentions(as: $0.schema.type.resourceKinds) }
      + blocks.flatMap(\.mentions)
  }
}

extension Value {
  /// Returns the resources in a value. A string names one only if the property's type says so.
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

/// An address declared for an interface.
package struct FixedAddress: Sendable {
  /// The interface's derived MAC, if it declares none and was not made yet.
  package let mac: MACAddress
  package let ip: IPAddress
  /// The network whose DHCP server assigns it.
  package let network: String?
  /// The interface's label or position.
  package let interface: String
}

extension DeclarationSet {
  /// Returns the context for the XML of a declaration: the other declarations and the host.
  ///
  /// - Parameters:
  ///   - uuid: the UUID of the live object, which never changes; nil if it does not exist yet.
  ///   - hypervisor: the domain type that `auto` means, from ``HypervisorChoice``.
  package func context(for declaration: Declaration, uuid: String?, hypervisor: String)
    -> XMLContext
  {
    let declared: String? =
      if case .string(let text) = declaration.body["uuid"] { text.lowercased() } else { nil }
    let derived = Identity.uuid(stack: stack, kind: declaration.kind, name: declaration.name)
    var context = XMLContext(
      stack: stack, uuid: uuid ?? declared ?? derived,
      hypervisor: declaration.declaredHypervisor(on: hypervisor) ?? hypervisor)
    switch declaration.kind {
    case .image, .custom: break
    case .net: context.leases = leases(of: declaration.name)
    case .domain:
      for interface in declaration.interfaces(stack: stack) {
        context.macs[interface.key] = interface.mac
      }
    }
    return context
  }

  /// Returns the value of a domain's `ip`: the fixed address of its first interface that has one.
  package func fixedAddress(of domain: String) -> FixedAddress? {
    declaration(.domain, domain)?.interfaces(stack: stack).lazy.compactMap { interface in
      guard case .ip(let address) = interface.address?.value else { return nil }
      return FixedAddress(
        mac: interface.mac, ip: address, network: interface.network,
        interface: interface.key)
    }.first
  }

  /// The networks that fixed addresses are declared on.
  var leasedNetworks: Set<String> {
    Set(
      declarations.filter { $0.kind == .domain }.flatMap { $0.interfaces(stack: stack) }
        .filter { $0.address != nil }.compactMap(\.network))
  }

  /// Returns the declared state, else running, but stopped for the source of a clone.
  func wantedState(of declaration: Declaration) -> LiveDomain.State {
    if let declared = declaration.declaredState { return declared }
    let isClonedFrom = declarations.contains {
      if case .declared(declaration.name) = $0.source { true } else { false }
    }
    return isClonedFrom ? .stopped : .running
  }

  /// Returns the fixed addresses of the script's domains on a network.
  private func leases(of network: String) -> [NetworkLease] {
    declarations.filter { $0.kind == .domain }.flatMap { domain in
      domain.interfaces(stack: stack).compactMap { interface in
        guard interface.network == network, case .ip(let address) = interface.address?.value
        else { return nil }
        return NetworkLease(mac: interface.mac, ip: address, name: domain.name)
      }
    }
  }
}

/// The blocks of a resource that its new declaration omits and so removes.
public struct LeftOutBlocks: Sendable {
  /// The resource.
  public let resource: ResourceReference
  /// The blocks as written on one line, such as `disk { size = 1GiB }`.
  public let blocks: [String]

  /// Finds the blocks of an earlier declaration that a later one lacks; nil if there are none.
  ///
  /// A block is identified by its label, or by its position among its kind.
  package init?(of earlier: Declaration, without later: Declaration) {
    // A clone inherits a block that it omits.
    guard earlier.source == nil, later.source == nil else { return nil }
    let kept = Set(Self.keyed(later.body.blocks).map(\.key))
    let blocks = Self.keyed(earlier.body.blocks).filter { !kept.contains($0.key) }.map(\.block)
    guard !blocks.isEmpty else { return nil }
    resource = later.reference
    self.blocks = blocks.map(Self.line)
  }

  /// Finds the devices that a declaration removes from a domain that the session has not declared
  /// before; nil if there are none.
  package init?(of change: Change) {
    guard change.kind == .domain, change.action == .update, change.source == nil else { return nil }
    let blocks = change.properties.filter { $0.name == "device" && $0.to == nil }.map(\.block)
    guard !blocks.isEmpty else { return nil }
    resource = change.reference
    self.blocks = blocks.map { path in
      let parts = path.split(separator: " ", maxSplits: 1).map(String.init)
      let label =
        parts.count == 2 && Int(parts[1]) == nil ? " " + Value.string(parts[1]).literal : ""
      return "\(parts.first ?? path)\(label) { … }"
    }
  }

  private static func keyed(_ blocks: [DeclaredBlock]) -> [(key: String, block: DeclaredBlock)] {
    var counts: [String: Int] = [:]
    return blocks.map { block in
      let name = block.schema.name
      if let label = block.label { return ("\(name) \(label)", block) }
      counts[name, default: 0] += 1
      return ("\(name) #\(counts[name, default: 0])", block)
    }
  }

  private static func line(_ block: DeclaredBlock) -> String {
    let label = block.label.map { " " + Value.string($0).literal } ?? ""
    let parts =
      block.properties.map { "\($0.schema.name) = \($0.value.literal)" } + block.blocks.map(line)
    return "\(block.schema.name)\(label) { \(parts.joined(separator: ", ")) }"
  }
}

/// A libvirt document, parsed once.
///
/// Its tree is never changed. Writers get a copy, which is far cheaper than parsing again.
public final class Document: Sendable {
  /// The text from libvirt, which shows whether the object has changed since.
  public let text: String
  private let tree: Mutex<XMLElement>

  /// Parses a document.
  ///
  /// - Parameters:
  ///   - text: the document.
  ///   - root: the name of its root, such as `domain`.
  /// - Throws: `MalformedXML` if the text is not such a document.
  public init(_ text: String, root: String) throws(MalformedXML) {
    self.text = text
    tree = Mutex(try XMLElement.parse(text, root: root))
  }

  /// Returns a copy of the tree.
  package func element() -> sending XMLElement { tree.withLock { $0.copy() } }

  /// Reads from the tree without a copy; the closure must not change it.
  package func read<Result: Sendable>(_ body: (XMLElement) -> Result) -> Result {
    tree.withLock { body($0) }
  }
}

extension Declaration {
  /// Returns the root that the declaration is written to: that of an earlier document, or a new
  /// one.
  package func root(onto base: Document?) -> XMLElement {
    base?.element() ?? XMLElement(name: rootName)
  }

  private var rootName: String { kind == .net ? "network" : "domain" }
}
