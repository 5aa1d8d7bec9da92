import VMScript

extension XMLPlace {
  /// The path's elements, and its attribute if it ends in one.
  private var parts: (elements: [String], attribute: String?) {
    var elements = path.split(separator: "/").map(String.init)
    guard let last = elements.last, last.hasPrefix("@") else { return (elements, nil) }
    elements.removeLast()
    return (elements, String(last.dropFirst()))
  }

  /// Returns the place's element below `block`; `constants` apply to the last element of the path.
  package func element(in block: XMLElement) -> XMLElement? {
    let elements = parts.elements
    var current = block
    for (position, name) in elements.enumerated() {
      let constants = position == elements.count - 1 ? with : [:]
      guard let next = current.first(name, with: constants) else { return nil }
      current = next
    }
    return current
  }

  /// Returns the place's element below `block`, added if missing.
  func ensureElement(in block: XMLElement) -> XMLElement {
    let elements = parts.elements
    var current = block
    for (position, name) in elements.enumerated() {
      current = current.ensure(name, with: position == elements.count - 1 ? with : [:])
    }
    return current
  }

  /// Returns every element at the place below `block`, for a block that repeats.
  func elements(in block: XMLElement) -> [XMLElement] {
    siblings(in: block).filter { element in
      with.allSatisfy { element.text(at: $0.key) == $0.value }
    }
  }

  /// Returns every element of the place's name below `block`, regardless of its constants.
  func siblings(in block: XMLElement) -> [XMLElement] {
    let elements = parts.elements
    guard let name = elements.last else { return [] }
    return elements.dropLast().reduce(Optional(block)) { $0?.first($1) }?.all(name) ?? []
  }

  /// Adds a further element at the place below `block`.
  func addElement(in block: XMLElement) -> XMLElement {
    let elements = parts.elements
    guard let name = elements.last else { return block }
    let element = elements.dropLast().reduce(block) { $0.ensure($1) }.add(name)
    for (path, text) in with.sorted(by: { $0.key < $1.key }) { element.setText(text, at: path) }
    return element
  }

  /// Returns the texts at the place: none, one, or one for each member of a list.
  package func read(in block: XMLElement) -> [String] {
    if case .each = codec {
      let attribute = parts.attribute
      return siblings(in: block).compactMap { child in
        attribute.map { child[$0] } ?? child.stringValue
      }
    }
    guard let element = element(in: block) else { return [] }
    if case .presence = codec { return ["true"] }
    guard let attribute = parts.attribute else { return [element.stringValue] }
    guard let text = element[attribute] else { return [] }
    if case .subnet = codec { return ["\(text)/\(element["prefix"] ?? "")"] }
    return [text]
  }

  /// Sets the texts, as returned by ``texts(of:)``, at the place. None removes the present ones.
  package func write(_ texts: [String], in block: XMLElement) {
    let (elements, attribute) = parts
    if case .each = codec {
      guard let name = elements.last else { return }
      let parent = elements.dropLast().reduce(block) { $0.ensure($1) }
      parent.remove(name)
      for text in texts {
        if let attribute {
          parent.add(name)[attribute] = text
        } else {
          parent.add(name, text: text)
        }
      }
      return
    }
    guard let text = texts.first else {
      if let attribute {
        element(in: block)?[attribute] = nil
      } else {
        element(in: block)?.detach()
      }
      return
    }
    let element = ensureElement(in: block)
    if case .presence = codec { return }
    if case .subnet = codec, let slash = text.lastIndex(of: "/") {
      element[attribute ?? "address"] = String(text[..<slash])
      element["prefix"] = String(text[slash...].dropFirst())
      return
    }
    if let attribute { element[attribute] = text } else { element.stringValue = text }
    if case .kibibytes = codec { element["unit"] = "KiB" }
  }

  /// Returns the XML texts of a value.
  package func texts(of value: Value) -> [String] {
    switch (codec, value) {
    case (_, .none): []
    case (.presence, .bool(let isOn)): isOn ? ["true"] : []
    // libvirt counts whole KiB. A guest never gets less than declared.
    case (.kibibytes, .size(let size)):
      [String(size.bytes / 1024 + (size.bytes % 1024 > 0 ? 1 : 0))]
    case (.bytes, .size(let size)): [String(size.bytes)]
    case (.subnet, .cidr(let subnet)): ["\(subnet.base)/\(subnet.prefix)"]
    case (.words(let words), _):
      [words[value.description] ?? value.description].filter { !$0.isEmpty }
    case (.each(let words), .list(let items)):
      items.map { words[$0.description] ?? $0.description }
    case (_, .secret(let secret)): Self.texts(secret.revealed)
    default: Self.texts(value.description)
    }
  }

  /// Returns a text as an XML parser returns it: libvirt writes a carriage return unescaped, which
  /// every parser reads as a line break, and omits an empty text.
  private static func texts(_ text: String) -> [String] {
    if text.isEmpty { return [] }
    guard text.utf8.contains(UInt8(ascii: "\r")) else { return [text] }
    return [XMLCharacters.lines(of: text)]
  }

