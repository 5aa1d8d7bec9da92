import VMScript

/// A network interface: its connection and its MAC.
struct DomainInterface {
  let block: DeclaredBlock
  /// The label, or `nic1` and so on by position.
  let key: String
  let mac: MACAddress

  init(
    _ block: DeclaredBlock, position: Int, _ declaration: Declaration, _ context: XMLContext
  ) {
    self.block = block
    key = block.key(at: position)
    let declared: MACAddress? = if case .mac(let mac) = block["mac"] { mac } else { nil }
    self.position = position
    mac =
      context.macs[key] ?? declared
      ?? Identity.mac(stack: context.stack, domain: declaration.name, nic: key)
  }

  private let position: Int

  /// The kind, attribute and name of its connection, as libvirt writes them.
  private var source: (type: String, attribute: String, name: String)? {
    switch (block["net"], block["bridge"], block["dev"]) {
    case (.resource(let net)?, _, _): ("network", "network", net.name)
    case (.string(let net)?, _, _): ("network", "network", net)
    case (_, let bridge?, _): ("bridge", "bridge", bridge.description)
    case (_, _, let dev?): ("direct", "dev", dev.description)
    default: nil
    }
  }

  /// Returns the interface with this MAC. A clone's source has other MACs, so its interfaces are
  /// matched by position.
  func element(in devices: XMLElement, byPosition: Bool) -> XMLElement? {
    let interfaces = devices.all("interface")
    let same = interfaces.first { $0.text(at: "mac/@address")?.lowercased() == mac.description }
    if same != nil || !byPosition { return same }
    return interfaces.indices.contains(position) ? interfaces[position] : nil
  }

  /// Writes source, MAC and model, which no single row describes.
  func complete(_ element: XMLElement) throws(Diagnostic) {
    element.setText(mac.description, at: "mac/@address")
    if element.first("model") == nil { element.setText("virtio", at: "model/@type") }
    guard let source else {
      if element["type"] == nil { element["type"] = "user" }
      return
    }
    let found = element.text(at: "source/@\(source.attribute)")
    guard element["type"] != source.type || found != source.name else { return }
    // libvirt's additions to the source belong to the earlier one.
    element.remove("source")
    element["type"] = source.type
    element.setText(source.name, at: "source/@\(source.attribute)")
    if source.type == "direct" { element.setText("bridge", at: "source/@mode") }
    try XMLRows.write(block, to: element) { $0.xml?.path.hasPrefix("source/") ?? false }
  }

  /// Returns the change of its connection.
  func sourceDifference(_ element: XMLElement, path: String) -> [PropertyDifference] {
    guard let source else { return [] }
    let found = element.text(at: "source/@\(source.attribute)")
    // On a macvtap network, a running interface has type `direct`.
    let isSame = element["type"] == source.type || source.type == "network"
    guard !isSame || found != source.name else { return [] }
    let property = ["network": "net", "bridge": "bridge", "direct": "dev"][source.type] ?? "net"
    // A tap can move between bridges. Other connections use another device of the host.
    let moves = [element["type"], source.type].allSatisfy { ["network", "bridge"].contains($0) }
    return [
      PropertyDifference(
        block: path, name: property, from: found.map(Value.string), to: .string(source.name),
        impact: moves ? .live : .nextStart, live: moves ? .device : nil)
    ]
  }
}
