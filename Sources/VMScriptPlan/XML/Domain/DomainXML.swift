import VMScript
import VMScriptSyntax

/// Writes a domain's declaration as libvirt XML, and compares both.
public enum DomainXML {
  /// Writes a declaration into a definition. A new domain starts empty, a clone of a host's domain
  /// from the source's stripped XML, and an update from the inactive XML.
  ///
  /// Devices that were added for blocks which the script no longer has are removed. A property
  /// that it no longer has stays.
  ///
  /// - Parameter isNew: whether the definition is still empty.
  /// - Returns: the effects of patches that the definition did not have.
  /// - Throws: a diagnostic for text that XML cannot hold and for an `xml` block that does not
  ///   match.
  @discardableResult
  package static func write(
    _ declaration: Declaration, context: XMLContext, to root: XMLElement, isNew: Bool
  ) throws(Diagnostic) -> [PropertyDifference] {
    // These read the mark before it is rewritten.
    var patches = try XMLPatches(declaration, on: root)
    patches.undo(in: root)
    let devices = DomainDevices(declaration, context: context, on: root)
    // A machine keeps its hypervisor unless another one is declared.
    if isNew || declaration.declaredHypervisor(on: context.hypervisor) != nil {
      root["type"] = context.hypervisor
    }
    root.setText(declaration.name, at: "name")
    root.setText(context.uuid, at: "uuid")
    if isNew { addDefaults(root) }
    DomainMetadata(declaration, context: context).write(to: root)
    let (memory, cpus) = (root.text(at: DomainMemory.maximum), root.text(at: DomainCPU.maximum))
    try XMLRows.write(declaration.body, to: root)
    DomainMemory(declaration)?.complete(root, before: memory)
    DomainCPU(declaration)?.complete(root, before: cpus)
    try devices.write(to: root)
    shareMemory(of: declaration, in: root)
    Ignition.write(context.ignition, to: root, of: declaration, stack: context.stack)
    return try patches.apply(to: root, isNew: isNew)
  }

  /// Returns the declared properties in which a domain differs, and the steps that change its
  /// machine.
  ///
  /// - Parameters:
  ///   - declaration: the declared domain.
  ///   - context: the resolved names and storage.
  ///   - definition: its inactive document.
  ///   - running: the document of the running domain; nil if it is stopped.
  /// - Throws: a diagnostic for an `xml` block that does not match.
  package static func revision(
    _ declaration: Declaration, context: XMLContext, definition: Document, running: Document? = nil
  ) throws(Diagnostic) -> Revision {
    // Rows and devices are compared without the changes of patches.
    let stored = definition.element()
    let root = XMLPatches.undoingChanges(of: stored, in: definition.element())
    let machine = running.map {
      RunningMachine(XMLPatches.undoingChanges(of: stored, in: $0.element()))
    }
    let devices = DomainDevices(declaration, context: context, on: root)
    let wanted = definition.element()
    let ofPatches = try write(declaration, context: context, to: wanted, isNew: false)
    var revision = Revision()
    revision.differences = try differences(declaration, devices, in: root, machine) + ofPatches
    revision.leftVolumes = devices.leftVolumes(in: root)
    guard let machine else { return revision }
    let inMachine = try runningDifferences(declaration, devices, definition: root, machine)
    let known = Set(revision.differences.map(\.path))
    revision.differences += inMachine.filter { $0.impact == .live && !known.contains($0.path) }
    revision.adopt(
      try liveSteps(declaration, devices, wanted: wanted, machine), inMachine: inMachine)
    return revision
  }

