import Libvirt
import TestSupport
import Testing
import VMScriptSyntax

@testable import VMScript
@testable import VMScriptPlan
@testable import VMScriptRuntime

/// Every row that takes effect live names how, and something does it.
@Suite struct LiveChangeTests {
  /// Bodies of a domain before and after a change of a row.
  private static let bodies: [String: (before: String, after: String)] = [
    "title": ("", "title = \"t\""), "description": ("", "description = \"t\""),
    "protect": ("", "protect = true"), "labels": ("", "labels = { a: \"b\" }"),
    "cpus current": ("cpus { max = 4, current = 1 }", "cpus { max = 4, current = 2 }"),
    "memory max": ("memory = 256MiB", "memory = 128MiB"),
    "memory current": (
      "memory { max = 256MiB, current = 128MiB }", "memory { max = 256MiB, current = 256MiB }"
    ),
    "cdrom source": ("cdrom { }", "cdrom { source = \"/medium\" }"),
    "floppy source": ("floppy { }", "floppy { source = \"/medium\" }"),
    "nic net": ("nic { net = a }", "nic { net = b }"),
    "nic bridge": ("nic { bridge = \"a\" }", "nic { bridge = \"b\" }"),
    "nic filter": ("nic { net = a }", "nic { net = a, filter = \"f\" }"),
    "nic filter_parameters": (
      "nic { net = a, filter = \"f\" }",
      "nic { net = a, filter = \"f\", filter_parameters = { IP: \"10.0.0.1\" } }"
    ),
    "nic link": ("nic { net = a, link = false }", "nic { net = a, link = true }"),
    "vnc password": ("vnc { }", "vnc { password = \"p\" }"),
    "spice password": ("spice { }", "spice { password = \"p\" }"),
  ].merging(nested) { $1 }

  /// The rows of blocks in devices, each with a value of its type.
  private static let nested: [String: (before: String, after: String)] = {
    var bodies: [String: (before: String, after: String)] = [:]
    func throttle(_ name: String, _ values: (String, String)) {
      bodies["disk iotune \(name)"] = (
        "disk { size = 1GiB, iotune { \(name) = \(values.0) } }",
        "disk { size = 1GiB, iotune { \(name) = \(values.1) } }"
      )
    }
    let (sizes, numbers) = (("1MiB", "2MiB"), ("1", "2"))
    throttle("size_iops_sec", sizes)
    for direction in ["total", "read", "write"] {
      for (unit, values) in [("bytes", sizes), ("iops", numbers)] {
        for suffix in ["", "_max"] { throttle("\(direction)_\(unit)_sec\(suffix)", values) }
        throttle("\(direction)_\(unit)_sec_max_length", numbers)
      }
    }
    for direction in ["inbound", "outbound"] {
      for row in ["average", "peak", "burst"] {
        func nic(_ value: Int) -> String {
          let average = row == "average" ? "" : "average = 5, "
          return "nic { net = a, bandwidth { \(direction) { \(average)\(row) = \(value) } } }"
        }
        bodies["nic bandwidth \(direction) \(row)"] = (nic(7), nic(8))
      }
    }
    return bodies
  }()

  /// The rows of a kind, each by the names of its blocks and its own.
  private static func rows(_ kind: ResourceKind) -> [(name: String, row: PropertySchema)] {
    SchemaRow.all([kind]).map { row in
      ((row.blocks.map(\.name) + [row.property.name]).joined(separator: " "), row.property)
    }
  }

  @Test(arguments: ResourceKind.allCases)
  func everyLiveRowNamesItsChange(kind: ResourceKind) {
    for (name, row) in Self.rows(kind) {
      #expect((row.impact == .live) == (row.live != nil), "\(kind.rawValue) \(name)")
    }
  }

  @Test func everyChangeIsOfSomeRow() {
    let named = ResourceKind.allCases.flatMap { Schema.resource($0).allProperties }
      .compactMap(\.live)
    #expect(Set(LiveChange.allCases).subtracting(named).isEmpty)
  }

  /// The rows of a domain that are changed by a step of its machine.
  private static let rowsOfMachine = rows(.domain).filter { _, row in
    switch row.live {
    case nil, .growth, .autostart, .power, .lease: false
    default: true
    }
  }

  @Test func everyRowOfAMachineIsTried() {
    #expect(Set(Self.rowsOfMachine.map(\.name)) == Set(Self.bodies.keys))
  }

  @Test(arguments: bodies.keys.sorted())
  func aChangeOfARowMakesAStep(name: String) throws {
    let row = try #require(Self.rowsOfMachine.first { $0.name == name }).row
    let (before, after) = try #require(Self.bodies[name])
    func domain(_ body: String) throws -> Declaration {
      try #require(
        Script.declarations(
          "net a { mode = isolated }\nnet b { mode = isolated }\ndomain web { \(body) }"
        ).last)
    }
    var context = XMLContext(stack: "lab", uuid: "6bc87c1e-71c1-5d2c-a2a2-000000000001")
    let storage = XMLContext.Storage(path: "/disk", format: "qcow2")
    context.disks["disk1"] = storage
    let root = try XMLElement.parse(
      DomainXML.render(domain(before), context: context, onto: nil), root: "domain")
    root.ensure("devices").add("memballoon", ["model": "virtio"])
    let (old, new) = (root.xmlString, try domain(after))
    let medium = XMLContext.Storage(path: "/medium", format: "raw")
    for key in ["cdrom1", "floppy1"] where after.contains("/medium") { context.disks[key] = medium }
    let revision = try DomainXML.revision(new, context: context, live: old, running: old)
    let differences = revision.differences
    #expect(differences.map(\.live) == [row.live] && differences.map(\.impact) == [.live])
    let steps = revision.live
    #expect(steps.contains { step in differences.contains(where: step.makes) }, "\(steps)")
  }
}
