extension Builtin {
  /// What belongs to networks of addresses.
  static let addressMembers: [Builtin] = [
    subnet(
      "first", "The first address that a machine can have", gives: "10.0.0.1", type: .address
    ) { .ip($0.first) },
    subnet(
      "last", "The last address that a machine can have", gives: "10.0.0.254", type: .address
    ) { .ip($0.last) },
    subnet("prefix", "How many bits are the network's", gives: "24", type: .int) {
      .int(Int64($0.prefix))
    },
    subnet("netmask", "Its mask", gives: "255.255.255.0", type: .address) { .ip($0.netmask) },
    subnet("network", "The address of the network itself", gives: "10.0.0.0", type: .address) {
      .ip($0.base)
    },
    subnet("broadcast", "The address of all its machines", gives: "10.0.0.255", type: .address) {
      .ip($0.broadcast)
    },
    subnet("count", "How many addresses it has", gives: "256", type: .int) { .int($0.count) },
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
