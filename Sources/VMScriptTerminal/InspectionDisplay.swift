import VMScript
import VMScriptRuntime

/// Tables of the resources of a host.
public struct InspectionDisplay: Sendable {
  private let color: Bool

  /// Creates a display with or without colour.
  public init(color: Bool) { self.color = color }

  /// A table for each kind that has resources.
  public func lines(_ inventory: HostInventory) -> [String] {
    var domains = TextTable(["DOMAIN", "STATE", "STACK", "ADDRESS"])
    for domain in inventory.domains {
      domains.add([
        domain.name, domain.state.rawValue, domain.stack,
        domain.unreadable.map { "unreadable: \($0)" }
          ?? domain.addresses.map(\.description).joined(separator: ", "),
      ])
    }
    var networks = TextTable(["NET", "STATE", "STACK", "SUBNET"])
    for network in inventory.networks {
      networks.add([
        network.name, network.isActive ? "running" : "stopped", network.stack,
        network.unreadable.map { "unreadable: \($0)" }
          ?? network.subnets.map(\.description).joined(separator: ", "),
      ])
    }
    var images = TextTable(["IMAGE", "SIZE", "STACK", "POOL"])
    for image in inventory.images {
      images.add([image.name, image.capacity?.description, image.stack, image.pool])
    }
    let tables = [domains, networks, images].filter { !$0.isEmpty }
    return Array(tables.map { $0.lines(color: color) }.joined(separator: [""]))
  }

  /// A row for each temporary stack.
  public func lines(_ stacks: [TemporaryStack]) -> [String] {
    var table = TextTable(["STACK", "EXPIRES", "EXPIRED"])
    for stack in stacks {
      table.add([stack.name, stack.expiry.description, stack.expiry.isPast ? "yes" : "no"])
    }
    return table.isEmpty ? [] : table.lines(color: color)
  }

  /// A row for each resource of a stack.
  public func lines(_ status: StackStatus) -> [String] {
    var table = TextTable(["KIND", "NAME", "STATUS", "DIFFERENCES"])
    for entry in status.entries {
      table.add([
        entry.resource.kind.rawValue, entry.resource.name, entry.standing.rawValue,
        (entry.differences
          + entry.pending.map { "\(PlanLine.Property($0).words) after a restart" })
          .joined(separator: ", "),
      ])
    }
    return table.isEmpty ? [] : table.lines(color: color)
  }

  /// A document as lines of name and value; lists of maps take one line per item.
  public func lines(details: Value) -> [String] {
    guard case .map(let entries) = details else { return [TerminalText.escaped(details.literal)] }
    let shown = entries.filter { !Self.isEmpty($0.value) }
    let width = shown.keys.map { TerminalText.columns(of: $0) }.max() ?? 0
    return shown.flatMap { name, value in
      let rows = name == "snapshots" ? Self.tree(value) : Self.rows(value)
      let heads = [name] + Array(repeating: "", count: max(0, rows.count - 1))
      return zip(heads, rows).map { head, text in
        Style.dim.applied(to: TerminalText.padded(head, to: width), color: color) + "  " + text
      }
    }
  }

  private static func isEmpty(_ value: Value) -> Bool {
    switch value {
    case .none: true
    case .list(let items): items.isEmpty
    default: false
    }
  }

  /// The snapshots, each indented below the one that it was made after; marks the current one.
  private static func tree(_ value: Value) -> [String] {
    guard case .list(let items) = value else { return rows(value) }
    var depths: [String: Int] = [:]
    return items.map { item in
      guard case .map(let entries) = item, case .string(let name)? = entries["name"] else {
        return TerminalText.escaped(item.description)
      }
      var depth = 0
      if case .string(let parent)? = entries["parent"] {
        depth = depths[parent].map { $0 + 1 } ?? 0
      }
      depths[name] = depth
      let mark = entries["current"] == .bool(true) ? " (current)" : ""
      return String(repeating: "  ", count: depth) + TerminalText.escaped(name) + mark
    }
  }

  private static func rows(_ value: Value) -> [String] {
    guard case .list(let items) = value else { return [TerminalText.escaped(value.description)] }
    return items.map { item in
      guard case .map(let entries) = item else { return TerminalText.escaped(item.description) }
      if let from = entries["from"], let to = entries["to"], let name = entries["name"] {
        return TerminalText.escaped("\(name) \(from.literal) → \(to.literal)")
      }
      return TerminalText.escaped(
        entries.map { "\($0.key) \($0.value.description)" }.joined(separator: "  "))
    }
  }
}
