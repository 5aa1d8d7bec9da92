import CVMScript
import VMScript

/// Reads and copies the arguments of a caller.
enum Input {
  /// Arbitrary bytes.
  ///
  /// - Parameter what: the name in messages, such as `source`.
  static func bytes(
    _ pointer: UnsafePointer<CChar>?, _ length: Int, _ what: String
  ) throws(Misuse) -> [UInt8] {
    guard length != 0 else { return [] }
    guard let pointer else { throw .missing(what) }
    // A length above the maximum of Int arrives negative.
    guard length > 0 else { throw .tooLong(what) }
    // SAFETY: the caller guarantees that many bytes.
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

  /// A name for use in scripts.
  static func name(
    _ pointer: UnsafePointer<CChar>?, _ length: Int
  ) throws(Misuse) -> String {
    try fit(try text(pointer, length, "name"))
  }

  /// Throws unless scripts can use the name.
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

  /// A struct that begins with its size; members that the caller's version lacks are zero.
  ///
  /// - Throws: if members are set that this version of the library does not know.
  static func options<Options>(
    _ pointer: UnsafePointer<Options>, _ what: String, zero: Options
  ) throws(Misuse) -> Options {
    let raw = UnsafeRawPointer(pointer)
    // SAFETY: each of these structs begins with its size, whatever its version.
    let size = raw.loadUnaligned(as: Int.self)
    guard size >= MemoryLayout<Int>.size, size <= maximumSize else { throw .wrongSize(what, size) }
    // SAFETY: by the size, the caller guarantees that many bytes.
    let given = UnsafeRawBufferPointer(start: raw, count: size)
    let known = MemoryLayout<Options>.size
    guard given.dropFirst(known).allSatisfy({ $0 == 0 }) else { throw .unknownMembers(what) }
    var options = zero
    withUnsafeMutableBytes(of: &options) { bytes in
      bytes.copyBytes(from: given.prefix(known))
    }
    return options
  }

  /// Larger than any version of a struct; an uninitialized size is probably larger.
  private static let maximumSize = 4_096
}

extension Limits {
  /// The limits of a caller; zero selects the value of `defaults`.
  init(_ pointer: UnsafePointer<vms_limits>, defaults: Limits) throws(Misuse) {
    let given = try Input.options(pointer, "vms_limits", zero: vms_limits())
    self = defaults
    if given.steps != 0 { steps = Int(Self.bounded(given.steps)) }
    if given.depth != 0 { depth = Int(Self.bounded(given.depth)) }
    if given.memory != 0 { memory = ByteSize(bytes: Self.bounded(given.memory)) }
    if given.output != 0 { output = ByteSize(bytes: Self.bounded(given.output)) }
    if given.milliseconds != 0 {
      time = .milliseconds(min(Self.bounded(given.milliseconds), Self.longestTime))
    }
  }

  /// Bounds a number so that it is unreachable in practice, but sums do not overflow.
  private static func bounded(_ number: UInt64) -> Int64 { Int64(min(number, 1 << 60)) }

  /// A hundred years, in milliseconds.
  private static let longestTime: Int64 = 100 * 366 * 86_400_000
}

extension OutsideAccess {
  /// Access through the callbacks of a host.
  init(_ given: vms_access) {
    self.init()
    let context = HostContext(given.context, destroy: given.destroy)
    if let function = given.read {
      let host = HostCallback(function: function, context: context)
      read = { path, script throws(Failure) in
        switch host.ask(path, script) {
        case .bytes(let bytes, _): return bytes
        case .failure(let reason): throw Failure(reason)
        case .nothing, .value: throw Failure(CallbackMessages.noFile)
        }
      }
    }
    if let function = given.glob {
      let host = HostCallback(function: function, context: context)
      glob = { pattern, script throws(Failure) in
        switch host.ask(pattern, script) {
        case .value(let value):
          guard let paths = [String](scriptValue: value) else {
            throw Failure(CallbackMessages.noPaths)
          }
          return paths.sorted()
        case .failure(let reason): throw Failure(reason)
        case .nothing, .bytes: throw Failure(CallbackMessages.noPaths)
        }
      }
    }
    if let function = given.environment {
      let host = HostCallback(function: function, context: context)
      environment = { name in
        guard case .bytes(let bytes, _) = host.ask(name, "") else { return nil }
        return String(decoding: bytes, as: UTF8.self)
      }
    }
  }
}

extension HostCallback<vms_access_callback> {
  /// Calls the host for a name in a script.
  fileprivate func ask(_ name: String, _ script: String) -> Reply.Answer {
    Reply.collect { reply in
      withText(name) { name, nameLength in
        withText(script) { script, scriptLength in
          function(context.pointer, name, nameLength, script, scriptLength, reply)
        }
      }
    }
  }
}
