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
    "domain.cpus current": ["1", "2", "8"],
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
    #expect(Set(RowSamples.names).subtracting(names.union(paths)).isEmpty)
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
    if identities.contains(name) || row.isIdentity && row.block.isDevice {
      #expect(differences.map(\.name) == ["device", "device"], comment)
      return
    }
    if let paths = entries[name]?(before, after) ?? row.entryPaths(before, after, new.declaration) {
      #expect(differences.map(\.path).sorted() == paths.sorted(), comment)
      let shown = differences.map { difference in
        let values = [difference.from, difference.to].map { $0?.description ?? "" }
        return "\(difference.path) \(values.joined(separator: " "))"
      }.joined(separator: "\n")
      #expect(shown.contains(before) && shown.contains(after), comment)
    } else {
      #expect(differences.map(\.path) == [row.differencePath(in: new.declaration)], comment)
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
      let body = RowSamples.body(row, value: literal)
      return try Sample(row, script: "\(row.kind.rawValue) x { \(body) }")
    }
  }
}

extension SchemaRow {
  /// Whether another value is another entry.
  fileprivate var isIdentity: Bool {
    if case .properties(let names) = block.identity { names.contains(property.name) } else { false }
  }

  /// The path that a difference of the row has.
  fileprivate func differencePath(in declaration: Declaration) -> String {
    var body: DeclaredBlock? = declaration.body
    var names = blocks.map { block -> String in
      body = body?.block(block.name)
      if let subject = block.subject.flatMap({ body?[$0] }), block.isDevice {
        return "\(block.name) \(subject)"
      }
      switch block.identity {
      case .target, .mac: return "\(block.name) 1"
      case .position, .properties: return block.name
      }
    }
    if blocks.isEmpty || property.name != block.shorthand { names.append(property.name) }
    return names.joined(separator: " ")
  }

  /// The paths of the differences of an entry of a list in a domain; nil for other rows.
  fileprivate func entryPaths(
    _ before: String, _ after: String, _ declaration: Declaration
  ) -> [String]? {
    guard kind == .domain, block.repeats, !block.isDevice, block.xml != nil,
      case .properties(let names) = block.identity, let first = names.first
    else { return nil }
    let path = blocks.map(\.name).joined(separator: " ")
    if isIdentity { return ["\(path) \(before)", "\(path) \(after)"] }
    let entry = blocks.reduce(Optional(declaration.body)) { $0?.block($1.name) }
    return ["\(path) \(entry?[first]?.description ?? "")"]
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

  /// Whether libvirt spells values in its own way.
  private var isRespelled: Bool {
    switch property.xml?.codec {
    case .size, .cpuset: true
    default: false
    }
  }

  /// A value as the difference of an entry shows it.
  fileprivate func text(of value: Value) -> String {
    switch (property.type, value) {
    case (.cidr6, _): String(value.description.prefix { $0 != "/" })
    case _ where isRespelled:
      property.xml.flatMap { $0.value(of: $0.texts(of: value), as: property.type) }?.description
        ?? value.description
    case (.map, .map(let entries)): entries.values.map(\.description).joined()
    default: value.description
    }
  }
}
