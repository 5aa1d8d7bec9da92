extension Builtin {
  /// The functions of types and identities.
  static let typeFunctions: [Builtin] = [
    conversion("int", "The value as an int", "int(\"7\")", gives: "7", to: .int) { value in
      switch value {
      case .int: value
      case .float(let number): Int64(exactly: number.rounded(.towardZero)).map(Value.int)
      case .bool(let flag): .int(flag ? 1 : 0)
      case .size(let size): .int(size.bytes)
      default: ParameterType.int.read(value)
      }
    },
    conversion("float", "The value as a float", "float(\"1.5\")", gives: "1.5", to: .float) {
      value in
      value.number.map(Value.float) ?? ParameterType.float.read(value)
    },
    .function(
      .types, "string", [Parameter("value")], "The value as `print` prints it", "string(2GiB)",
      gives: "\"2GiB\"", type: .string
    ) { evaluator, call in
      if case .secret = call[0] { return call[0] }
      return .string(try evaluator.text(call[0], at: call.id).text)
    },
    conversion(
      "size", "A size, from its text or its bytes", "size(\"2GiB\")", gives: "2GiB", to: .size
    ) { value in
      switch value {
      case .size: value
      case .int(let bytes): .size(ByteSize(bytes: bytes))
      default: ParameterType.size.read(value)
      }
    },
    conversion(
      "duration", "A duration, from its text", "duration(\"90s\")", gives: "90s", to: .duration
    ) { value in
      if case .duration = value { value } else { ParameterType.duration.read(value) }
    },
    conversion(
      "ip", of: "text", "An IPv4 address", "ip(\"10.0.0.1\") + 1", gives: "10.0.0.2", to: .ip
    ) { value in
      if case .ip = value { value } else { ParameterType.ip.read(value) }
    },
    conversion(
      "cidr", of: "text", "An IPv4 network", "cidr(\"10.0.0.0/24\")[10]", gives: "10.0.0.10",
      to: .cidr
    ) { value in
      if case .cidr = value { value } else { ParameterType.cidr.read(value) }
    },
    .function(
      .types, "mac", [Parameter("name", .macOrName)],
      "A stable MAC address derived from a name, or the address in the text", "mac(\"web\")",
      type: .named(.mac)
    ) { _, call in
      guard case .string(let text) = call[0] else { return call[0] }
      if let address = MACAddress(text) { return .mac(address) }
      // A text that looks like an address is not used as a name.
      if text.count(where: { $0 == ":" }) >= 3, text.allSatisfy({ $0.isHexDigit || $0 == ":" }) {
        throw Diagnostic.cannotConvert(call[0], to: "mac", at: call.span)
      }
      return .mac(Identity.mac(text))
    },
    .function(
      .types, "uuid", [Parameter("name", .string)], "A stable UUID derived from a name",
      "uuid(\"web\")", type: .string
    ) { _, call in .string(Identity.uuid(try call.text(0))) },
    .function(
      .types, "type", [Parameter("value")], "The name of the value's type", "type(2GiB)",
      gives: "\"size\"", type: .string, unknowns: .accept
    ) { _, call in .string(call[0].typeName) },
  ]

  /// Creates the row of a function that converts a value to another type.
  private static func conversion(
    _ name: String, of parameter: String = "value", _ doc: String, _ example: String,
    gives result: String, to type: ValueType, _ convert: @escaping @Sendable (Value) -> Value?
  ) -> Builtin {
    .function(
      .types, name, [Parameter(parameter)], doc, example, gives: result, type: .named(type)
    ) { _, call in
      guard let result = convert(call[0]) else {
        throw Diagnostic.cannotConvert(call[0], to: name, at: call.span)
      }
      return result
    }
  }
}

extension ArgumentType {
  fileprivate static let macOrName = ArgumentType("a string", only: .string, .mac)
}

