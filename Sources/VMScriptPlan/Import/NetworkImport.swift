import VMScript
import VMScriptSyntax

/// Reads networks as declarations.
enum NetworkImport {
  /// Returns a network as a script would declare it.
  ///
  /// - Parameter document: the definition.
  /// - Throws: a diagnostic for a network that no script can declare.
  static func resource(_ document: Document) throws(Diagnostic) -> ImportedResource {
    let found = DocumentMeaning.ofNetwork(document.element())
    let schema = Schema.resource(.net)
    var body = RowImport.block(schema, from: found)
    let own = addresses(found, schema)
    body.properties = forwarding(found, schema) + own.properties + body.properties
    body.blocks += own.blocks
    names(&body, found, schema)
    body.blocks.removeAll { $0.properties.isEmpty && $0.blocks.isEmpty }
    let name = found.text(at: "name") ?? ""
    let context = XMLContext(stack: "import", uuid: found.text(at: "uuid") ?? "")
    let written = try write(RowImport.declaration(.net, name, body), context)
    body.blocks += ImportedRest(found, beyond: written, of: .net).blocks
    let whole = RowImport.declaration(.net, name, body)
    let result = try? write(whole, context)
    return ImportedResource(
      declaration: whole,
      isWhole: result.map { ImportedRest(found, beyond: $0, of: .net).isEmpty } ?? false)
  }

  private static func write(
    _ declaration: Declaration, _ context: XMLContext
  ) throws(Diagnostic) -> XMLElement {
    let root = XMLElement(name: "network")
    try NetworkXML.write(declaration, context, to: root, isNew: true)
    return DocumentMeaning.ofNetwork(root)
  }

  /// Returns the mode, and the host's interface.
  private static func forwarding(_ root: XMLElement, _ schema: BlockSchema) -> [DeclaredProperty] {
    var entries: [(String, Value)] = []
    switch root.first("forward") {
    case let forward?:
      let isMacvtap = forward["mode"] == "bridge" && forward.first("interface") != nil
      let mode = isMacvtap ? "macvtap" : forward["mode"] ?? "nat"
      if mode != "nat" { entries.append(("mode", .string(mode))) }
      if let dev = isMacvtap ? forward.text(at: "interface/@dev") : forward["dev"] {
        entries.append(("dev", .string(dev)))
      }
    case nil: entries.append(("mode", .string("isolated")))
    }
    return entries.compactMap { RowImport.declared(schema.property($0.0), $0.1) }
  }

  /// Returns the subnets with their DHCP server and leases.
  private static func addresses(
    _ root: XMLElement, _ schema: BlockSchema
  ) -> (properties: [DeclaredProperty], blocks: [DeclaredBlock]) {
    var entries: [(String, Value)] = []
    var blocks: [DeclaredBlock] = []
    if let ip = root.all("ip").first(where: { $0["family"] != "ipv6" }),
      let gateway = ip["address"].flatMap(IPAddress.init), let subnet = subnet(of: ip, gateway)
    {
      entries.append(("subnet", .cidr(subnet)))
      if gateway != subnet.first { entries.append(("gateway", .ip(gateway))) }
      if let range = dhcp(ip, subnet, gateway) { entries.append(("dhcp", range)) }
      blocks += (ip.first("dhcp")?.all("host") ?? []).compactMap { host($0, schema) }
    }
    if let ip = root.all("ip").first(where: { $0["family"] == "ipv6" }),
      let address = ip["address"], let prefix = ip["prefix"], let block = schema.block("ipv6"),
      let subnet = RowImport.declared(
        block.property("subnet"), .string("\(address)/\(prefix)"))
    {
      blocks.append(DeclaredBlock(schema: block, properties: [subnet], span: RowImport.span))
    }
    return (entries.compactMap { RowImport.declared(schema.property($0.0), $0.1) }, blocks)
  }

  private static func subnet(of ip: XMLElement, _ gateway: IPAddress) -> Subnet? {
    guard let netmask = ip["netmask"].flatMap(IPAddress.init) else { return nil }
    return (1...32).lazy.compactMap { Subnet("\(gateway)/\($0)") }.first { $0.netmask == netmask }
  }

  /// Returns the range of a DHCP server, unless it is the whole subnet.
  private static func dhcp(_ ip: XMLElement, _ subnet: Subnet, _ gateway: IPAddress) -> Value? {
    guard let range = ip.first("dhcp")?.first("range") else { return .bool(false) }
    guard let first = range["start"].flatMap(IPAddress.init),
      let last = range["end"].flatMap(IPAddress.init), first <= last
    else { return nil }
    return subnet.dhcpRange(gateway: gateway) == first...last
      ? nil : .range(.addresses(first: first, last: last))
  }

  private static func host(_ element: XMLElement, _ schema: BlockSchema) -> DeclaredBlock? {
    guard let block = schema.block("host"), let mac = element["mac"], let ip = element["ip"],
      let hardware = RowImport.declared(block.property("mac"), .string(mac)),
      let address = RowImport.declared(block.property("ip"), .string(ip))
    else { return nil }
    let name = element["name"].flatMap { TextFormat.leaseName.obstacle(to: $0) == nil ? $0 : nil }
    return DeclaredBlock(
      schema: block, label: name, properties: [hardware, address], span: RowImport.span)
  }

  /// Adds the records of the name server that no row describes.
  private static func names(
    _ body: inout DeclaredBlock, _ root: XMLElement, _ schema: BlockSchema
  ) {
    guard let block = schema.block("dns"), let dns = root.first("dns") ?? root.first("domain"),
      body.block("bridge") == nil
    else { return }
    var names = body.block("dns") ?? DeclaredBlock(schema: block, span: RowImport.span)
    body.blocks.removeAll { $0.schema === block }
    var records: ValueMap = [:]
    for record in dns.all("txt") {
      if let name = record["name"], let value = record["value"] { records[name] = .string(value) }
    }
    if !records.isEmpty, let txt = RowImport.declared(block.property("txt"), .map(records)) {
      names.properties.append(txt)
    }
    if let host = block.block("host") {
      for entry in dns.all("host") {
        guard let ip = RowImport.declared(host.property("ip"), .string(entry["ip"] ?? "")) else {
          continue
        }
        for name in entry.all("hostname").map(\.stringValue)
        where TextFormat.domainName.obstacle(to: name) == nil {
          names.blocks.append(
            DeclaredBlock(schema: host, label: name, properties: [ip], span: RowImport.span))
        }
      }
    }
    body.blocks.insert(names, at: 0)
  }
}
