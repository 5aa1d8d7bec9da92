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
      current.declareNamespace()
    }
    return current
  }

  /// Returns every element at the place below `block`, for a block that repeats.
  package func elements(in block: XMLElement) -> [XMLElement] {
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
  package func addElement(in block: XMLElement) -> XMLElement {
    let elements = parts.elements
    guard let name = elements.last else { return block }
    let element = parent(in: block).add(name)
    element.declareNamespace()
    for (path, text) in with.sorted(by: { $0.key < $1.key }) { element.setText(text, at: path) }
    return element
  }

  /// Returns the parent of the place's elements, added if missing.
  private func parent(in block: XMLElement) -> XMLElement {
    parts.elements.dropLast().reduce(block) {
      let element = $0.ensure($1)
      element.declareNamespace()
      return element
    }
  }

  /// Returns the texts at the place: none, one, or one for each member of a list or a map.
  package func read(in block: XMLElement) -> [String] {
    let attribute = parts.attribute
    switch codec {
    case .each:
      return siblings(in: block).compactMap { child in
        attribute.map { child[$0] } ?? child.stringValue
      }
    case .entries(let key, let value):
      return elements(in: block).compactMap { entry in
        guard let name = entry.text(at: key) else { return nil }
        return XMLNotation.entry(name, entry.text(at: value) ?? "")
      }
    case .count:
      let count = elements(in: block).count
      return count > 0 ? [String(count)] : []
    case .firmware: return [DomainFirmware(block).kind]
    default: break
    }
    guard let element = element(in: block) else { return [] }
    switch codec {
    case .presence: return ["true"]
    case .pciAddress: return PCIAddress(element).map { [$0.description] } ?? []
    case .usbProduct:
      return XMLNotation.usbProduct(
        vendor: element.text(at: "vendor/@id"), product: element.text(at: "product/@id")
      ).map { [$0] } ?? []
    default: break
    }
    guard let text = attribute.map({ element[$0] }) ?? element.stringValue else { return [] }
    switch codec {
    case .subnet: return ["\(text)/\(element["prefix"] ?? "")"]
    case .size(let scale, let unit):
      let bytes = XMLNotation.bytes(
        text, unit: unit == nil ? nil : element["unit"], standard: scale)
      return [bytes.map { String($0 / scale + ($0 % scale > 0 ? 1 : 0)) } ?? text]
    default: return [text]
    }
  }

  /// Sets the texts, as returned by ``texts(of:)``, at the place. None removes the present ones.
  package func write(_ texts: [String], in block: XMLElement) {
    let (elements, attribute) = parts
    switch codec {
    case .each:
      guard let name = elements.last else { return }
      let parent = parent(in: block)
      parent.remove(name)
      for text in texts {
        let child = parent.add(name)
        child.declareNamespace()
        if let attribute { child[attribute] = text } else { child.stringValue = text }
      }
      return
    case .entries(let key, let value): return writeEntries(texts, key, value, in: block)
    case .firmware: return DomainFirmware(block).set(texts.first ?? DomainFirmware.bios)
    case .count:
      let present = self.elements(in: block)
      let count = texts.first.flatMap { Int($0) } ?? 0
      for element in present.dropFirst(count) { element.detach() }
      for _ in 0..<max(0, count - present.count) { _ = addElement(in: block) }
      return
    default: break
    }
    guard let text = texts.first else { return clear(in: block) }
    let element = ensureElement(in: block)
    switch codec {
    case .presence: return
    case .pciAddress:
      PCIAddress(text)?.write(to: element)
      return
    case .usbProduct:
      let (vendor, product) = XMLNotation.usbProduct(text)
      element.setText(vendor, at: "vendor/@id")
      element.setText(product, at: "product/@id")
      return
    case .subnet:
      guard let slash = text.lastIndex(of: "/") else { return }
      element[attribute ?? "address"] = String(text[..<slash])
      element["prefix"] = String(text[slash...].dropFirst())
      return
    default: break
    }
    if let attribute { element[attribute] = text } else { element.stringValue = text }
    if case .size(_, let unit?) = codec { element["unit"] = unit }
  }

  /// Removes the value, and an element that holds nothing else.
  private func clear(in block: XMLElement) {
    guard let element = element(in: block) else { return }
    guard let attribute = parts.attribute else {
      return path.isEmpty ? element.stringValue = "" : element.detach()
    }
    element[attribute] = nil
    // The constants have no meaning without the value.
    if !with.isEmpty, element.attributes.keys.allSatisfy({ with["@\($0)"] != nil }),
      element.children.isEmpty
    {
      element.detach()
    }
  }

  private func writeEntries(
    _ texts: [String], _ key: String, _ value: String, in block: XMLElement
  ) {
    let earlier = elements(in: block)
    for text in texts {
      let (name, content) = XMLNotation.parts(of: text)
      let element = addElement(in: block)
      element.setText(name, at: key)
      if !value.hasPrefix("@") || !content.isEmpty { element.setText(content, at: value) }
      // In the same place, so that nothing else seems to move.
      if let first = earlier.first { first.parent?.insert(element, before: first) }
    }
    for element in earlier { element.detach() }
  }

  /// Returns the XML texts of a value.
  package func texts(of value: Value) -> [String] {
    switch (codec, value) {
    case (_, .none): []
    case (.presence, .bool(let isOn)): isOn ? ["true"] : []
    case (.flag(let on, let off), .bool(let isOn)): [isOn ? on : off]
    case (.count, .int(let count)): count > 0 ? [String(count)] : []
    // libvirt counts whole units. A guest never gets less than declared.
    case (.size(let scale, _), .size(let size)):
      [String(size.bytes / scale + (size.bytes % scale > 0 ? 1 : 0))]
    case (.graphicsMemory, .size(let size)):
      [String(Self.powerOfTwo(from: size.bytes / 1024 + (size.bytes % 1024 > 0 ? 1 : 0)))]
    case (.seconds, .duration(let duration)):
      [String((duration.wholeMilliseconds + 999) / 1000)]
    case (.subnet, .cidr(let subnet)): ["\(subnet.base)/\(subnet.prefix)"]
    case (.words(let words), _):
      [words[value.description] ?? value.description].filter { !$0.isEmpty }
    case (.each(let words), .list(let items)):
      items.map { words[$0.description] ?? $0.description }
    case (.entries(_, let attribute), .map(let entries)):
      entries.map { key, value in
        let text = Self.texts(value.description).first ?? ""
        return XMLNotation.entry(
          XMLCharacters.lines(of: key),
          attribute == "@cpuset" ? XMLNotation.cpuset(text) : text)
      }
    case (.cpuset, .string(let text)): [XMLNotation.cpuset(text)]
    case (.pciAddress, .string(let text)): [PCIAddress(text)?.description ?? text]
    case (.usbProduct, .string(let text)): [text.lowercased()]
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
    if case .entries = codec { return wanted.sorted() == found.sorted() }
    guard let wanted = wanted.first, let found = found.first else { return false }
    switch codec {
    case .path: return Self.path(wanted) == Self.path(found)
    case .address: return Self.address(wanted) == Self.address(found)
    case .alias(let prefixes): return found.hasPrefix(prefixes[wanted] ?? wanted + "-")
    case .text, .subnet, .size, .graphicsMemory, .seconds, .flag, .presence, .count, .words, .each,
      .entries,
      .cpuset, .firmware, .pciAddress, .usbProduct:
      return false
    }
  }

  /// Returns the least power of two that is not below a number.
  private static func powerOfTwo(from number: Int64) -> Int64 {
    guard number > 1, number <= 1 << 62 else { return max(1, number) }
    return 1 << (Int64.bitWidth - (number - 1).leadingZeroBitCount)
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
    if case .either(let types) = type {
      return types.first.flatMap { value(of: texts, as: $0) }
    }
    switch codec {
    case .each(let words):
      return texts.isEmpty ? nil : .list(texts.map { .string(Self.word($0, words)) })
    case .entries:
      guard !texts.isEmpty else { return nil }
      var entries: ValueMap = [:]
      for (key, value) in texts.map(XMLNotation.parts) { entries[key] = .string(value) }
      return .map(entries)
    case .presence: return .bool(!texts.isEmpty)
    case .flag(let on, let off):
      guard let text = texts.first else { return nil }
      return text == on ? .bool(true) : text == off ? .bool(false) : .string(text)
    case .size(let scale, _):
      return texts.first.flatMap(Int64.init).map {
        .size(ByteSize(bytes: $0.multipliedReportingOverflow(by: scale).partialValue))
      }
    case .graphicsMemory:
      return texts.first.flatMap(Int64.init).map { .size(ByteSize(bytes: $0 &* 1024)) }
    case .seconds: return texts.first.flatMap(Int64.init).map { .duration(.seconds($0)) }
    case .words(let words): return texts.first.map { .string(Self.word($0, words)) }
    case .text, .path, .address, .subnet, .alias, .count, .cpuset, .firmware, .pciAddress,
      .usbProduct:
      break
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
