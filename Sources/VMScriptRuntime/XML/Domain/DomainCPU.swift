import VMScript
import VMScriptSyntax

/// Number, model and topology of the processors, of which libvirt wants the latter two whole.
enum DomainCPU {
  static func write(_ cpus: DeclaredBlock, to root: XMLElement) throws(Diagnostic) {
    let before = root.text(at: "vcpu")
    try XMLRows.write(cpus, to: root)
    // A new maximum is what it has, unless that is said too.
    if cpus["current"] == nil, root.text(at: "vcpu") != before {
      root.first("vcpu")?["current"] = nil
    }
    if case .string(let model) = cpus["model"] {
      let cpu = root.ensure("cpu")
      cpu.remove("model")
      if modes.contains(model) {
        cpu["mode"] = model
      } else {
        cpu["mode"] = "custom"
        cpu.add("model", text: model)
      }
    }
    let names = ["sockets", "cores", "threads"]
    guard names.contains(where: { cpus[$0] != nil }) else { return }
    let topology = root.ensure("cpu").ensure("topology")
    var count: Int64 = 1
    for name in names {
      var number: Int64 = 1
      if case .int(let declared) = cpus[name] { number = declared }
      topology[name] = String(number)
      count = count.multipliedReportingOverflow(by: number).partialValue
    }
    if cpus["max"] == nil { root.setText(String(count), at: "vcpu") }
  }

  /// The changes; more processors up to the maximum of a running machine are there at once.
  static func differences(
    _ cpus: DeclaredBlock, definition root: XMLElement, running: RunningMachine?
  ) -> [PropertyDifference] {
    let isLive = count(cpus).flatMap { running?.canHave(processors: $0) } ?? false
    var differences = XMLRows.differences(cpus, path: "cpus", live: root) { row in
      row.name == "current" ? (isLive ? .live : .nextStart) : row.impact
    }
    // libvirt leaves it out where it is the maximum.
    if root.text(at: "vcpu/@current") == nil, let maximum = root.text(at: "vcpu") {
      differences.removeAll { $0.name == "current" && $0.to?.description == maximum }
    }
    if let model = cpus.property("model"), let wanted = cpus["model"]?.description {
      let mode = root.text(at: "cpu/@mode")
      let found = mode == "custom" ? root.text(at: "cpu/model") : mode
      if found != wanted {
        differences.append(
          PropertyDifference(
            block: "cpus", name: "model", from: found.map(Value.string), to: model.value,
            impact: model.schema.impact))
      }
    }
    return differences
  }

  /// How many processors the machine shall have.
  static func count(_ cpus: DeclaredBlock) -> Int64? {
    if case .int(let count) = cpus["current"] ?? cpus["max"] { count } else { nil }
  }

  private static let modes: Set<String> = ["host-model", "host-passthrough", "maximum"]
}
