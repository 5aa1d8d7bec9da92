/// A plan as people read it: a line per resource, its sign first, and a summary.
///
/// ```text
/// + domain web-1  clone of web_base  memory 256MiB, nic
/// ~ domain db     memory 256MiB → 512MiB (at next start)
/// - net    lab
/// ! image  base   format raw → qcow2  is replaced  loses data
///
/// lab: 1 to create, 1 to update, 1 to replace, 1 to delete; 1 loses data
/// ```
public struct PlanDisplay: Sendable {
  private let color: Bool

  /// A display that colours its signs, or does not.
  public init(color: Bool) { self.color = color }

  /// The lines of a plan, without line ends.
  ///
  /// - Parameters:
  ///   - stack: the stack's name, with the host where that is to be said.
  ///   - undeclared: resources, such as `net old`, that the stack once made and the script no
  ///     longer names.
  ///   - verbs: what the script does besides, such as `wait web-*`, in order.
  public func lines(
    stack: String, changes: [PlanLine], undeclared: [String] = [], verbs: [String] = []
  ) -> [String] {
    var result = lines(changes)
    result += verbs.map { Style.dim.applied(to: "> \(shown($0))", color: color) }
    result += undeclared.map {
      Style.dim.applied(to: "? \(shown($0))  no longer declared; --prune removes it", color: color)
    }
    if !result.isEmpty { result.append("") }
    result.append(summary(stack: stack, changes))
    return result
  }

  /// The lines of changes alone, without line ends.
  public func lines(_ changes: [PlanLine]) -> [String] {
    let widths = Widths(changes)
    return changes.flatMap { lines(of: $0, widths) }
  }

  private func lines(of change: PlanLine, _ widths: Widths) -> [String] {
    let sign = change.losesData && change.action != .delete ? "!" : change.action.sign
    let style = change.losesData ? .red : change.action.style
    let kind = TerminalText.padded(change.kind, to: widths.kind)
    var head = style.applied(to: sign, color: color) + " \(kind) "
    head += Style.bold.applied(to: shown(change.name), color: color)
    let tail = tail(of: change)
    if !tail.isEmpty {
      let gap = max(0, widths.name - TerminalText.columns(of: shown(change.name)))
      head += String(repeating: " ", count: gap) + "  " + tail.joined(separator: "  ")
    }
    guard change.properties.count > 1 else { return [head] }
    return [head] + change.properties.map { "    " + text(of: $0) }
  }

  /// What stands behind the name.
  private func tail(of change: PlanLine) -> [String] {
    var tail: [String] = []
    if let source = change.source { tail.append("clone of \(shown(source))") }
    if change.properties.count == 1 { tail.append(text(of: change.properties[0])) }
    if !change.outline.isEmpty {
      let outline = TerminalText.fitted(
        shown(change.outline.joined(separator: ", ")), to: Self.outlineLimit)
      tail.append(Style.dim.applied(to: outline, color: color))
    }
    if change.action == .replace { tail.append("is replaced") }
    if change.remains { tail.append("is released, its content stays") }
    if change.losesData { tail.append(Style.red.applied(to: "loses data", color: color)) }
    return tail
  }

  /// Columns that a new resource's outline may take up.
  private static let outlineLimit = 72

  /// How wide the columns of a plan are.
  private struct Widths {
    let kind: Int
    let name: Int

    init(_ changes: [PlanLine]) {
      func widest(_ texts: [String]) -> Int {
        texts.map { TerminalText.columns(of: $0) }.max() ?? 0
      }
      kind = widest(changes.map(\.kind))
      name = min(32, widest(changes.map { TerminalText.escaped($0.name) }))
    }
  }

  private func text(of property: PlanLine.Property) -> String {
    let effect = property.effect.map { Style.dim.applied(to: " (\($0))", color: color) } ?? ""
    return "\(shown(property.name)) \(shown(property.from ?? "none")) → "
      + shown(property.to ?? "none") + effect
  }

  private func summary(stack: String, _ changes: [PlanLine]) -> String {
    guard !changes.isEmpty else { return "\(shown(stack)): nothing to change" }
    let parts = PlanLine.Action.allCases.compactMap { action -> String? in
      let count = changes.count { $0.action == action }
      return count == 0 ? nil : "\(count) to \(action.rawValue)"
    }
    let lost = changes.count { $0.losesData }
    let warning = lost == 0 ? "" : "; \(lost) \(lost == 1 ? "loses" : "lose") data"
    return "\(shown(stack)): \(parts.joined(separator: ", "))\(warning)"
  }

  private func shown(_ text: String) -> String { TerminalText.escaped(text) }
}

extension PlanLine.Action {
  /// The character that stands for the action at the start of a line.
  var sign: String {
    switch self {
    case .create: "+"
    case .update, .replace: "~"
    case .delete: "-"
    }
  }

  var style: Style {
    switch self {
    case .create: .green
    case .update, .replace: .yellow
    case .delete: .red
    }
  }
}
