import VMScript
import VMScriptSyntax

/// A resource that was read from a document.
public struct ImportedResource: Sendable {
  /// The resource as a script would declare it.
  public let declaration: Declaration
  /// The number of `xml` blocks, for what no property describes.
  public var patches: Int { declaration.body.blocks("xml").count }
  /// Whether a new object from the declaration has everything that the document has.
  public let isWhole: Bool
}

/// Reads domains as declarations.
enum DomainImport {
  /// Returns a domain as a script would declare it.
  ///
  /// - Parameter document: the definition.
  /// - Throws: a diagnostic for a domain that no script can declare.
  static func resource(_ document: Document) throws(Diagnostic) -> ImportedResource {
    let found = DocumentMeaning.ofDomain(document.element())
    let name = found.text(at: "name") ?? ""
    let schema = Schema.resource(.domain)
    let devices = ImportedDevices(found)
    var body = RowImport.block(schema, from: found)
    body.properties = body.properties.filter { isDeclared($0, in: found) }
    trimFirmware(&body, found)
    if let type = found["type"], type != "kvm", type != "test",
      let hypervisor = RowImport.declared(schema.property("hypervisor"), .string(type))
    {
      body.properties.append(hypervisor)
    }
    if found.first("features")?.first("acpi") == nil,
      let acpi = RowImport.declared(schema.property("acpi"), .bool(false))
    {
      body.properties.append(acpi)
    }
    body.blocks =
      body.blocks.map { amounts($0, found) }
      .filter { !$0.properties.isEmpty || !$0.blocks.isEmpty } + devices.blocks
    var context = XMLContext(
      stack: "import", uuid: found.text(at: "uuid") ?? "6bc87c1e-71c1-5d2c-a2a2-000000000001",
      hypervisor: found["type"] ?? "qemu")
    context.disks = devices.storage
    let known = RowImport.declaration(.domain, name, body)
    let written = try write(known, context)
    body.blocks += ImportedRest(found, beyond: written, of: .domain).blocks
    let whole = RowImport.declaration(.domain, name, body)
    let result = try? write(whole, context)
    return ImportedResource(
      declaration: whole,
      isWhole: result.map { ImportedRest(found, beyond: $0, of: .domain).isEmpty } ?? false)
  }

  /// Returns the definition of a new domain.
  private static func write(
    _ declaration: Declaration, _ context: XMLContext
  ) throws(Diagnostic) -> XMLElement {
    let root = XMLElement(name: "domain")
    try DomainXML.write(declaration, context: context, to: root, isNew: true)
    return DocumentMeaning.ofDomain(root)
  }

  /// Leaves out what a new domain has anyway.
  private static func isDeclared(_ property: DeclaredProperty, in root: XMLElement) -> Bool {
    switch property.schema.name {
    case "arch": property.value != .string("x86_64")
    case "firmware": property.value != .string("bios")
    // An element that is absent is declared too.
    case "acpi": property.value != .bool(true)
    default: true
    }
  }

  /// Leaves out the features of a firmware that its kind implies.
  private static func trimFirmware(_ body: inout DeclaredBlock, _ root: XMLElement) {
    guard body["firmware"] == .string("uefi_secure") else { return }
    let implied = ["enrolled-keys": "yes", "secure-boot": "yes"]
    if case .map(let features)? = body["firmware_features"],
      features.allSatisfy({ implied[$0.key] == $0.value.description })
    {
      body.properties.removeAll { $0.schema.name == "firmware_features" }
    }
    body.properties.removeAll { $0.schema.name == "smm" && $0.value == .bool(true) }
    for index in body.blocks.indices where body.blocks[index].schema.name == "loader" {
      body.blocks[index].properties.removeAll { $0.schema.name == "secure" }
    }
  }

  /// Completes processors and memory, whose model and amounts no single row describes.
  private static func amounts(_ read: DeclaredBlock, _ root: XMLElement) -> DeclaredBlock {
    var block = read
    switch block.schema.name {
    case "cpus":
      guard let model = DomainCPU.model(in: root),
        let property = RowImport.declared(block.schema.property("model"), .string(model))
      else { return block }
      block.properties.append(property)
    case "memory":
      if block["max"] == block["current"] {
        block.properties.removeAll { $0.schema.name == "current" }
      }
    default: break
    }
    return block
  }
}