extension ParameterType {
  /// Returns the value of this type that a text denotes.
  fileprivate func read(_ value: Value) -> Value? {
    if case .string(let text) = value { self.value(of: text) } else { nil }
  }
}

extension Builtin {
  /// The members of networks of addresses.
  static let addressMembers: [Builtin] = [
    subnet(
      "first", "The first address for machines", gives: "10.0.0.1", type: .address
    ) { .ip($0.first) },
    subnet(
      "last", "The last address for machines", gives: "10.0.0.254", type: .address
    ) { .ip($0.last) },
    subnet("prefix", "The length of the prefix in bits", gives: "24", type: .int) {
      .int(Int64($0.prefix))
    },
    subnet("netmask", "The mask of the network", gives: "255.255.255.0", type: .address) {
      .ip($0.netmask)
    },
    subnet("network", "The address of the network itself", gives: "10.0.0.0", type: .address) {
      .ip($0.base)
    },
    subnet("broadcast", "The broadcast address", gives: "10.0.0.255", type: .address) {
      .ip($0.broadcast)
    },
    subnet("count", "The number of addresses", gives: "256", type: .int) { .int($0.count) },
    .method(
      "contains", of: .cidr, taking: [Parameter("address", .address)],
      doc: "Whether the address is in it",
      "10.0.0.0/24.contains(10.0.0.9)", gives: "true", type: .bool
    ) { evaluator, call in try evaluator.contains(call) },
  ]

  private static func subnet(
    _ name: String, _ doc: String, gives result: String, type: ResultType,
    _ value: @escaping @Sendable (Subnet) -> Value
  ) -> Builtin {
    .attribute(
      name, of: .cidr, doc: doc, "10.0.0.0/24.\(name)", gives: result, type: type
    ) { _, call in
      guard case .cidr(let subnet) = call.base else { return .none }
      return value(subnet)
    }
  }
}

extension Builtin {
  /// The members of sizes and durations.
  static let quantityMembers: [Builtin] = [
    size("bytes", "The size in bytes", "4KiB.bytes", gives: "4096", unit: 1, type: .int),
    size("kib", "The size in KiB", "1MiB.kib", gives: "1024", unit: 1 << 10),
    size("mib", "The size in MiB", "1.5GiB.mib", gives: "1536", unit: 1 << 20),
    size("gib", "The size in GiB", "1536MiB.gib", gives: "1.5", unit: 1 << 30),
    size("tib", "The size in TiB", "512GiB.tib", gives: "0.5", unit: 1 << 40),
    duration(
      "milliseconds", "The duration in milliseconds", "2s.milliseconds", gives: "2000", unit: 1,
      type: .int),
    duration("seconds", "The duration in seconds", "5m.seconds", gives: "300", unit: 1_000),
    duration("minutes", "The duration in minutes", "90s.minutes", gives: "1.5", unit: 60_000),
    duration("hours", "The duration in hours", "90m.hours", gives: "1.5", unit: 3_600_000),
  ]

  private static func size(
    _ name: String, _ doc: String, _ example: String, gives result: String, unit: Int64,
    type: ResultType = .number
  ) -> Builtin {
    .attribute(name, of: .size, doc: doc, example, gives: result, type: type) { _, call in
      guard case .size(let size) = call.base else { return .none }
      return .quotient(size.bytes, unit)
    }
  }

  private static func duration(
    _ name: String, _ doc: String, _ example: String, gives result: String, unit: Int64,
    type: ResultType = .number
  ) -> Builtin {
    .attribute(name, of: .duration, doc: doc, example, gives: result, type: type) { _, call in
      guard case .duration(let duration) = call.base else { return .none }
      return .quotient(duration.wholeMilliseconds, unit)
    }
  }
}

extension Value {
  /// Returns an int if it divides evenly, otherwise a float.
  fileprivate static func quotient(_ number: Int64, _ unit: Int64) -> Value {
    number % unit == 0 ? .int(number / unit) : .float(Double(number) / Double(unit))
  }
}
