import VMScript
import VMScriptSyntax

/// A domain's declaration as libvirt's XML, and back.
public enum DomainXML {
  /// The XML that defines the domain: onto nothing for a new one, onto the source's stripped XML
  /// for a clone of a host's domain, onto the inactive XML for an update.
  ///
  /// - Throws: a diagnostic for text that XML cannot hold and for an `xml` block that does not fit.
  public static func render(
    _ declaration: Declaration, context: XMLContext, onto base: String?
  ) throws(Diagnostic) -> String {
    let root =
      try base.map { (text) throws(Diagnostic) in try parse(text, declaration) }
      ?? XMLElement(name: "domain")
    root["type"] = context.hypervisor
    root.setText(declaration.name, at: "name")
    root.setText(context.uuid, at: "uuid")
    if base == nil { addDefaults(root) }
    DomainMetadata(declaration, stack: context.stack).write(to: root)
    try XMLRows.write(declaration.body, to: root)
    if let cpus = declaration.body.block("cpus") { DomainCPU.write(cpus, to: root) }
    try DomainDevices(declaration, context: context).write(to: root)
    try XMLPatch.apply(declaration, to: root)
    return root.xmlString
  }

  /// The declared properties in which a live domain, given as its inactive XML, is otherwise.
  ///
  /// - Throws: a diagnostic if `live` is no domain's XML.
  public static func differences(
    _ declaration: Declaration, context: XMLContext, live: String
  ) throws(Diagnostic) -> [PropertyDifference] {
    let root = try parse(live, declaration)
    var differences = XMLRows.differences(declaration.body, path: "", live: root)
    if let labels = declaration.body.property("labels"),
      let change = DomainMetadata.difference(labels, live: root)
    {
      differences.append(change)
    }
    return differences + DomainDevices(declaration, context: context).differences(live: root)
  }

  private static func parse(
    _ text: String, _ declaration: Declaration
  ) throws(Diagnostic) -> XMLElement {
    do { return try .parse(text, root: "domain") } catch {
      throw XMLMessages.malformed(declaration, error)
    }
  }

  /// What a new domain has where nothing is declared.
  private static func addDefaults(_ root: XMLElement) {
    root.add("memory", ["unit": "KiB"], text: "1048576")
    root.setText("1", at: "vcpu")
    root.setText("hvm", at: "os/type")
    root.ensure("features").add("acpi")
    root.add("clock", ["offset": "utc"])
    root.add("devices")
  }
}

/// Model and topology of the processors, which libvirt wants whole.
enum DomainCPU {
  static func write(_ cpus: DeclaredBlock, to root: XMLElement) {
    if case .string(let model) = cpus["model"] {
      let cpu = root.ensure("cpu")
      cpu.remove("model")
      if ["host-model", "host-passthrough", "maximum"].contains(model) {
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
}
