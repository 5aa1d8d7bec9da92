import VMScript

/// Whose a resource is, read from libvirt itself: there is no state file.
public struct Ownership: Sendable {
  /// The stack that may own it.
  public let stack: String
  /// By UUID, the names of the domains that a script gives a UUID of its own.
  private let declared: [String: String]

  /// The ownership of one stack.
  public init(stack: String) {
    self.stack = stack
    declared = [:]
  }

  /// The ownership of a script's stack, which knows the UUIDs that the script declares.
  package init(_ set: DeclarationSet) {
    stack = set.stack
    declared = Dictionary(
      set.declarations.filter { $0.kind == .domain }.compactMap { domain in
        domain.body["uuid"]?.text.map { ($0.lowercased(), domain.name) }
      }
    ) { first, _ in first }
  }

  /// By its UUID, or, where the script declared the UUID, by the metadata on it.
  public func owns(_ domain: LiveDomain) -> Bool { madeName(of: domain) != nil }

  /// The name that the stack made a domain by, whatever it is called now; nil for one of others.
  ///
  /// A copy that somebody made by hand carries the mark of its original and another UUID.
  public func madeName(of domain: LiveDomain) -> String? {
    func isMade(by name: String) -> Bool {
      domain.uuid == Identity.uuid(stack: stack, kind: .domain, name: name)
    }
    if isMade(by: domain.name) { return domain.name }
    guard let owner = domain.facts.owner, owner.stack == stack else { return nil }
    guard owner.name == domain.name || isMade(by: owner.name) || declared[domain.uuid] == owner.name
    else { return nil }
    return owner.name
  }

  /// By its UUID alone, as nothing renames a network.
  public func owns(_ network: LiveNetwork) -> Bool {
    network.uuid == Identity.uuid(stack: stack, kind: .net, name: network.name)
  }
}
