import Foundation
import Libvirt
import SpecSuite
import TestSupport
import Testing
import VMScriptSyntax

@testable import VMScript
@testable import VMScriptPlan
@testable import VMScriptRuntime

@Suite struct EveryRowTests {
  @Test func acceptedValuesComeBackFromLibvirtAsDeclared() async throws {
    var taken: Set<String> = []
    var refusals: [String] = []
    for one in AwkwardDomains.cases {
      // What a check refuses never comes to libvirt.
      guard let declaration = try? Script.declarations(one.statement).first else { continue }
      var context = XMLContext(
        stack: TestHost.name("rows"), uuid: UUID().uuidString.lowercased(), hypervisor: "test")
      // Where a plan would put its disks.
      context.disks["disk1"] = XMLContext.Storage(path: "/pool/disk1", format: "qcow2")
      let xml = try DomainXML.render(declaration, context: context, onto: nil)
      do {
        let defined = try await TestHost.pool.run { connection in
          let domain = try connection.defineDomain(xml: xml)
          let defined = try domain.xml(inactive: true, secure: true)
          try domain.undefine()
          return defined
        }
        let differences = try DomainXML.differences(declaration, context: context, live: defined)
        #expect(differences.isEmpty, "\(one): \(differences.map(\.path))")
        taken.insert(one.row)
      } catch let error as LibvirtError where error.message.contains("Unknown architecture") {
        // A newer libvirt knows it; a plan asks the host.
        continue
      } catch let error as LibvirtError {
        refusals.append("\(one): \(error.message)")
      }
    }
    #expect(refusals.isEmpty, "\(refusals.joined(separator: "\n"))")
    for row in Set(AwkwardDomains.cases.map(\.row)) { #expect(taken.contains(row), "\(row)") }
  }
}

/// Writes every row of the schema to libvirt's XML, reads it back, and changes it.
@Suite struct RowRoundTripTests {
  /// Rows that no document of libvirt's holds, each with the reason.
  private static let elsewhere = [
    "domain uuid": "identifies the domain: a change is refused",
    "domain autostart": "libvirt keeps it beside the definition",
    "domain state": "a start or a shutdown",
    "domain ignition": "written to a file of the host",
    "domain full": "concerns how a clone's disks are made",
    "domain.disk image": "resolved to a volume", "domain.disk size": "a property of the volume",
    "domain.disk format": "a property of the volume", "domain.disk pool": "resolved to a volume",
    "domain.disk moved_from": "resolved to a volume",
    "domain.disk moved_disk": "resolved to a volume",
    "domain.nic ip": "a lease of the network",
    "net protect": "a volume records it",
    "net autostart": "libvirt keeps it beside the definition",
  ].merging(seeded) { reason, _ in reason }.merging(patched) { reason, _ in reason }
  private static let patched = Dictionary(
    SchemaRow.all([.domain, .net]).map { "\($0)" }
      .filter { $0.contains(".xml ") && $0 != "domain.xml append" }
      .map { ($0, "the edits of a block depend on each other: see `XMLEditTests`") }
  ) { first, _ in first }
  private static let seeded = Dictionary(
    SchemaRow.all([.domain]).filter { ["cloud_init", "customize"].contains($0.blocks.first?.name) }
      .map { ("\($0)", "written to the seed image") }
  ) { first, _ in first }

  /// Rows that identify a device: another value is another device.
  private static let identities: Set = [
    "domain.disk dev", "domain.cdrom dev", "domain.floppy dev", "domain.nic mac",
  ]

  /// Values for rows whose type alone admits too much.
  private static let values = [
    "domain.disk bus": ["scsi", "sata", "usb"],  // A target of virtio has another name.
    "domain.cdrom bus": ["scsi", "sata", "usb"],  // As is one of IDE.
    "domain hypervisor": ["kvm", "qemu"],  // `auto` is what the host has.
    "domain.xml append": ["\"<a/>\"", "\"<b c='1'/>\"", "\"<d>&lt;é</d>\""],
    // The modes that leave guests to the host's bridge have no addresses.
    "net mode": ["nat", "isolated", "route", "open"],
    // `true` is the range that follows from the subnet.
    "net dhcp": ["false", "10.91.0.10 ... 10.91.0.20", "10.91.0.11 ... 10.91.0.20"],
    "net.dns txt": ["{ k: \"1\" }", "{ k: \"a = 'b'\" }", "{ k: \"é;x\" }"],
  ]

