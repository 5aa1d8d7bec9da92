import FoundationXML
import VMScript

/// What planning needs of a domain's definition.
public struct DomainFacts: Sendable {
  /// The stack's mark on a domain: `<vmscript:resource>` in its metadata.
  public struct Owner: Sendable, Hashable {
    /// The stack that made it.
    public let stack: String
    /// The name that it was made under.
    public let name: String
    /// The domain that it was cloned from.
    public let source: String?
  }

  /// The namespace of the mark.
  public static let namespace = "https://vmscript.dev/xmlns/1"

  /// The mark; nil on a domain that no stack made.
  public let owner: Owner?
  /// From `interface/mac/@address`.
  public let macs: [MACAddress]
  /// From `interface/source/@network`.
  public let networks: Set<String>

  /// Reads a `<domain>` document.
  ///
  /// - Throws: `LiveXMLError` if `xml` is not a domain's definition.
  public init(xml: String) throws(LiveXMLError) {
    // The document owns the tree: it has to live as long as its elements are read.
    let document = try LiveXML.document(xml, root: "domain")
    let parts = withExtendedLifetime(document) { Self.read($0) }
    (owner, macs, networks) = parts
  }

  private static func read(_ document: XMLDocument) -> (Owner?, [MACAddress], Set<String>) {
    let root = document.rootElement()
    let mark = root?.element("metadata")?.elements("resource")
      .first { $0.namespaceURI == namespace }
    let interfaces = root?.element("devices")?.elements("interface") ?? []
    return (
      mark.flatMap(owner),
      interfaces.compactMap { $0.element("mac")?.text("address").flatMap(MACAddress.init) },
      Set(interfaces.compactMap { $0.element("source")?.text("network") })
    )
  }

  private static func owner(_ mark: XMLElement) -> Owner? {
    guard let stack = mark.text("stack"), let name = mark.text("name") else { return nil }
    return Owner(stack: stack, name: name, source: mark.text("source"))
  }
}
