import OrderedCollections
import VMScript
import VMScriptSyntax

/// A network's declaration as libvirt's XML, and back.
public enum NetworkXML {
  /// The XML that defines the network, onto nothing or onto its present XML.
  ///
  /// - Throws: a diagnostic for text that XML cannot hold.
  public static func render(
    _ declaration: Declaration, context: XMLContext, onto base: String?
  ) throws(Diagnostic) -> String {
    let root =
      try base.map { (text) throws(Diagnostic) in try parse(text, declaration) }
      ?? XMLElement(name: "network")
    root.setText(declaration.name, at: "name")
    root.setText(context.uuid, at: "uuid")
    let shape = NetworkShape(declaration, context: context)
    shape.writeForward(to: root)
    try XMLRows.write(declaration.body, to: root)
    if let bandwidth = declaration.body.block("bandwidth") {
      try XMLRows.write(bandwidth, to: root.ensure("bandwidth"))
    }
    try shape.writeNames(to: root)
    shape.writeAddresses(to: root)
    return root.xmlString
  }

  /// The declared properties in which a live network, given as its XML, is otherwise.
  ///
  /// - Throws: a diagnostic if `live` is no network's XML.
  public static func differences(
    _ declaration: Declaration, context: XMLContext, live: String
  ) throws(Diagnostic) -> [PropertyDifference] {
    let found = try parse(live, declaration)
    let wanted = try parse(render(declaration, context: context, onto: live), declaration)
    var result = XMLRows.differences(declaration.body, path: "", live: found)
    for block in declaration.body.blocks {
      guard ["bandwidth", "dns"].contains(block.schema.name), let place = block.schema.xml else {
        continue
      }
      result += XMLRows.differences(
        block, path: block.schema.name, live: place.element(in: found) ?? XMLElement(name: ""))
    }
    return result + NetworkComparison(found: found, wanted: wanted).differences()
  }

  private static func parse(
    _ text: String, _ declaration: Declaration
  ) throws(Diagnostic) -> XMLElement {
    do { return try .parse(text, root: "network") } catch {
      throw XMLMessages.malformed(declaration, error)
    }
  }
}
