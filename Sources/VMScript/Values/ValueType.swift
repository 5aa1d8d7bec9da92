/// The type of a value; the order is that of the documentation.
enum ValueType: Int, Sendable, CaseIterable {
  case none, bool, int, float, string, size, duration, ip, cidr, mac, list, map, range, function
  case resource, secret, unknown

  private static let byName = Dictionary(uniqueKeysWithValues: allCases.map { ($0.name, $0) })

  /// The type that the language calls by this name.
  init?(name: String) {
    guard let type = Self.byName[name] else { return nil }
    self = type
  }

  /// The type's name as the language writes it.
  var name: String {
    switch self {
    case .none: "none"
    case .bool: "bool"
    case .int: "int"
    case .float: "float"
    case .string: "string"
    case .size: "size"
    case .duration: "duration"
    case .ip: "ip"
    case .cidr: "cidr"
    case .mac: "mac"
    case .list: "list"
    case .map: "map"
    case .range: "range"
    case .function: "function"
    case .resource: "resource"
    case .secret: "secret"
    case .unknown: "unknown"
    }
  }
}

extension Value {
  /// The type of the value.
  var type: ValueType {
    switch self {
    case .none: .none
    case .bool: .bool
    case .int: .int
    case .float: .float
    case .string: .string
    case .size: .size
    case .duration: .duration
    case .ip: .ip
    case .cidr: .cidr
    case .mac: .mac
    case .list: .list
    case .map: .map
    case .range: .range
    case .function: .function
    case .resource: .resource
    case .secret: .secret
    case .unknown: .unknown
    }
  }

  /// The type's name as the language writes it.
  public var typeName: String { type.name }
}
