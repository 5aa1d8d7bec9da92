/// What stands behind a number, and what it multiplies by.
enum Unit {
  /// Bytes.
  case size(UInt64)
  /// Milliseconds.
  case duration(UInt64)

  /// Every unit as it is written, in the order in which help texts name them.
  static let all: [(text: String, unit: Unit)] = [
    ("B", .size(1)),
    ("KiB", .size(1 << 10)), ("MiB", .size(1 << 20)), ("GiB", .size(1 << 30)),
    ("TiB", .size(1 << 40)), ("PiB", .size(1 << 50)), ("EiB", .size(1 << 60)),
    ("KB", .size(1_000)), ("kB", .size(1_000)), ("MB", .size(1_000_000)),
    ("GB", .size(1_000_000_000)), ("TB", .size(1_000_000_000_000)),
    ("PB", .size(1_000_000_000_000_000)), ("EB", .size(1_000_000_000_000_000_000)),
    ("K", .size(1 << 10)), ("M", .size(1 << 20)), ("G", .size(1 << 30)), ("T", .size(1 << 40)),
    ("P", .size(1 << 50)), ("E", .size(1 << 60)),
    ("ms", .duration(1)), ("s", .duration(1_000)), ("m", .duration(60_000)),
    ("h", .duration(3_600_000)),
  ]

  init?(bytes: ArraySlice<UInt8>) {
    guard
      let known = Self.all.first(where: { entry in
        entry.text.utf8.elementsEqual(bytes)
      })
    else { return nil }
    self = known.unit
  }
}
