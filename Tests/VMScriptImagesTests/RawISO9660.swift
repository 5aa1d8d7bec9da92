/// Reads the root folder of an ISO 9660 image by its directory records alone, as a simple guest does.
struct RawISO9660 {
  /// The volume descriptor that is read, which decides the place of names.
  enum Names { case rockRidge, joliet }

  struct Entry {
    let content: [UInt8]
    /// Whether a `ZF` record says that the extent is compressed.
    let isCompressed: Bool
  }

  struct Malformed: Error { let reason: String }

  let bytes: [UInt8]
  private static let sector = 2048

  func files(_ names: Names) throws -> [String: Entry] {
    let root = try descriptor(names)[156..<190]
    let folder = try extent(Array(root))
    var entries: [String: Entry] = [:]
    var position = 0
    while position < folder.count {
      let length = Int(folder[position])
      // A record never crosses a sector; the rest of one is zero.
      if length == 0 {
        position = (position / Self.sector + 1) * Self.sector
        continue
      }
      let record = Array(folder[position..<(position + length)])
      position += length
      // The folder itself and its parent have names of one byte below two; others are files here.
      if record[32] == 1, record[33] < 2 { continue }
      let (name, isCompressed) = try identity(record, names)
      entries[name] = Entry(content: try extent(record), isCompressed: isCompressed)
    }
    return entries
  }

  private func descriptor(_ names: Names) throws -> [UInt8] {
    for number in 16..<32 {
      let start = number * Self.sector
      guard start + Self.sector <= bytes.count else { break }
      let found = Array(bytes[start..<(start + Self.sector)])
      guard String(decoding: found[1..<6], as: UTF8.self) == "CD001" else { break }
      if found[0] == (names == .joliet ? 2 : 1) { return found }
    }
    throw Malformed(reason: "no volume descriptor")
  }

  private func extent(_ record: [UInt8]) throws -> [UInt8] {
    let start = number(record, 2) * Self.sector
    let length = number(record, 10)
    // An empty file is nowhere.
    if length == 0 { return [] }
    guard start + length <= bytes.count else { throw Malformed(reason: "an extent beyond the end") }
    return Array(bytes[start..<(start + length)])
  }

  private func identity(_ record: [UInt8], _ names: Names) throws -> (String, Bool) {
    let length = Int(record[32])
    let plain = Array(record[33..<(33 + length)])
    if names == .joliet {
      let units = stride(from: 0, to: plain.count, by: 2).map {
        UInt16(plain[$0]) << 8 | UInt16(plain[$0 + 1])
      }
      let name = String(decoding: units, as: UTF16.self)
      return (name.split(separator: ";").first.map(String.init) ?? name, false)
    }
    var name = ""
    var isCompressed = false
    var rest = Array(record[(33 + length + (length % 2 == 0 ? 1 : 0))...])
    while rest.count >= 4 {
      let size = Int(rest[2])
      guard size >= 4, size <= rest.count else { break }
      switch String(decoding: rest[0..<2], as: UTF8.self) {
      case "NM": name += String(decoding: rest[5..<size], as: UTF8.self)
      case "ZF": isCompressed = true
      case "CE":
        let start = number(rest, 4) * Self.sector + number(rest, 12)
        let count = number(rest, 20)
        guard start + count <= bytes.count else { throw Malformed(reason: "a lost continuation") }
        rest = Array(bytes[start..<(start + count)])
        continue
      default: break
      }
      rest.removeFirst(size)
    }
    return (name, isCompressed)
  }

  private func number(_ bytes: [UInt8], _ at: Int) -> Int {
    (0..<4).reduce(0) { $0 | Int(bytes[at + $1]) << (8 * $1) }
  }
}
