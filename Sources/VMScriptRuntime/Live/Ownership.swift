import VMScript

/// Whose a resource is, read from libvirt itself: there is no state file.
public struct Ownership: Sendable {
  /// The stack that may own it.
  public let stack: String
  /// The ownership of one stack.
  public init(stack: String) { self.stack = stack }

  /// By its UUID, or, where the script declared the UUID, by the metadata on it.
  public func owns(_ domain: LiveDomain) -> Bool {
    if domain.uuid == Identity.uuid(stack: stack, kind: .domain, name: domain.name) { return true }
    guard let owner = domain.facts.owner else { return false }
    return owner.stack == stack && owner.name == domain.name
  }

  /// By its UUID alone: libvirt keeps metadata of networks from 9.7 on only.
  public func owns(_ network: LiveNetwork) -> Bool {
    network.uuid == Identity.uuid(stack: stack, kind: .net, name: network.name)
  }
}
