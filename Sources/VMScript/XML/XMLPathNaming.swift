extension XMLElement {
  /// Returns a path that leads from the root of its document to the element alone.
  ///
  /// An element is identified by the parts that libvirt identifies it by, such as the target of a
  /// disk, then by other parts that distinguish it from its siblings, and by its position only if
  /// no part does.
  package var path: String {
    var steps: [String] = []
    var element = self
    while true {
      steps.append("/" + element.step)
      guard let parent = element.parent else { break }
      element = parent
    }
    return steps.reversed().joined()
  }

  /// Returns whether libvirt identifies both elements by the same values, or identifies neither.
  package func hasIdentity(of other: XMLElement) -> Bool {
    func identity(_ element: XMLElement) -> [String: [String]] {
      let parts = Self.identities[element.name]?.first ?? []
      return Dictionary(uniqueKeysWithValues: parts.map { ($0, element.values(at: $0)) })
    }
    return name == other.name && identity(self) == identity(other)
  }

  /// The step of a path from the parent.
  private var step: String {
    let siblings = parent?.all(name) ?? [self]
    let identities = Self.identities[name] ?? []
    let isAlone = siblings.count == 1
    let candidates = isAlone ? identities : identities + distinctions
    for parts in candidates {
      let predicates = parts.compactMap(predicate)
      guard predicates.count == parts.count else { continue }
      let others = siblings.filter { other in
        other !== self && parts.allSatisfy { other.has(value(at: $0) ?? "", at: $0) }
      }
      if others.isEmpty { return "\(name)[\(predicates.joined(separator: " and "))]" }
    }
    guard !isAlone, let position = siblings.firstIndex(where: { $0 === self }) else { return name }
    return "\(name)[\(position + 1)]"
  }

  /// Returns the comparison of a part with the element's value; nil if it has none that a path can
  /// contain.
  private func predicate(_ part: String) -> String? {
    guard let value = value(at: part), !value.isEmpty, value.utf8.count <= 80,
      !value.unicodeScalars.contains(where: { $0.properties.generalCategory == .control })
    else { return nil }
    if !value.contains("'") { return "\(part)='\(value)'" }
    return value.contains("\"") ? nil : "\(part)=\"\(value)\""
  }

  /// Returns the value of a part; nil if the element does not have exactly one.
  private func value(at part: String) -> String? {
    if part == ".", !children.isEmpty { return nil }
    let values = values(at: part)
    return values.count == 1 ? values[0] : nil
  }

  private func has(_ value: String, at part: String) -> Bool { values(at: part).contains(value) }

  private func values(at part: String) -> [String] {
    guard part != "." else { return [stringValue] }
    let steps = part.split(separator: "/").map(String.init)
    guard let last = steps.last else { return [] }
    let owners = steps.dropLast().reduce([self]) { found, name in found.flatMap { $0.all(name) } }
    guard last.hasPrefix("@") else { return owners.flatMap { $0.all(last) }.map(\.stringValue) }
    return owners.compactMap { $0[String(last.dropFirst())] }
  }

  /// The parts by which libvirt identifies elements of a name, in the order of preference.
  private static let identities: [String: [[String]]] = [
    "disk": [["target/@dev"]],
    "interface": [["mac/@address"], ["target/@dev"]],
    "controller": [["@type", "@index"]],
    "input": [["@type", "@bus"]],
    "graphics": [["@type"]],
    "channel": [["target/@name"]],
    "filesystem": [["target/@dir"]],
    "hostdev": [["source/address/@uuid"], ["alias/@name"]],
    "feature": [["@name"]],
    "timer": [["@name"]],
  ]

  /// The parts that may distinguish an element from its siblings, the most telling first.
  private var distinctions: [[String]] {
    let attributes = attributes.keys.filter { $0 != "xmlns" && !$0.hasPrefix("xmlns:") }
    let own =
      Self.telling.filter(attributes.contains) + attributes.filter { !Self.telling.contains($0) }
    let single = own.map { ["@\($0)"] }
    let pairs = own.indices.flatMap { first in
      own[(first + 1)...].map { ["@\(own[first])", "@\($0)"] }
    }
    var met: Set<String> = []
    let inner = children.filter { met.insert($0.name).inserted }.flatMap { child in
      child.attributes.keys.filter { !$0.hasPrefix("xmlns") }.map { ["\(child.name)/@\($0)"] }
        + (child.children.isEmpty ? [[child.name]] : [])
    }
    return single + [["."]] + pairs + inner
  }

  /// The attributes that identify elements, the most telling first.
  private static let telling = ["name", "id", "index", "type", "dev", "address", "port", "model"]
}