  /// Returns the differences of a definition, and when each change takes effect.
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
      // A description of the machine has no effect while it is stopped.
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
    if let change = DomainMetadata.difference(
      ofProtection: declaration, expiry: context.expiry, live: root)
    {
      differences.append(machine == nil ? change.with(impact: .none) : change)
    }
    if let wanted = declaration.declaredHypervisor(on: context.hypervisor), wanted != root["type"] {
      differences.append(
        PropertyDifference(
          name: "hypervisor", from: root["type"].map(Value.string), to: .string(wanted),
          impact: .nextStart))
    }
    return try differences + devices.differences(definition: root, running: machine)
  }

  /// Returns the differences of a running machine whose definition matches, such as a device that
  /// was unplugged by hand. All other differences wait for its next start.
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

  /// Lets virtiofsd map the memory of a machine with a new share, unless the script says otherwise.
  private static func shareMemory(of declaration: Declaration, in root: XMLElement) {
    let memory = declaration.body.block("memory")
    let isShared = root.first("devices")?.all("filesystem").contains {
      $0.text(at: "driver/@type") == "virtiofs"
    }
    guard isShared ?? false, memory?["access"] == nil,
      root.first("memoryBacking")?.first("access") == nil
    else { return }
    let backing = root.ensure("memoryBacking")
    if memory?["source"] == nil, backing.first("source") == nil {
      backing.setText("memfd", at: "source/@type")
    }
    backing.setText("shared", at: "access/@mode")
  }

  /// Writes the defaults of a new domain.
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
  /// Returns the declared domain type; nil if the host chooses, and for libvirt's test driver,
  /// which has only one.
  func declaredHypervisor(on host: String) -> String? {
    guard case .string(let word) = body["hypervisor"], word != "auto", host != "test" else {
      return nil
    }
    return word
  }
}