  /// The entries that a row needs beside those that the schema requires.
  private static let beside = [
    "domain boot": "disk { size = 1MiB }, cdrom { }, floppy { }, nic { net = \"a\" }",
    "domain.disk": "size = 1MiB", "domain.disk source": "format = raw",
    "domain.nic": "net = \"a\"", "domain.nic net": "", "domain.nic bridge": "",
    "domain.nic dev": "",
    "domain.cpus current": "max = 4096", "domain.memory current": "max = 4EiB",
    // A network has addresses; its range would follow them.
    "net": "subnet = 10.91.0.0/24, dhcp = false", "net subnet": "dhcp = false",
    "net dhcp": "subnet = 10.91.0.0/24",
    "net vlan": "mode = bridge, bridge = \"br0\"",
    "net.host mac": "ip = 10.91.0.9", "net.host ip": "mac = \"52:54:00:00:00:09\"",
    "net.route to": "via = 10.91.0.2", "net.route via": "to = 10.92.0.0/24",
    "net.dns.srv": "service = \"ldap\", protocol = tcp, target = \"a.test\", port = 389",
  ]

  /// The paths of the differences of rows that identify entries, from both values.
  private static let entries: [String: @Sendable (String, String) -> [String]] = [
    "domain.xml append": { _, _ in Array(repeating: "xml /domain/features append", count: 2) },
    "net.host mac": { _, _ in ["host one", "host one"] },
    "net.host ip": { _, _ in ["host one"] },
    "net.ipv6 subnet": { _, _ in ["ipv6"] },
    "net.route to": { ["route \($0)", "route \($1)"] },
    "net.route via": { _, _ in ["route 10.92.0.0/24"] },
    "net.dns txt": { _, _ in ["dns txt k"] },
    "net.dns.host ip": { ["dns host \($0)", "dns host \($1)"] },
    "net.dns.srv service": { ["dns srv \($0)", "dns srv \($1)"] },
    "net.dns.srv protocol": { _, _ in ["dns srv ldap", "dns srv ldap"] },
    "net.dns.srv target": { _, _ in ["dns srv ldap", "dns srv ldap"] },
    "net.dns.srv port": { _, _ in ["dns srv ldap", "dns srv ldap"] },
  ]

  private static let rows = SchemaRow.all([.domain, .net])

  @Test func everyRowWithoutADocumentIsNamed() {
    let names = Set(Self.rows.map(\.description))
    let paths = Set(Self.rows.map(\.blockPath))
    let named = Set(Self.elsewhere.keys)
    #expect(named.subtracting(names).isEmpty)
    #expect(Self.rows.filter { $0.property.xml != nil && named.contains("\($0)") }.isEmpty)
    let others = Self.identities.union(Self.values.keys).union(Self.entries.keys)
    #expect(others.subtracting(names).isEmpty)
    #expect(Set(Self.beside.keys).subtracting(names.union(paths)).isEmpty)
  }

  @Test(arguments: rows.filter { elsewhere["\($0)"] == nil })
  func everyValueIsReadAsItWasWritten(row: SchemaRow) throws {
    let samples = try Self.samples(row)
    for sample in samples {
      let found = try sample.differences(from: sample)
      #expect(found.isEmpty, "\(sample): \(found)")
      #expect(try sample.rendered(onto: sample.xml) == sample.xml)
    }
    let pairs = zip(samples, samples.dropFirst() + samples.prefix(1)).filter {
      !row.isSame($0.value, $1.value)
    }
    #expect(!pairs.isEmpty, "no two values for \(row): \(samples)")
    for (old, new) in pairs { try Self.check(row, from: old, to: new) }
  }

