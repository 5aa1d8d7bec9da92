import Synchronization
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

/// An address that is declared for an interface.
package struct FixedAddress: Sendable {
  /// The interface's own, where it declares none and was not made yet.
  package let mac: MACAddress
  package let ip: IPAddress
  /// The network whose DHCP server gives it.
  package let network: String?
  /// The interface's label or position.
  package let interface: String
}

extension DeclarationSet {
  /// What the XML of one declaration needs to know of the others and of the host.
  ///
  /// - Parameters:
  ///   - uuid: the live object's, which never changes; nil for what does not exist yet.
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

  /// The fixed address that `ip` of a domain means: that of its first interface that has one.
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

  /// As declared; else running, but stopped for a domain that is cloned from.
  func wantedState(of declaration: Declaration) -> LiveDomain.State {
    if let declared = declaration.declaredState { return declared }
    let isClonedFrom = declarations.contains {
      if case .declared(declaration.name) = $0.source { true } else { false }
    }
    return isClonedFrom ? .stopped : .running
  }

  /// The fixed addresses that interfaces of the script's domains have on a network.
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

/// The blocks of a resource that its new declaration leaves out, and so takes from it.
public struct LeftOutBlocks: Sendable {
  /// The resource.
  public let resource: ResourceReference
  /// The blocks as a script writes them on a line, such as `disk { size = 1GiB }`.
  public let blocks: [String]

  /// The blocks of an earlier declaration that a later one lacks; nil where there are none.
  ///
  /// A block is known by its label, one without by its position among its kind.
  package init?(of earlier: Declaration, without later: Declaration) {
    // A clone that leaves a block out inherits it.
    guard earlier.source == nil, later.source == nil else { return nil }
    let kept = Set(Self.keyed(later.body.blocks).map(\.key))
    let blocks = Self.keyed(earlier.body.blocks).filter { !kept.contains($0.key) }.map(\.block)
    guard !blocks.isEmpty else { return nil }
    resource = later.reference
    self.blocks = blocks.map(Self.line)
  }

  /// The devices that a declaration takes from a domain which the session has not declared before; nil
  /// where there are none.
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

/// A document of libvirt's, parsed once where it is read.
///
/// Nobody changes its tree: whoever writes gets a copy, which costs far less than another parse.
public final class Document: Sendable {
  /// The text as libvirt gave it, which shows whether the object has changed since.
  public let text: String
  private let tree: Mutex<XMLElement>

  /// Parses a document.
  ///
  /// - Parameters:
  ///   - text: the document.
  ///   - root: the name of its root, such as `domain`.
  /// - Throws: `MalformedXML` for text that is no such document.
  public init(_ text: String, root: String) throws(MalformedXML) {
    self.text = text
    tree = Mutex(try XMLElement.parse(text, root: root))
  }

  /// A copy of the tree.
  package func element() -> sending XMLElement { tree.withLock { $0.copy() } }

  /// Reads from the tree without a copy; the closure must not change it.
  package func read<Result: Sendable>(_ body: (XMLElement) -> Result) -> Result {
    tree.withLock { body($0) }
  }
}

extension Declaration {
  /// A document that the host has, or shall have, for the declaration.
  ///
  /// - Throws: a diagnostic for text that is no document of the declaration's kind.
  package func document(_ text: String) throws(Diagnostic) -> Document {
    do { return try Document(text, root: rootName) } catch {
      throw XMLMessages.malformed(self, error)
    }
  }

  /// The root that the declaration is written to: of an earlier document, or of a new one.
  package func root(onto base: Document?) -> XMLElement {
    base?.element() ?? XMLElement(name: rootName)
  }

  private var rootName: String { kind == .net ? "network" : "domain" }
}
