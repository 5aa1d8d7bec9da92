import VMScript

/// Number, model and topology of the processors, of which libvirt wants the latter two whole.
struct DomainCPU {
  private let block: DeclaredBlock
  /// How many processors the machine shall have; nil where that is not said.
  package let count: Int64?

  /// Reads a declaration; nil where it says nothing of processors.
  init?(_ declaration: Declaration) {
    guard let block = declaration.body.block("cpus") else { return nil }
    self.block = block
    count = if case .int(let count) = block["current"] ?? block["max"] { count } else { nil }
  }

  /// Writes what no row says alone.
  ///
  /// - Parameter before: the maximum from before the rows were written.
  package func complete(_ root: XMLElement, before: String?) {
    // A new maximum is what it has, unless that is said too.
    if block["current"] == nil, root.text(at: Self.maximum) != before {
      root.first("vcpu")?["current"] = nil
    }
    if case .string(let model) = block["model"] {
      let cpu = root.ensure("cpu")
      cpu.remove("model")
      if Self.modes.contains(model) {
        cpu["mode"] = model
      } else {
        cpu["mode"] = "custom"
        cpu.add("model", text: model)
      }
    }
    let names = ["sockets", "cores", "threads"]
    guard names.contains(where: { block[$0] != nil }) else { return }
    let topology = root.ensure("cpu").ensure("topology")
    var count: Int64 = 1
    for name in names {
      var number: Int64 = 1
      if case .int(let declared) = block[name] { number = declared }
      topology[name] = String(number)
      count = count.multipliedReportingOverflow(by: number).partialValue
    }
    if block["max"] == nil { root.setText(String(count), at: Self.maximum) }
  }

  /// When a change of a row that can be live takes effect: more processors up to the maximum of a
  /// running machine are there at once.
  package func impact(_ running: RunningMachine?) -> Impact {
    count.flatMap { running?.canHave(processors: $0) } ?? false ? .live : .nextStart
  }

  /// Adds to the differences of the rows what none of them says alone.
  package func complete(_ differences: inout [PropertyDifference], definition root: XMLElement) {
    // libvirt leaves it out where it is the maximum.
    if root.text(at: "vcpu/@current") == nil, let maximum = root.text(at: Self.maximum) {
      differences.removeAll { $0.live == .processors && $0.to?.description == maximum }
    }
    if let model = block.property("model"), let wanted = block["model"]?.description {
      let mode = root.text(at: "cpu/@mode")
      let found = mode == "custom" ? root.text(at: "cpu/model") : mode
      if found != wanted {
        differences.append(
          PropertyDifference(
            block: "cpus", name: "model", from: found.map(Value.string), to: model.value,
            impact: model.schema.impact))
      }
    }
  }

  /// The difference of a running machine that has fewer processors and can have more.
  func lack(_ machine: RunningMachine) -> PropertyDifference? {
    guard let count, let present = machine.processors, machine.canHave(processors: count) else {
      return nil
    }
    return PropertyDifference(
      block: block.schema.name, name: "current", from: .int(present), to: .int(count),
      impact: .live, live: .processors)
  }

  /// Where the maximum stands in a definition.
  static let maximum = "vcpu"

  private static let modes: Set<String> = ["host-model", "host-passthrough", "maximum"]
}
