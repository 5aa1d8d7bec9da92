import VMScript
import VMScriptSyntax

/// A change of a running machine that needs no restart.
enum LiveChange: Equatable {
  /// A device goes; `alias` is libvirt's name of it.
  case detach(path: String, alias: String?, xml: String)
  /// A device changes.
  case update(path: String, xml: String)
  /// A device comes.
  case attach(path: String, xml: String)
  /// The memory that it has, in KiB.
  case memory(Int64)
  /// The number of its processors.
  case processors(Int64)
  case title(String)
  case description(String)
  /// The stack's mark with the labels, as `virDomainSetMetadata` takes it.
  case mark(String)

  /// What of the machine it concerns, as plans name it.
  var path: String {
    switch self {
    case .detach(let path, _, _), .update(let path, _), .attach(let path, _): path
    case .memory: "memory"
    case .processors: "cpus"
    case .title: "title"
    case .description: "description"
    case .mark: "labels"
    }
  }
}

extension DomainXML {
  /// The changes that bring a running machine as near to what is declared as it can be without a
  /// restart: devices that go first, for they free targets and ports.
  ///
  /// - Parameters:
  ///   - definition: the inactive XML from before the update.
  ///   - wanted: the inactive XML that the update writes.
  ///   - running: the XML of the machine as it runs.
  static func liveChanges(
    _ declaration: Declaration, context: XMLContext, definition: String, wanted: String,
    running: String
  ) throws(Diagnostic) -> [LiveChange] {
    let root = try declaration.document(definition)
    var machine = RunningMachine(try declaration.document(running))
    let devices = DomainDevices(declaration, context: context, on: root)
    var changes: [LiveChange] = []
    for record in devices.gone {
      guard let element = record.element(in: machine.root), RunningMachine.canLose(element) else {
        continue
      }
      changes.append(
        .detach(
          path: record.path, alias: element.text(at: "alias/@name"), xml: element.xmlString))
    }
    for device in devices.devices {
      let present = device.element(in: machine.root)
      let element = present?.copy() ?? device.make(in: XMLElement(name: "domain"))
      try device.write(to: element, isRunning: present != nil)
      if let present {
        guard element.xmlString != present.xmlString else { continue }
        changes.append(.update(path: device.path, xml: element.xmlString))
      } else if machine.take(element) {
        changes.append(.attach(path: device.path, xml: element.xmlString))
      }
    }
    return changes + amounts(declaration, machine)
      + (try descriptions(declaration.document(wanted), machine.root))
  }

  private static func descriptions(_ wanted: XMLElement, _ running: XMLElement) -> [LiveChange] {
    var changes: [LiveChange] = []
    // An empty text takes away what is there.
    let (title, text) = (wanted.text(at: "title") ?? "", wanted.text(at: "description") ?? "")
    if title != running.text(at: "title") ?? "" { changes.append(.title(title)) }
    if text != running.text(at: "description") ?? "" { changes.append(.description(text)) }
    if let mark = DomainMetadata.bareMark(in: wanted)?.xmlString,
      mark != DomainMetadata.bareMark(in: running)?.xmlString
    {
      changes.append(.mark(mark))
    }
    return changes
  }

  private static func amounts(
    _ declaration: Declaration, _ machine: RunningMachine
  ) -> [LiveChange] {
    var changes: [LiveChange] = []
    if let memory = declaration.body.block("memory"),
      let kibibytes = DomainMemory.kibibytes(memory), kibibytes != machine.kibibytes,
      machine.canHave(kibibytes: kibibytes)
    {
      changes.append(.memory(kibibytes))
    }
    if let cpus = declaration.body.block("cpus"), let count = DomainCPU.count(cpus),
      machine.canHave(processors: count)
    {
      changes.append(.processors(count))
    }
    return changes
  }
}