/// The stack's mark on a domain, with the domain's labels.
package struct DomainMetadata {
  package static let namespace = XMLElement.markNamespace
  package static let prefix = "vmscript"

  /// Returns the name of an element in the mark.
  package static func name(_ localName: String) -> String { "\(prefix):\(localName)" }

  package let declaration: Declaration
  package let stack: String
  /// The origin of the stack; nil keeps the recorded one.
  package let origin: StackOrigin?
  /// The end of the lifetime of the stack; nil keeps the recorded one.
  package let expiry: StackExpiry?
  /// The digest of the `customize` block; nil keeps the recorded one while the block is declared.
  let customization: String?
  /// The UUID of the domain if it does not derive from the declaration; nil otherwise.
  private var uuid: String?
  /// The names that the domain had before.
  private var earlierNames: [String] = []

  package init(
    _ declaration: Declaration, stack: String, origin: StackOrigin? = nil,
    expiry: StackExpiry? = nil, customization: String? = nil
  ) {
    self.declaration = declaration
    self.stack = stack
    self.origin = origin
    self.expiry = expiry
    self.customization = customization
  }

  init(_ declaration: Declaration, context: XMLContext) {
    self.init(
      declaration, stack: context.stack, origin: context.origin, expiry: context.expiry,
      customization: context.customization)
    earlierNames = context.earlierNames
    let derived = Identity.uuid(
      stack: context.stack, kind: declaration.kind, name: declaration.name)
    let isKept = declaration.kind == .domain && declaration.body["uuid"] == nil
    uuid = isKept && context.uuid != derived ? context.uuid : nil
  }

  /// Replaces the earlier mark and keeps other metadata.
  package func write(to root: XMLElement) {
    let metadata = root.ensure("metadata")
    let earlier = Self.mark(in: root)
    var labels = earlier.map(Self.labels) ?? [:]
    if case .map(let declared) = declaration.body["labels"] {
      labels = declared.mapValues { .string($0.description) }
    }
    let mark = XMLElement(name: Self.name("resource"))
    mark["xmlns:\(Self.prefix)"] = Self.namespace
    // In the same place, so that nothing else seems to move.
    if let earlier {
      metadata.insert(mark, before: earlier)
    } else {
      metadata.append(.element(mark))
    }
    earlier?.detach()
    mark["stack"] = stack
    mark["kind"] = declaration.kind.rawValue
    mark["name"] = declaration.name
    switch declaration.source {
    case .declared(let name), .host(let name): mark["source"] = name
    case nil: break
    }
    if declaration.body.block("customize") != nil {
      mark[Customization.record] = customization ?? earlier?[Customization.record]
    }
    (origin ?? earlier.flatMap(StackOrigin.init(mark:)))?.write(to: mark)
    (expiry ?? earlier.flatMap(StackExpiry.init(mark:)))?.write(to: mark)
    if let uuid { mark["uuid"] = uuid }
    if declaration.kind == .domain,
      declaration.isProtected(while: expiry ?? earlier.flatMap(StackExpiry.init(mark:)))
    {
      mark["protect"] = "yes"
    }
    for name in earlierNames { mark.add(Self.name("earlier"), ["name": name]) }
    for (key, value) in labels {
      mark.add(Self.name("label"), ["key": key, "value": value.description])
    }
  }

  /// Returns the difference of the labels, if any.
  package static func difference(_ property: DeclaredProperty, live root: XMLElement)
    -> PropertyDifference?
  {
    guard case .map(let declared) = property.value else { return nil }
    let found = mark(in: root).map(labels) ?? [:]
    let wanted = declared.mapValues { .string($0.description) }
    guard Value.map(found) != .map(wanted) else { return nil }
    return PropertyDifference(
      name: property.schema.name, from: .map(found), to: property.value,
      impact: property.schema.impact, live: property.schema.live)
  }

  /// Returns the difference of the protection from deletion, if any.
  static func difference(
    ofProtection declaration: Declaration, expiry: StackExpiry?, live root: XMLElement
  ) -> PropertyDifference? {
    let mark = mark(in: root)
    let found = mark.map(isProtected) ?? false
    return declaration.protectionDifference(
      found: found, expiry: expiry ?? mark.flatMap(StackExpiry.init(mark:)))
  }

  /// Whether a mark protects its domain from deletion.
  static func isProtected(_ mark: XMLElement) -> Bool { mark["protect"] == "yes" }

  /// Returns the mark as `virDomainSetMetadata` takes it, which adds the namespace itself; nil if
  /// there is none.
  package static func bareMark(in root: XMLElement) -> XMLElement? { mark(in: root).map(bare) }

  private static func bare(_ element: XMLElement) -> XMLElement {
    let copy = XMLElement(name: element.localName)
    for (name, value) in element.attributes where !name.hasPrefix("xmlns") { copy[name] = value }
    for child in element.children { copy.append(.element(bare(child))) }
    return copy
  }

  /// The mark; nil if no stack made the domain.
  package static func mark(in root: XMLElement) -> XMLElement? {
    root.first("metadata")?.all("resource", namespace: namespace).first
  }

  /// Returns the labels in a domain's document, in their order.
  package static func labels(in root: XMLElement) -> [(key: String, value: String)] {
    let labels = mark(in: root).map(labels) ?? [:]
    return labels.map { ($0.key, $0.value.description) }
  }

  private static func labels(_ mark: XMLElement) -> ValueMap {
    var labels: ValueMap = [:]
    for label in mark.all("label", namespace: namespace) {
      if let key = label["key"], let value = label["value"] { labels[key] = .string(value) }
    }
    return labels
  }
}

/// The maximum and the present memory of a machine.
struct DomainMemory {
  private let block: DeclaredBlock
  /// The row of the present memory.
  private let property: DeclaredProperty
  /// The declared present memory in KiB.
  let kibibytes: Int64

  /// Reads a declaration; nil if it declares no memory.
  init?(_ declaration: Declaration) {
    guard let block = declaration.body.block("memory"),
      let property = block.property("current") ?? block.property("max"),
      let kibibytes = property.schema.xml?.texts(of: property.value).first.flatMap({ Int64($0) })
    else { return nil }
    self.block = block
    self.property = property
    self.kibibytes = kibibytes
  }

  /// Writes the present memory, which defaults to a new maximum.
  func complete(_ root: XMLElement, before: String?) {
    if block["current"] == nil, root.text(at: Self.maximum) != before {
      root.remove("currentMemory")
    }
  }

  /// Returns when a change of a row takes effect: at once up to the maximum of a running machine.
  func impact(of row: PropertySchema, _ running: RunningMachine?) -> Impact {
    let isLive = row === property.schema && running?.canHave(kibibytes: kibibytes) ?? false
    return isLive ? .live : .nextStart
  }

