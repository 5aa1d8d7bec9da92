/// A plan for people: a line per resource that begins with a sign, and a summary.
///
/// ```text
/// + domain web-1  clone of web_base  memory 256MiB, nic (net lab)
/// ~ domain db     memory 256MiB → 512MiB (at next start)
/// - net    lab
/// ! image  base   format raw → qcow2  loses data
/// = domain mail   pending restart: memory 128MiB → 256MiB
///
/// lab: 1 to create, 2 to update, 1 to delete; 1 loses data
/// ```
public struct PlanDisplay: Sendable {
  private let color: Bool
  private let columns: Int?
  private let isVerbose: Bool

  /// Creates a display.
  ///
  /// - Parameters:
  ///   - color: colours signs and effects.
  ///   - columns: the width to wrap lines to; nil does not wrap, as for a pipe.
  ///   - isVerbose: lists every property of new resources.
  public init(color: Bool, columns: Int? = nil, isVerbose: Bool = false) {
    self.color = color
    self.columns = columns
    self.isVerbose = isVerbose
  }

  /// The lines of a plan, without newlines.
  ///
  /// - Parameters:
  ///   - stack: the stack's name, optionally with the host.
  ///   - pending: changes that are defined and wait for a restart.
  ///   - undeclared: resources of the stack, such as `net old`, that the script no longer declares.
  ///   - verbs: the verbs of the script, such as `wait web-*`, in order.
  public func lines(
    stack: String, changes: [PlanLine], pending: [PlanLine.Pending] = [],
    undeclared: [String] = [], verbs: [String] = []
  ) -> [String] {
    let widths = Widths(changes, pending)
    var result = changes.flatMap { lines(of: $0, widths) }
    result += pending.flatMap { lines(of: $0, widths) }
    result += verbs.map { Style.dim.applied(to: "> \(shown($0))", color: color) }
    result += undeclared.map {
      Style.dim.applied(to: "? \(shown($0))  no longer declared; --prune removes it", color: color)
    }
    if !result.isEmpty { result.append("") }
    result.append(summary(stack: stack, changes, pending))
    return result
  }

  /// The lines of changes, without newlines.
  public func lines(_ changes: [PlanLine]) -> [String] {
    let widths = Widths(changes, [])
    return changes.flatMap { lines(of: $0, widths) }
  }

  private func lines(of change: PlanLine, _ widths: Widths) -> [String] {
    let losesData = change.losesData && change.action != .delete
    let head = Head(
      sign: losesData ? "!" : change.action.sign,
      style: change.losesData ? .red : change.action.style, kind: change.kind, name: change.name)
    var tail: [Part] = []
    if let source = change.source { tail.append(Part("clone of \(shown(source))")) }
    if change.properties.count == 1 { tail += parts(of: change.properties[0]) }
    if !isVerbose, !change.outline.isEmpty {
      tail.append(Part(shown(change.outline.joined(separator: ", ")), .dim))
    }
    if change.remains { tail.append(Part("is released; its content stays")) }
    // Shown once: on the resource, unless a property shows it.
    let isSaid = change.properties.contains { $0.effect == Self.dataLoss }
    if change.losesData, !isSaid { tail.append(Part(Self.dataLoss, .red)) }
    var result = lines(head, tail, widths)
    if change.properties.count > 1 {
      result += change.properties.flatMap { wrapped(parts(of: $0), indentation: 4) }
    }
    if isVerbose {
      result += change.details.flatMap { property in
        wrapped(
          [Part("\(shown(property.name)) \(shown(property.to ?? "none"))")], indentation: 4)
      }
    }
    return result
  }

  private func lines(of pending: PlanLine.Pending, _ widths: Widths) -> [String] {
    let head = Head(sign: "=", style: .yellow, kind: pending.kind, name: pending.name)
    guard pending.properties.count == 1 else {
      return lines(head, [Part("pending restart:")], widths)
        + pending.properties.flatMap { wrapped(parts(of: $0), indentation: 4) }
    }
    return lines(head, [Part("pending restart: " + shown(pending.properties[0].words))], widths)
  }

  private static let dataLoss = "loses data"

