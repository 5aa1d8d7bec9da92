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
    _ declaration: Declaration, context: XMLContext, onto base: Document?
  ) throws(Diagnostic) -> String {
    let root = declaration.root(onto: base)
    try write(declaration, context: context, to: root, isNew: base == nil)
    return root.xmlString
  }

  /// Writes what is declared to a definition.
  ///
  /// - Parameter isNew: whether the definition holds nothing yet.
  /// - Throws: what ``render(_:context:onto:)`` throws.
  package static func write(
    _ declaration: Declaration, context: XMLContext, to root: XMLElement, isNew: Bool
  ) throws(Diagnostic) {
    // These read the mark that is about to be written anew.
    let patches = try XMLPatches(declaration, on: root)
    patches.removeGone(from: root)
    let devices = DomainDevices(declaration, context: context, on: root)
    // A machine stays with the hypervisor that it has unless another one is declared.
    if isNew || declaration.declaredHypervisor(on: context.hypervisor) != nil {
      root["type"] = context.hypervisor
    }
    root.setText(declaration.name, at: "name")
    root.setText(context.uuid, at: "uuid")
    if isNew { addDefaults(root) }
    DomainMetadata(declaration, stack: context.stack, origin: context.origin).write(to: root)
    let (memory, cpus) = (root.text(at: DomainMemory.maximum), root.text(at: DomainCPU.maximum))
    try XMLRows.write(declaration.body, to: root)
    DomainMemory(declaration)?.complete(root, before: memory)
    DomainCPU(declaration)?.complete(root, before: cpus)
    try devices.write(to: root)
    try patches.apply(to: root)
  }

  /// The declared properties in which a domain differs, and the steps that change its machine.
  ///
  /// - Parameters:
  ///   - declaration: the domain as it is wanted.
  ///   - context: what its names mean on the host.
  ///   - definition: its inactive document.
  ///   - running: its document as it runs; nil for one that is off.
  /// - Throws: a diagnostic for an `xml` block that does not fit.
  package static func revision(
    _ declaration: Declaration, context: XMLContext, definition: Document, running: Document? = nil
  ) throws(Diagnostic) -> Revision {
    let root = definition.element()
    let machine = running.map { RunningMachine($0.element()) }
    let devices = DomainDevices(declaration, context: context, on: root)
    var revision = Revision()
    revision.differences = try differences(declaration, devices, in: root, machine)
    revision.leftVolumes = devices.leftVolumes(in: root)
    guard let machine else { return revision }
    let inMachine = try runningDifferences(declaration, devices, definition: root, machine)
    let known = Set(revision.differences.map(\.path))
    revision.differences += inMachine.filter { $0.impact == .live && !known.contains($0.path) }
    let wanted = root.copy()
    try write(declaration, context: context, to: wanted, isNew: false)
    revision.adopt(
      try liveSteps(declaration, devices, wanted: wanted, machine), inMachine: inMachine)
    return revision
  }

  /// In what a definition is not as declared, and when each change takes effect.
  private static func differences(
    _ declaration: Declaration, _ devices: DomainDevices, in root: XMLElement,
    _ machine: RunningMachine?
  ) throws(Diagnostic) -> [PropertyDifference] {
    let context = devices.context
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
    differences += try devices.differences(definition: root, running: machine)
    return try differences + XMLPatches.differences(declaration, definition: root)
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
        let root = bare.root(onto: nil)
        try write(bare, context: context, to: root, isNew: true)
        diagnostics += try XMLPatches.unmatched(domain, in: root)
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
