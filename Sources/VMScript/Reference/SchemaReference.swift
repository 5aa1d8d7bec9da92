/// The reference page of kinds of resources, generated from their schemas.
public enum SchemaReference {
  /// Returns every block with its properties, as Markdown.
  ///
  ///     let page = SchemaReference.markdown(of: engine.resources, title: "Resources of a site")
  ///
  /// - Parameters:
  ///   - kinds: the resources, such as those of an ``Engine``.
  ///   - title: the heading of the page.
  public static func markdown(
    of kinds: [BlockSchema] = ResourceKind.allCases.map(Schema.resource),
    title: String = "Properties"
  ) -> String {
    "# \(title)\n" + sections(of: kinds)
  }

  /// Returns the page without its heading.
  static func sections(of kinds: [BlockSchema]) -> String {
    kinds.map { section($0, path: "") }.joined()
  }

  private static func section(_ block: BlockSchema, path: String) -> String {
    let title = path.isEmpty ? block.name : "\(path) · \(block.name)"
    var section = "\n\(path.isEmpty ? "##" : "###") \(title)\n\n\(block.doc)\n"
    if !path.isEmpty { section += "\n\(forms(of: block))\n" }
    if let example = block.example {
      let kind = path.split(separator: " ").first ?? ""
      let lines = example.split(separator: "\n").map { "  \($0)\n" }.joined()
      section += "\n```vmscript\n\(kind) example {\n\(lines)}\n```\n"
    }
    if !block.properties.isEmpty {
      section +=
        "\n" + table(["Property", "Type", "Change", "Meaning"], block.properties.map(row))
    }
    if !block.blocks.isEmpty {
      let names = block.blocks.map { "`\($0.name)`" }.joined(separator: ", ")
      section += "\nContains the blocks \(names).\n"
    }
    return section + block.blocks.map { self.section($0, path: title) }.joined()
  }

  private static func row(_ property: PropertySchema) -> [String] {
    [
      "`\(property.name)`", property.type.name, property.impact.words ?? "",
      ([property.doc] + property.facts).joined(separator: " "),
    ]
  }

  /// Returns the notation of the block.
  private static func forms(of block: BlockSchema) -> String {
    let text = block.subject.map { _ in " \"TEXT\"" } ?? ""
    let plain = "`\(block.name)\(text) { … }`"
    let named = "`\(block.name)\(text)\(block.subject == nil ? "" : " as") NAME { … }`"
    var forms =
      switch block.label {
      case .none: plain
      case .optional: "\(plain) or \(named)"
      case .required: named
      case .anyText: "`\(block.name) 'TEXT' { … }`"
      }
    if let format = block.labelFormat { forms += "; the label is \(format.expectation)" }
    if block.repeats { forms += ", any number of times" }
    if let subject = block.subject { forms += "; the text is its `\(subject)`" }
    if let labelled = block.labelled { forms += "; the name is its `\(labelled)`" }
    if let shorthand = block.shorthand {
      forms += "; `\(block.name) = VALUE` sets only `\(shorthand)`"
    }
    if block.preset != nil {
      forms += "; `\(block.name) = true` uses what is recommended, `\(block.name) = false` none"
    }
    return "Notation: \(forms)."
  }

  /// Returns a Markdown table; the texts of cells are escaped.
  static func table(_ heading: [String], _ rows: [[String]]) -> String {
    func line(_ cells: [String]) -> String {
      "| " + cells.map(cell).joined(separator: " | ") + " |\n"
    }
    return line(heading) + "|" + heading.map { _ in "---|" }.joined() + "\n"
      + rows.map(line).joined()
  }

  private static func cell(_ text: String) -> String {
    text.replacing("|", with: "\\|").split(whereSeparator: \.isNewline).joined(separator: " ")
  }
}

extension PropertySchema {
  /// The default and the inheritance of the property, in sentences.
  package var facts: [String] {
    (isRequired ? ["Required."] : []) + formatFacts
      + (defaultValue.map { ["Default: `\(text(of: $0))`."] } ?? [])
      + (since.map { ["Since libvirt \($0)."] } ?? [])
      + (isInherited ? [] : ["A clone does not inherit it."])
  }

  /// The formats of its texts, in sentences.
  private var formatFacts: [String] {
    [
      format.map { "Must be \($0.expectation)." },
      keyFormat.map { "Each key must be \($0.expectation)." },
    ]
    .compactMap(\.self)
  }

  /// Returns a value in the notation for the property.
  private func text(of value: Value) -> String {
    if case .string(let word) = value, type.words.contains(word) { word } else { value.literal }
  }
}

extension PropertyType {
  /// The type in words, for the reference page and help.
  public var name: String {
    switch self {
    case .bool: "bool"
    case .int(.min ... .max): "int"
    case .int(let range) where range.lowerBound == range.upperBound: "int \(range.lowerBound)"
    case .int(let range): "int \(range.lowerBound) to \(range.upperBound)"
    case .float: "float"
    case .string: "string"
    case .path: "path"
    case .size: "size"
    case .duration: "duration"
    case .ip: "IPv4 address"
    case .ipv6: "IPv6 address"
    case .cidr: "IPv4 network"
    case .cidr6: "IPv6 network"
    case .mac: "MAC address"
    case .uuid: "UUID"
    case .ipRange: "range of addresses"
    case .word(let words): words.map { "`\($0)`" }.joined(separator: " ")
    case .list(let element): "list of \(element.name)"
    case .map(.any): "map"
    case .map(let element): "map of \(element.name)"
    case .resource(let kinds): kinds.map(\.rawValue).joined(separator: " or ")
    case .either(let types): types.map(\.name).joined(separator: " or ")
    case .secret: "secret"
    case .any: "anything"
    }
  }
}
