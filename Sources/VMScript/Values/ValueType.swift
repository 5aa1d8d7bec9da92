import VMScriptSyntax

/// The type of a value; the order is that of the documentation.
enum ValueType: Int, Sendable, CaseIterable {
  case none, bool, int, float, string, size, duration, ip, cidr, mac, list, map, range, function
  case resource, secret, unknown

  private static let byName = Dictionary(uniqueKeysWithValues: allCases.map { ($0.name, $0) })

  /// Creates the type of this name.
  init?(name: String) {
    guard let type = Self.byName[name] else { return nil }
    self = type
  }

  /// The name of the type in the language.
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

  /// The name of the type in the language.
  public var typeName: String { type.name }
}

/// The types of a `param`.
package enum ParameterType: String, CaseIterable, Sendable {
  case bool, int, float, string, size, duration, ip, cidr, mac, list, map, secret

  /// Converts a text from the command line or the environment to this type.
  package func value(of text: String) -> Value? {
    switch self {
    case .bool: text == "true" ? .bool(true) : text == "false" ? .bool(false) : nil
    case .int: Int64(text).map(Value.int)
    case .float: Double(decimal: text).map(Value.float)
    case .string: .string(text)
    case .size: ByteSize(text).map(Value.size)
    case .duration: Duration(script: text).map(Value.duration)
    case .ip: IPAddress(text).map(Value.ip)
    case .cidr: Subnet(text).map(Value.cidr)
    case .mac: MACAddress(text).map(Value.mac)
    case .secret: .secret(SecretText(text))
    case .list: structured(text)
    case .map: structured(text)
    }
  }

  private func structured(_ text: String) -> Value? {
    guard let value = try? YAMLReader.value(text), value.typeName == rawValue else { return nil }
    return value
  }

  /// Converts a value of the script to this type, with the conversions that a property allows too.
  package func convert(_ value: Value) -> Value? {
    switch (self, value) {
    case (_, .unknown): value
    case (.float, .int(let number)): .float(Double(number))
    case (.string, .string), (.secret, .secret): value
    case (.secret, .string(let text)): .secret(SecretText(text))
    case (.size, .string(let text)), (.duration, .string(let text)), (.ip, .string(let text)),
      (.cidr, .string(let text)), (.mac, .string(let text)):
      self.value(of: text)
    default: value.typeName == rawValue ? value : nil
    }
  }
}

/// The environment variables that set parameters.
public enum ParameterVariable {
  private static let prefix = "VMSCRIPT_"

  /// The variable that determines the hypervisor `auto`; scripts cannot read it.
  public static let hypervisor = "VMSCRIPT_HYPERVISOR"

  /// The variable that changes the limits of downloads; scripts cannot read it.
  public static let download = "VMSCRIPT_DOWNLOAD"

  /// The variables of the program itself, which never set a parameter.
  public static let reserved: Set<String> = [hypervisor, download]

  /// Returns the variable of a parameter; nil if none can set it.
  public static func name(of parameter: String) -> String? {
    let name = prefix + parameter.uppercased()
    return reserved.contains(name) ? nil : name
  }

  /// Returns the values of parameters in an environment: `VMSCRIPT_REPLICAS` sets a parameter named
  /// `REPLICAS` or `replicas`.
  public static func parameters(in environment: [String: String]) -> [String: String] {
    var result: [String: String] = [:]
    for (key, value) in environment where key.hasPrefix(prefix) && !reserved.contains(key) {
      let name = String(key.dropFirst(prefix.count))
      result[name] = value
      result[name.lowercased()] = value
    }
    return result
  }
}
