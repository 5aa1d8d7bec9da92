import VMScript

/// Reads what a caller hands over; everything is copied.
enum Input {
  /// Bytes that need not be text.
  ///
  /// - Parameter what: what messages call it, such as `source`.
  static func bytes(
    _ pointer: UnsafePointer<CChar>?, _ length: Int, _ what: String
  ) throws(Misuse) -> [UInt8] {
    guard length != 0 else { return [] }
    guard let pointer else { throw .missing(what) }
    // A length of more than half of all memory arrives negative.
    guard length > 0 else { throw .tooLong(what) }
    // SAFETY: the caller says that so many bytes are there.
    return Array(UnsafeRawBufferPointer(start: pointer, count: length))
  }

  /// A text.
  static func text(
    _ pointer: UnsafePointer<CChar>?, _ length: Int, _ what: String
  ) throws(Misuse) -> String {
    let bytes = try bytes(pointer, length, what)
    guard let text = String(validating: bytes, as: UTF8.self) else { throw .malformedUTF8(what) }
    return text
  }

  /// What scripts can call something.
  static func name(
    _ pointer: UnsafePointer<CChar>?, _ length: Int
  ) throws(Misuse) -> String {
    try fit(try text(pointer, length, "name"))
  }

  /// A name, if scripts can write it.
  private static func fit(_ name: String) throws(Misuse) -> String {
    guard let first = name.utf8.first, !(48...57).contains(first),
      name.utf8.allSatisfy({ byte in
        byte == 95 || (48...57).contains(byte) || (65...90).contains(byte)
          || (97...122).contains(byte)
      })
    else { throw .unfitName(name) }
    return name
  }

  /// A JSON array of names; none for an empty text.
  static func names(
    _ pointer: UnsafePointer<CChar>?, _ length: Int, _ what: String
  ) throws(Misuse) -> [String] {
    if length == 0 { return [] }
    guard case .list(let values) = try value(pointer, length, what) else {
      throw .notNames(what)
    }
    var names: [String] = []
    for value in values {
      guard case .string(let name) = value else { throw .notNames(what) }
      names.append(try fit(name))
    }
    return names
  }

  /// A value as JSON.
  static func value(
    _ pointer: UnsafePointer<CChar>?, _ length: Int, _ what: String
  ) throws(Misuse) -> Value {
    let text = try text(pointer, length, what)
    do throws(MalformedText) { return try Value(json: text) } catch {
      throw .malformedJSON(what, error.reason)
    }
  }

  /// The members of a JSON object; none for an empty text.
  static func members(
    _ pointer: UnsafePointer<CChar>?, _ length: Int, _ what: String
  ) throws(Misuse) -> [String: Value] {
    if length == 0 { return [:] }
    guard case .map(let members) = try value(pointer, length, what) else {
      throw .notAnObject(what)
    }
    return Dictionary(uniqueKeysWithValues: members.map { ($0.key, $0.value) })
  }

  /// The members of a JSON object whose values are strings.
  static func texts(
    _ pointer: UnsafePointer<CChar>?, _ length: Int, _ what: String
  ) throws(Misuse) -> [String: String] {
    var texts: [String: String] = [:]
    for (name, value) in try members(pointer, length, what) {
      guard case .string(let text) = value else { throw .notAString(what, name) }
      texts[name] = text
    }
    return texts
  }

  /// A struct that begins with its size: what the caller's version does not have is zero.
  ///
  /// - Throws: where it has members that this version of the library does not know, and they are set.
  static func options<Options>(
    _ pointer: UnsafePointer<Options>, _ what: String, zero: Options
  ) throws(Misuse) -> Options {
    let raw = UnsafeRawPointer(pointer)
    // SAFETY: each of these structs begins with its size, whatever its version.
    let size = raw.loadUnaligned(as: Int.self)
    guard size >= MemoryLayout<Int>.size, size <= maximumSize else { throw .wrongSize(what, size) }
    // SAFETY: the caller says by the size that so many bytes are there.
    let given = UnsafeRawBufferPointer(start: raw, count: size)
    let known = MemoryLayout<Options>.size
    guard given.dropFirst(known).allSatisfy({ $0 == 0 }) else { throw .unknownMembers(what) }
    var options = zero
    withUnsafeMutableBytes(of: &options) { bytes in
      bytes.copyBytes(from: given.prefix(known))
    }
    return options
  }

  /// More than any version of a struct will need; a size that was never set is most likely larger.
  private static let maximumSize = 4_096
}