  private func parts(of property: PlanLine.Property) -> [Part] {
    guard let effect = property.effect else { return [Part(shown(property.words))] }
    return [
      Part(shown(property.words)),
      Part("(\(effect))", effect == Self.dataLoss ? .red : .dim, isClose: true),
    ]
  }

  // MARK: Layout

  /// A piece of a line in one style.
  private struct Part {
    let text: String
    let style: Style?
    /// Whether one space separates it, rather than two.
    let isClose: Bool

    init(_ text: String, _ style: Style? = nil, isClose: Bool = false) {
      self.text = text
      self.style = style
      self.isClose = isClose
    }
  }

  /// The start of a line.
  private struct Head {
    let sign: String
    let style: Style
    let kind: String
    let name: String
  }

  private func lines(_ head: Head, _ tail: [Part], _ widths: Widths) -> [String] {
    let name = shown(head.name)
    let gap = max(0, widths.name - TerminalText.columns(of: name))
    let kind = TerminalText.padded(head.kind, to: widths.kind)
    let text =
      head.style.applied(to: head.sign, color: color) + " \(kind) "
      + Style.bold.applied(to: name, color: color)
    guard !tail.isEmpty else { return [text] }
    let used = 2 + TerminalText.columns(of: kind) + 1 + TerminalText.columns(of: name)
    let whole = joined(tail)
    guard let columns, used + gap + 2 + TerminalText.columns(of: whole.plain) > columns else {
      return [text + String(repeating: " ", count: gap + 2) + whole.styled]
    }
    return [text] + wrapped(tail, indentation: 4)
  }

  /// Parts on one line, with and without their styles.
  private func joined(_ parts: [Part]) -> (plain: String, styled: String) {
    parts.enumerated().reduce(into: (plain: "", styled: "")) { line, entry in
      let (position, part) = entry
      let gap = position == 0 ? "" : part.isClose ? " " : "  "
      line.plain += gap + part.text
      line.styled += gap + (part.style?.applied(to: part.text, color: color) ?? part.text)
    }
  }

  /// Parts on indented lines: on one line if they fit, otherwise each wrapped at words.
  private func wrapped(_ parts: [Part], indentation: Int) -> [String] {
    let margin = String(repeating: " ", count: indentation)
    let whole = joined(parts)
    guard let columns, indentation + TerminalText.columns(of: whole.plain) > columns else {
      return [margin + whole.styled]
    }
    return parts.flatMap { part in
      TerminalText.wrapped(part.text, to: max(1, columns - indentation)).map { line in
        margin + (part.style?.applied(to: line, color: color) ?? line)
      }
    }
  }

  /// The widths of the columns of a plan.
  private struct Widths {
    let kind: Int
    let name: Int

    init(_ changes: [PlanLine], _ pending: [PlanLine.Pending]) {
      func widest(_ texts: [String]) -> Int {
        texts.map { TerminalText.columns(of: $0) }.max() ?? 0
      }
      kind = widest(changes.map(\.kind) + pending.map(\.kind))
      let names = changes.map(\.name) + pending.map(\.name)
      name = min(32, widest(names.map { TerminalText.escaped($0) }))
    }
  }

  private func summary(
    stack: String, _ changes: [PlanLine], _ pending: [PlanLine.Pending]
  ) -> String {
    let waiting = pending.isEmpty ? "" : "; \(pending.count) pending restart"
    guard !changes.isEmpty else { return "\(shown(stack)): nothing to change\(waiting)" }
    let parts = PlanLine.Action.allCases.compactMap { action -> String? in
      let count = changes.count { $0.action == action }
      return count == 0 ? nil : "\(count) to \(action.rawValue)"
    }
    let lost = changes.count { $0.losesData }
    let warning = lost == 0 ? "" : "; \(lost) \(lost == 1 ? "loses" : "lose") data"
    return "\(shown(stack)): \(parts.joined(separator: ", "))\(warning)\(waiting)"
  }

  private func shown(_ text: String) -> String { TerminalText.escaped(text) }
}

extension PlanLine.Action {
  /// The character of the action at the start of a line.
  var sign: String {
    switch self {
    case .create: "+"
    case .update: "~"
    case .delete: "-"
    }
  }

  var style: Style {
    switch self {
    case .create: .green
    case .update: .yellow
    case .delete: .red
    }
  }
}
