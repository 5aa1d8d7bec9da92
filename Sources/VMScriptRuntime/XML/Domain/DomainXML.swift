import VMScript
import VMScriptSyntax

/// A domain's declaration as libvirt's XML, and back.
public enum DomainXML {
  /// The XML that defines the domain: onto nothing for a new one, onto the source's stripped XML
  /// for a clone of a host's domain, onto the inactive XML for an update.
  ///
  /// Devices that were made for blocks which the script no longer has are taken out. A property that
  /// it no longer has stays as it is.
  ///
  /// - Throws: a diagnostic for text that XML cannot hold and for an `xml` block that does not fit.
  public static func render(
    _ declaration: Declaration, context: XMLContext, onto base: String?
  ) throws(Diagnostic) -> String {
    let root = try declaration.document(onto: base)
    // These read the mark that is about to be written anew.
    let patches = try XMLPatches(declaration, on: root)
    patches.removeGone(from: root)
    let devices = DomainDevices(declaration, context: context, on: root)
    // A machine stays with the hypervisor that it has unless another one is declared.
    if base == nil || declaration.declaredHypervisor(on: context.hypervisor) != nil {
      root["type"] = context.hypervisor
    }
    root.setText(declaration.name, at: "name")
    root.setText(context.uuid, at: "uuid")
    if base == nil { addDefaults(root) }
    DomainMetadata(declaration, stack: context.stack, origin: context.origin).write(to: root)
    let (memory, cpus) = (root.text(at: DomainMemory.maximum), root.text(at: DomainCPU.maximum))
    try XMLRows.write(declaration.body, to: root)
    DomainMemory(declaration)?.complete(root, before: memory)
    DomainCPU(declaration)?.complete(root, before: cpus)
    try devices.write(to: root)
    try patches.apply(to: root)
    return root.xmlString
  }

  /// The declared properties in which a domain is otherwise, and when each change takes effect.
  ///
  /// - Parameters:
  ///   - declaration: the domain as it is wanted.
  ///   - context: what its names mean on the host.
  ///   - live: its inactive XML.
  ///   - running: its XML as it runs; nil for one that is off.
  /// - Throws: a diagnostic if one of them is no domain's XML.
  public static func differences(
    _ declaration: Declaration, context: XMLContext, live: String, running: String? = nil
  ) throws(Diagnostic) -> [PropertyDifference] {
    let root = try declaration.document(live)
    let machine = try running.map { (text) throws(Diagnostic) in
      RunningMachine(try declaration.document(text))
    }
    let (memory, cpus) = (DomainMemory(declaration), DomainCPU(declaration))
    var differences = XMLRows.differences(declaration.body, path: [], live: root) { row in
      switch row.live {
      case .memory: memory?.impact(of: row, machine) ?? .nextStart
      case .processors: cpus?.impact(machine) ?? .nextStart
      // What only describes the machine disturbs nobody while it is off.
      case .some: machine == nil ? .none : row.impact
      case nil: row.impact
      }
    }
    cpus?.complete(&differences, definition: root)
    if let labels = declaration.body.property("labels"),
      let change = DomainMetadata.difference(labels, live: root)
    {
      differences.append(machine == nil ? change.with(impact: .none) : change)
    }
    if let wanted = declaration.declaredHypervisor(on: context.hypervisor), wanted != root["type"] {
      differences.append(
        PropertyDifference(
          name: "hypervisor", from: root["type"].map(Value.string), to: .string(wanted),
          impact: .nextStart))
    }
    let devices = DomainDevices(declaration, context: context, on: root)
    differences += try devices.differences(definition: root, running: machine)
    differences += try XMLPatches.differences(declaration, definition: root)
    guard let machine else { return differences }
    let known = Set(differences.map(\.path))
    return try differences
      + runningDifferences(declaration, devices, definition: root, machine).filter {
        $0.impact == .live && !known.contains($0.path)
      }
  }

  /// In what a running machine is not as declared though its definition is, such as a device that
  /// was unplugged by hand; all else waits for its next start.
  private static func runningDifferences(
    _ declaration: Declaration, _ devices: DomainDevices, definition: XMLElement,
    _ machine: RunningMachine
  ) throws(Diagnostic) -> [PropertyDifference] {
    let texts = XMLRows.differences(declaration.body, path: [], live: machine.root).filter {
      $0.live != .memory && $0.live != .processors
    }
    let labels = declaration.body.property("labels").flatMap {
      DomainMetadata.difference($0, live: machine.root)
    }
    let amounts = [DomainMemory(declaration)?.lack(machine), DomainCPU(declaration)?.lack(machine)]
    let result = texts + [labels].compactMap(\.self) + amounts.compactMap(\.self)
    return try result + devices.runningDifferences(definition: definition, machine)
  }

  /// The `xml` blocks of new domains that find nothing, as far as scripts alone tell: without a host,
  /// the paths of storage and the content of a clone's source are not known.
  public static func unmatchedPatches(of set: DeclarationSet) -> [Diagnostic] {
    var diagnostics: [Diagnostic] = []
    for domain in set.declarations where domain.body.block("xml") != nil {
      if case .host = domain.source { continue }
      do throws(Diagnostic) {
        let bare = domain.withoutBlocks("xml")
        let storage = XMLContext.Storage(path: "/storage", format: "qcow2")
        var context = XMLContext(stack: set.stack, uuid: "")
        context.seed = domain.body.block("cloud_init").map { _ in storage.path }
        for (slot, _) in DomainDisks(bare, context: context).slots where !slot.isEmptied {
          context.disks[slot.key] = storage
        }
        let text = try render(bare, context: context, onto: nil)
        diagnostics += try XMLPatches.unmatched(domain, in: domain.document(text))
      } catch { diagnostics.append(error) }
    }
    return diagnostics
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

extension Declaration {
  /// The domain type that is declared; nil where it is left to the host, and for libvirt's test driver
  /// on which there is but one.
  func declaredHypervisor(on host: String) -> String? {
    guard case .string(let word) = body["hypervisor"], word != "auto", host != "test" else {
      return nil
    }
    return word
  }
}
