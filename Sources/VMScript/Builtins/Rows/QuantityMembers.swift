extension Builtin {
  /// What belongs to sizes and durations.
  static let quantityMembers: [Builtin] = [
    size("bytes", "In bytes", "4KiB.bytes", gives: "4096", unit: 1, type: .int),
    size("kib", "In KiB", "1MiB.kib", gives: "1024", unit: 1 << 10),
    size("mib", "In MiB", "1.5GiB.mib", gives: "1536", unit: 1 << 20),
    size("gib", "In GiB", "1536MiB.gib", gives: "1.5", unit: 1 << 30),
    size("tib", "In TiB", "512GiB.tib", gives: "0.5", unit: 1 << 40),
    duration(
      "milliseconds", "In milliseconds", "2s.milliseconds", gives: "2000", unit: 1, type: .int),
    duration("seconds", "In seconds", "5m.seconds", gives: "300", unit: 1_000),
    duration("minutes", "In minutes", "90s.minutes", gives: "1.5", unit: 60_000),
    duration("hours", "In hours", "90m.hours", gives: "1.5", unit: 3_600_000),
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
  /// Whole where it divides evenly, otherwise a float.
  fileprivate static func quotient(_ number: Int64, _ unit: Int64) -> Value {
    number % unit == 0 ? .int(number / unit) : .float(Double(number) / Double(unit))
  }
}
