import VMScript
import VMScriptSyntax

/// A network's declaration as libvirt's XML, and back.
public enum NetworkXML {
  /// The XML that defines the network, onto nothing or onto its present XML.
  ///
  /// A network is the stack's alone: blocks that the script no longer has are taken out. A property
  /// that it no longer has stays as it is.
  ///
  /// - Throws: a diagnostic for text that XML cannot hold.
  public static func render(
    _ declaration: Declaration, context: XMLContext, onto base: Document?
  ) throws(Diagnostic) -> String {
    let root = declaration.root(onto: base)
    try write(declaration, context, to: root)
    return root.xmlString
  }

  private static func write(
    _ declaration: Declaration, _ context: XMLContext, to root: XMLElement
  ) throws(Diagnostic) {
    root.setText(declaration.name, at: "name")
    root.setText(context.uuid, at: "uuid")
    DomainMetadata(declaration, stack: context.stack, origin: context.origin).write(to: root)
    let shape = NetworkShape(declaration, context: context)
    shape.writeForward(to: root)
    try XMLRows.write(declaration.body, to: root, undeclared: undeclared)
    shape.writeNames(to: root)
    shape.writeAddresses(to: root)
  }

  /// The declared properties in which a network differs, and the entries that change as it runs.
  ///
  /// - Parameters:
  ///   - declaration: the network as it is wanted.
  ///   - context: what its names mean on the host.
  ///   - definition: its definition.
  ///   - running: its document as it runs, which a change that was cut short may have left behind; nil
  ///     for one that is off.
  /// - Throws: a diagnostic for text that XML cannot hold.
  package static func revision(
    _ declaration: Declaration, context: XMLContext, definition: Document, running: Document? = nil
  ) throws(Diagnostic) -> Revision {
    let comparison = try compare(declaration, context, with: definition)
    var revision = Revision()
    revision.differences = differences(declaration, comparison)
    revision.hasNewSubnet = comparison.hasNewSubnet
    guard let running else {
      revision.differences = revision.differences.map {
        $0.with(impact: min($0.impact, .nextStart))
      }
      return revision
    }
    let inMachine = try compare(declaration, context, with: running)
    revision.hasNewSubnet = revision.hasNewSubnet || inMachine.hasNewSubnet
    for difference in differences(declaration, inMachine)
    where !revision.differences.contains(where: { $0.path == difference.path }) {
      revision.differences.append(difference)
    }
    revision.entries = NetworkEntryChange.changes(
      from: running.element(), to: comparison.wanted)
    return revision
  }

  private static func compare(
    _ declaration: Declaration, _ context: XMLContext, with live: Document
  ) throws(Diagnostic) -> NetworkComparison {
    let (found, wanted) = (live.element(), live.element())
    try write(declaration, context, to: wanted)
    return NetworkComparison(
      found: found, wanted: wanted, declaresDNS: declaration.body.block("dns") != nil)
  }

  private static func differences(
    _ declaration: Declaration, _ comparison: NetworkComparison
  ) -> [PropertyDifference] {
    XMLRows.differences(
      declaration.body, path: [], live: comparison.found, undeclared: undeclared)
      + comparison.differences()
  }

  /// A network is the stack's alone: a block that the script no longer has goes, a property stays.
  private static let undeclared = XMLRows.Undeclared.stays(
    except: Set(Schema.resource(.net).allBlocks.map(\.name)))
}