  /// Returns the difference of a running machine with less memory than declared. One with more
  /// need not return it.
  func lack(_ machine: RunningMachine) -> PropertyDifference? {
    guard let present = machine.kibibytes, kibibytes > present,
      machine.canHave(kibibytes: kibibytes)
    else { return nil }
    let isShorthand = property.schema.name == block.schema.shorthand
    return PropertyDifference(
      block: isShorthand ? "" : block.schema.name,
      name: isShorthand ? block.schema.name : property.schema.name,
      from: .size(ByteSize(bytes: present * 1024)), to: .size(ByteSize(bytes: kibibytes * 1024)),
      impact: .live, live: property.schema.live)
  }

  /// The place of the maximum in a definition.
  static let maximum = "memory"
}

/// The number, model and topology of the processors. libvirt takes model and topology only as a
/// whole.
struct DomainCPU {
  private let block: DeclaredBlock
  /// The declared number of processors; nil if undeclared.
  let count: Int64?

  /// Reads a declaration; nil if it declares no processors.
  init?(_ declaration: Declaration) {
    guard let block = declaration.body.block("cpus") else { return nil }
    self.block = block
    count = if case .int(let count) = block["current"] ?? block["max"] { count } else { nil }
  }

  /// Writes the parts that no single row describes.
  ///
  /// - Parameter before: the maximum before the rows were written.
  func complete(_ root: XMLElement, before: String?) {
    // The present number defaults to a new maximum.
    if block["current"] == nil, root.text(at: Self.maximum) != before {
      root.first("vcpu")?["current"] = nil
    }
    if case .string(let model) = block["model"] {
      let cpu = root.ensure("cpu")
      let isMode = Self.modes.contains(model)
      cpu["mode"] = isMode ? model : "custom"
      let isDescribed = ["vendor_id", "fallback"].contains { block[$0] != nil }
      if isMode, !isDescribed {
        cpu.remove("model")
      } else {
        cpu.ensure("model").stringValue = isMode ? "" : model
      }
    }
    let names = ["sockets", "dies", "cores", "threads"].filter { name in
      name != "dies" || block[name] != nil
    }
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

  /// Returns when a change of a row takes effect. Additional processors, up to the maximum of a
  /// running machine, are available at once.
  func impact(_ running: RunningMachine?) -> Impact {
    count.flatMap { running?.canHave(processors: $0) } ?? false ? .live : .nextStart
  }

  /// Adds the differences that no single row describes.
  func complete(_ differences: inout [PropertyDifference], definition root: XMLElement) {
    // libvirt omits it if it equals the maximum.
    if root.text(at: "vcpu/@current") == nil, let maximum = root.text(at: Self.maximum) {
      differences.removeAll { $0.live == .processors && $0.to?.description == maximum }
    }
    if let model = block.property("model"), let wanted = block["model"]?.description {
      let found = Self.model(in: root)
      if found != wanted {
        differences.append(
          PropertyDifference(
            block: "cpus", name: "model", from: found.map(Value.string), to: model.value,
            impact: model.schema.impact))
      }
    }
  }

  /// Returns the difference of a running machine that has fewer processors and can have more.
  func lack(_ machine: RunningMachine) -> PropertyDifference? {
    guard let count, let present = machine.processors, machine.canHave(processors: count) else {
      return nil
    }
    return PropertyDifference(
      block: block.schema.name, name: "current", from: .int(present), to: .int(count),
      impact: .live, live: .processors)
  }

  /// Returns the mode or the model of a machine's processors, as a script declares it.
  static func model(in root: XMLElement) -> String? {
    let mode = root.text(at: "cpu/@mode")
    return mode == "custom" ? root.text(at: "cpu/model") : mode
  }

  /// The place of the maximum in a definition.
  static let maximum = "vcpu"

  private static let modes: Set<String> = ["host-model", "host-passthrough", "maximum"]
}