  /// Checks the one change from a value to another.
  private static func check(_ row: SchemaRow, from old: Sample, to new: Sample) throws {
    let (name, property) = (row.description, row.property)
    let differences = try new.differences(from: old)
    let comment = Comment(rawValue: "\(name): \(old) → \(new): \(differences)")
    let (before, after) = (row.text(of: old.value), row.text(of: new.value))
    if identities.contains(name) {
      let device = "\(row.differencePath.dropLast(property.name.utf8.count))device"
      #expect(differences.map(\.path) == [device, device], comment)
      return
    }
    if let paths = entries[name] {
      #expect(differences.map(\.path).sorted() == paths(before, after).sorted(), comment)
      let shown = differences.map { difference in
        let values = [difference.from, difference.to].map { $0?.description ?? "" }
        return "\(difference.path) \(values.joined(separator: " "))"
      }.joined(separator: "\n")
      #expect(shown.contains(before) && shown.contains(after), comment)
    } else {
      #expect(differences.map(\.path) == [row.differencePath], comment)
      let (from, to) = (differences.first?.from, differences.first?.to)
      #expect(row.texts(of: from) == row.texts(of: old.value), comment)
      #expect(row.texts(of: to) == row.texts(of: new.value), comment)
      if case .int = old.value { #expect(from == old.value, comment) }
    }
    for difference in differences where name != "domain.xml append" {
      switch property.live {
      // These take effect at once only where the machine has room.
      case .memory, .processors: break
      default: #expect(difference.impact == property.impact, comment)
      }
      // The live changes of a network are those of its entries.
      guard row.kind == .domain || property.xml != nil else { continue }
      #expect(difference.live == property.live, comment)
    }
    if row.kind == .net {
      let changes = try NetworkXML.revision(
        new.declaration, context: new.context, live: old.xml, running: old.xml
      ).entries
      #expect(changes.isEmpty == (property.live == nil), comment)
    }
  }

  // MARK: Samples

  /// A declaration with one value of a row.
  private struct Sample: CustomStringConvertible {
    let value: Value
    let declaration: Declaration
    let context: XMLContext
    private(set) var xml = ""

    var description: String { value.literal }

    init?(_ row: SchemaRow, script: String) throws {
      guard let declaration = try? Script.declarations(script).first,
        let value = row.value(in: declaration)
      else { return nil }
      self.value = value
      self.declaration = declaration
      var context = XMLContext(stack: "lab", uuid: "6bc87c1e-71c1-5d2c-a2a2-000000000001")
      if case .string(let word) = declaration.body["hypervisor"] { context.hypervisor = word }
      for drive in declaration.body.blocks where drive.schema.identity == .target {
        let name = drive.schema.name
        guard name == "disk" || drive["source"] != nil else { continue }
        let path = drive["source"]?.description ?? "/pool/disk"
        context.disks["\(name)1"] = XMLContext.Storage(path: path, format: "raw")
      }
      self.context = context
      xml = try rendered(onto: nil)
    }

    func rendered(onto base: String?) throws -> String {
      let root = declaration.kind == .net ? "network" : "domain"
      let document = try base.map { try Document($0, root: root) }
      return declaration.kind == .net
        ? try NetworkXML.render(declaration, context: context, onto: document)
        : try DomainXML.render(declaration, context: context, onto: document)
    }

    /// The changes that lead from another declaration, of an object that runs.
    func differences(from old: Sample) throws -> [PropertyDifference] {
      declaration.kind == .net
        ? try NetworkXML.differences(
          declaration, context: context, live: old.xml, running: old.xml)
        : try DomainXML.differences(
          declaration, context: context, live: old.xml, running: old.xml)
    }
  }

  /// Declarations with different values of a row; values that a script refuses are left out.
  private static func samples(_ row: SchemaRow) throws -> [Sample] {
    var source = SampleValues(seed: 0x5EED)
    let literals = values[row.description] ?? source.literals(for: row.property)
    return try literals.compactMap { literal in
      var body = joined(["\(row.property.name) = \(literal)"] + companions(of: row))
      for (depth, block) in row.blocks.enumerated().reversed() {
        let outer = SchemaRow(
          kind: row.kind, blocks: Array(row.blocks.prefix(depth)), property: row.property)
        let others =
          entries(beside[outer.blockPath], without: nil)
          + required(outer.block, without: block.name)
        body = joined(["\(block.name)\(label(of: block)) { \(body) }"] + others)
      }
      return try Sample(row, script: "\(row.kind.rawValue) x { \(body) }")
    }
  }

  private static func joined(_ entries: [String]) -> String { entries.joined(separator: ", ") }

  private static func label(of block: BlockSchema) -> String {
    switch block.label {
    case .none: ""
    case .optional: block.isDevice ? "" : " one"
    case .required: " one"
    case .anyText: " \"/domain/features\""
    }
  }

  /// The entries that a row needs: from the list, the schema and the table of combinations.
  private static func companions(of row: SchemaRow) -> [String] {
    let listed = entries(
      beside[row.description] ?? beside[row.blockPath], without: row.property.name)
    let needed = Combination.all.compactMap { combination -> String? in
      guard combination.block == row.block.name,
        case .needs(let term, let others) = combination.relation, term.name == row.property.name,
        let other = others.first
      else { return nil }
      return entry(other.name, of: row.block, other.values.first)
    }
    let found = listed + required(row.block, without: row.property.name) + needed
    var names: Set<Substring> = []
    return found.filter { names.insert($0.prefix { $0 != " " }).inserted || $0.hasSuffix("}") }
  }

  private static func entries(_ text: String?, without name: String?) -> [String] {
    (text ?? "").split(separator: ", ").map(String.init).filter { entry in
      name.map { !entry.hasPrefix("\($0) =") } ?? true
    }
  }

  private static func required(_ block: BlockSchema, without name: String) -> [String] {
    block.properties.filter { $0.isRequired && $0.name != name }.compactMap {
      entry($0.name, of: block, nil)
    }
  }

  private static func entry(_ name: String, of block: BlockSchema, _ value: String?) -> String? {
    guard let property = block.property(name) else { return nil }
    var source = SampleValues(seed: 1)
    let literal = value ?? source.literals(for: property).first { $0 != "\"\"" }
    return literal.map { "\(name) = \($0)" }
  }
}

extension SchemaRow {
  /// The path that a difference of the row has.
  fileprivate var differencePath: String {
    var names = blocks.map { $0.isDevice && $0.repeats ? "\($0.name) 1" : $0.name }
    if blocks.isEmpty || property.name != block.shorthand { names.append(property.name) }
    return names.joined(separator: " ")
  }

  /// The value that a declaration has in the row.
  fileprivate func value(in declaration: Declaration) -> Value? {
    blocks.reduce(Optional(declaration.body)) { $0?.block($1.name) }?[property.name]
  }

  /// A value as libvirt's XML has it.
  fileprivate func texts(of value: Value?) -> [String] {
    if let place = property.xml { return place.texts(of: value ?? .none) }
    switch value {
    case nil, Value.none?, .bool(false)?: return []
    case .resource(let resource)?: return [resource.name.replacing(" ", with: "")]
    case let value?: return [value.description.replacing(" ", with: "")]
    }
  }

  /// Whether two values mean the same to libvirt.
  fileprivate func isSame(_ a: Value, _ b: Value) -> Bool {
    guard let place = property.xml else { return texts(of: a) == texts(of: b) }
    return place.isSame(texts(of: a), texts(of: b)) || place.isSame(texts(of: b), texts(of: a))
  }

  /// A value as the difference of an entry shows it.
  fileprivate func text(of value: Value) -> String {
    switch (property.type, value) {
    case (.cidr6, _): String(value.description.prefix { $0 != "/" })
    case (.map, .map(let entries)): entries.values.map(\.description).joined()
    default: value.description
    }
  }
}
