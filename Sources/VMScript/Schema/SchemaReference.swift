/// The reference page, made from the table.
public enum SchemaReference {
  /// Every block with its properties, as Markdown.
  public static func markdown() -> String {
    markdown(of: ResourceKind.allCases.map(Schema.resource))
  }

  /// The same page of other kinds of resources, such as those that an ``Engine`` was given.
  ///
  ///     let page = SchemaReference.markdown(of: engine.resources)
  public static func markdown(of kinds: [BlockSchema]) -> String {
    var page = "# Properties\n"
    for kind in kinds { section(kind, path: "", to: &page) }
    return page
  }

  private static func section(_ block: BlockSchema, path: String, to page: inout String) {
    let title = path.isEmpty ? block.name : "\(path) · \(block.name)"
    page += "\n## \(title)\n\n\(block.doc)\n"
    if !block.properties.isEmpty {
      page += "\n| Property | Type | A change takes effect | |\n|---|---|---|---|\n"
      for row in block.properties {
        let required = row.isRequired ? " Required." : ""
        page +=
          "| `\(row.name)` | \(row.type.name) | \(row.impact.rawValue) | \(row.doc)\(required) |\n"
      }
    }
    for inner in block.blocks { section(inner, path: title, to: &page) }
  }
}

extension PropertyType {
  /// The type in words, for the reference page and help.
  public var name: String {
    switch self {
    case .bool: "bool"
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
    case .map(let element): "map of \(element.name)"
    case .resource(let kinds): kinds.map(\.rawValue).joined(separator: " or ")
    case .either(let types): types.map(\.name).joined(separator: " or ")
    case .secret: "secret"
    }
  }
}