  /// Whether texts at the place mean the same, regardless of their spelling.
  package func isSame(_ wanted: [String], _ found: [String]) -> Bool {
    if wanted == found { return true }
    guard let wanted = wanted.first, let found = found.first else { return false }
    switch codec {
    case .path: return Self.path(wanted) == Self.path(found)
    case .address: return Self.address(wanted) == Self.address(found)
    case .alias(let prefixes): return found.hasPrefix(prefixes[wanted] ?? wanted + "-")
    case .text, .subnet, .kibibytes, .bytes, .presence, .words, .each: return false
    }
  }

  /// Returns a path without redundant steps.
  private static func path(_ text: String) -> String {
    (text.hasPrefix("/") ? "/" : "")
      + text.split(separator: "/").filter { $0 != "." }
      .joined(separator: "/")
  }

  private static func address(_ text: String) -> String {
    IPAddress(text)?.description ?? text.lowercased()
  }

  /// Returns the language's value of texts from XML; nil if there are none.
  package func value(of texts: [String], as type: PropertyType) -> Value? {
    if case .either(let types) = type { return types.first.flatMap { value(of: texts, as: $0) } }
    switch codec {
    case .each(let words):
      return texts.isEmpty ? nil : .list(texts.map { .string(Self.word($0, words)) })
    case .presence: return .bool(!texts.isEmpty)
    case .kibibytes:
      return texts.first.flatMap(Int64.init).map { .size(ByteSize(bytes: $0 * 1024)) }
    case .bytes: return texts.first.flatMap(Int64.init).map { .size(ByteSize(bytes: $0)) }
    case .words(let words): return texts.first.map { .string(Self.word($0, words)) }
    case .text, .path, .address, .subnet, .alias: break
    }
    guard let text = texts.first else { return nil }
    if case .int = type, let number = Int64(text) { return .int(number) }
    if case .secret = type { return .secret(SecretText(text)) }
    return .string(text)
  }

  private static func word(_ text: String, _ words: [String: String]) -> String {
    words.first { $0.value == text }?.key ?? text
  }
}

/// The elements of a repeated block, identified by the properties that its row names.
enum XMLEntries {
  /// Returns elements with their keys, which are equal for corresponding elements.
  static func keyed(
    _ schema: BlockSchema, _ elements: [XMLElement]
  ) -> [(key: String, element: XMLElement)] {
    elements.enumerated().map { (key(of: $1, at: $0, schema), $1) }
  }

  /// Returns the entries that are added, removed or changed.
  ///
  /// - Parameter path: the names of the block and its parents.
  static func differences(
    _ schema: BlockSchema, _ path: [String], from old: [XMLElement], to new: [XMLElement]
  ) -> [PropertyDifference] {
    let found = Dictionary(keyed(schema, old)) { first, _ in first }
    let wanted = Dictionary(keyed(schema, new)) { first, _ in first }
    return Set(found.keys).union(wanted.keys).sorted().compactMap { key in
      let (from, to) = (found[key].map { text($0, schema) }, wanted[key].map { text($0, schema) })
      guard from != to, let element = wanted[key] ?? found[key] else { return nil }
      let label = label(of: element, schema) ?? key
      return PropertyDifference(
        block: path.dropLast().joined(separator: " "), name: "\(schema.name) \(label)",
        from: from.map(Value.string), to: to.map(Value.string), impact: schema.impact,
        live: schema.live)
    }
  }

  /// Returns the identity of an element in its block, which defaults to its position.
  static func key(
    of element: XMLElement, at position: Int, _ schema: BlockSchema
  ) -> String {
    switch schema.identity {
    case .position: String(position + 1)
    case .properties(let names): names.map { text(of: $0, schema, element) }.joined(separator: "\n")
    case .target, .mac: schema.identity(of: element) ?? ""
    }
  }

  /// The first of the identifying properties; nil if there are none.
  private static func label(of element: XMLElement, _ schema: BlockSchema) -> String? {
    switch schema.identity {
    case .position: nil
    case .properties(let names): names.first.map { text(of: $0, schema, element) }
    case .target, .mac: schema.identity(of: element)
    }
  }

  /// Returns the values without the label, on one line.
  private static func text(_ element: XMLElement, _ schema: BlockSchema) -> String {
    let label: String? =
      if case .properties(let names) = schema.identity { names.first } else { nil }
    return schema.properties.filter { $0.name != label }
      .map { text(of: $0.name, schema, element) }.filter { !$0.isEmpty }.joined(separator: " ")
  }

  private static func text(
    of name: String, _ schema: BlockSchema, _ element: XMLElement
  ) -> String {
    guard let row = schema.property(name), let place = row.xml else { return "" }
    return place.value(of: place.read(in: element), as: row.type)?.description ?? ""
  }
}

extension BlockSchema {
  /// The attribute by which libvirt identifies devices of its kind.
  private var identityPath: String? {
    switch identity {
    case .target: "target/@dev"
    case .mac: "mac/@address"
    case .position, .properties: nil
    }
  }

  /// Returns libvirt's identity of an element's device; nil if it has none.
  package func identity(of element: XMLElement) -> String? {
    identityPath.flatMap(element.text)?.lowercased()
  }

  /// The most severe impact of a change of its rows.
  package var impact: Impact { allProperties.map(\.impact).max() ?? .nextStart }

  /// The live change that its rows share; nil if one of them has none.
  package var live: LiveChange? {
    let changes = Set(allProperties.map(\.live))
    return changes.count == 1 ? changes.first ?? nil : nil
  }
}
