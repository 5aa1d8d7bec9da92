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
    _ declaration: Declaration, context: XMLContext, onto base: String?
  ) throws(Diagnostic) -> String {
    let root = try declaration.document(onto: base)
    root.setText(declaration.name, at: "name")
    root.setText(context.uuid, at: "uuid")
    DomainMetadata(declaration, stack: context.stack, origin: context.origin).write(to: root)
    let shape = NetworkShape(declaration, context: context)
    shape.writeForward(to: root)
    try XMLRows.write(declaration.body, to: root, undeclared: undeclared)
    shape.writeNames(to: root)
    shape.writeAddresses(to: root)
    return root.xmlString
  }

  /// The declared properties in which a network is otherwise, and when each change takes effect.
  ///
  /// - Parameters:
  ///   - declaration: the network as it is wanted.
  ///   - context: what its names mean on the host.
  ///   - live: its definition.
  ///   - running: its XML as it runs, which a change that was cut short may have left behind; nil for
  ///     one that is off.
  /// - Throws: a diagnostic if one of them is no network's XML.
  public static func differences(
    _ declaration: Declaration, context: XMLContext, live: String, running: String? = nil
  ) throws(Diagnostic) -> [PropertyDifference] {
    var result = try differences(declaration, context, in: live)
    guard let running else { return result.map { $0.with(impact: min($0.impact, .nextStart)) } }
    for difference in try differences(declaration, context, in: running)
    where !result.contains(where: { $0.path == difference.path }) {
      result.append(difference)
    }
    return result
  }

  private static func differences(
    _ declaration: Declaration, _ context: XMLContext, in live: String
  ) throws(Diagnostic) -> [PropertyDifference] {
    let found = try declaration.document(live)
    let wanted = try declaration.document(render(declaration, context: context, onto: live))
    return XMLRows.differences(declaration.body, path: [], live: found, undeclared: undeclared)
      + NetworkComparison(found: found, wanted: wanted).differences()
  }

  /// A network is the stack's alone: a block that the script no longer has goes, a property stays.
  private static let undeclared = XMLRows.Undeclared.stays(
    except: Set(Schema.resource(.net).allBlocks.map(\.name)))

  /// The entries of a running network that come and go without restarting it; those that go first.
  ///
  /// - Parameters:
  ///   - definition: the inactive XML from before the change.
  ///   - running: the XML of the network as it runs.
  static func liveChanges(
    _ declaration: Declaration, context: XMLContext, definition: String, running: String
  ) throws(Diagnostic) -> [NetworkEntryChange] {
    NetworkEntryChange.changes(
      from: try declaration.document(running),
      to: try declaration.document(render(declaration, context: context, onto: definition)))
  }
}
