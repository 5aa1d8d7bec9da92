import VMScript
import VMScriptRuntime
import VMScriptTerminal

/// A value as the shell shows it.
struct ValueDisplay: Sendable {
  /// What the host has, as far as it is known.
  let inventory: HostInventory?

  /// As the language writes it, resources as a table with what the host says of them; nothing for
  /// `none`, which is what a statement without a value gives.
  func lines(_ value: Value) -> [String] {
    if case .none = value { return [] }
    let references = Self.references(value)
    guard !references.isEmpty else { return [Self.cut(value.literal)] }
    var table = TextTable(["KIND", "NAME", "STATE", "ADDRESS"])
    for reference in references {
      let (state, addresses) = facts(reference)
      table.add([reference.kind.rawValue, reference.name, state, addresses])
    }
    return table.lines(color: false)
  }

  /// A few screens of what is too long to be read anyway.
  private static func cut(_ text: String) -> String {
    let limit = 8_000
    guard text.utf8.count > limit else { return text }
    let shown = text.prefix(limit)
    return shown + ShellMessages.isCut(text.count - shown.count)
  }

  /// A resource, or a list of nothing else.
  private static func references(_ value: Value) -> [ResourceReference] {
    switch value {
    case .resource(let reference): return [reference]
    case .list(let items):
      let found = items.flatMap(references)
      return found.count == items.count ? found : []
    default: return []
    }
  }

  private func facts(_ reference: ResourceReference) -> (state: String?, addresses: String?) {
    switch reference.kind {
    case .domain:
      let domain = inventory?.domains.first { $0.name == reference.name }
      return (
        domain?.state.rawValue, domain?.addresses.map(\.description).joined(separator: ", ")
      )
    case .net:
      let network = inventory?.networks.first { $0.name == reference.name }
      return (
        network.map { $0.isActive ? "running" : "stopped" },
        network?.subnets.map(\.description).joined(separator: ", ")
      )
    case .image, .custom: return (nil, nil)
    }
  }
}
