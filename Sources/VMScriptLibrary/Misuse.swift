import CVMScript
import VMScript

/// A caller's error, for the message of `VMS_INVALID`.
struct Misuse: Error {
  let message: String
}

/// Runs the body of a function that can fail, and writes its message to the caller's buffer.
///
/// - Parameter message: NULL, or a buffer of `VMS_MESSAGE_SIZE` bytes.
func answer(
  _ message: UnsafeMutablePointer<CChar>?, _ body: () throws(Misuse) -> vms_status
) -> vms_status {
  do throws(Misuse) {
    let status = try body()
    message?.pointee = 0
    return status
  } catch {
    write(error.message, to: message)
    return VMS_INVALID
  }
}

/// Writes a text and a NUL, truncated at a character boundary.
private func write(_ text: String, to room: UnsafeMutablePointer<CChar>?) {
  guard let room else { return }
  var end = 0
  for scalar in text.unicodeScalars {
    let units = UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter
    guard end + units.count < Int(VMS_MESSAGE_SIZE) else { break }
    for unit in units {
      // SAFETY: `end` stays below the size that the header requires.
      room[end] = CChar(bitPattern: unit)
      end += 1
    }
  }
  room[end] = 0
}

// The messages of `VMS_INVALID`.

extension Misuse {
  static func missing(_ what: String) -> Misuse { Misuse(message: "\(what) is NULL") }

  static func tooLong(_ what: String) -> Misuse {
    Misuse(message: "the length of \(what) is too large")
  }

  static func malformedUTF8(_ what: String) -> Misuse {
    Misuse(message: "\(what) is not valid UTF-8")
  }

  static func malformedJSON(_ what: String, _ reason: String) -> Misuse {
    Misuse(message: "\(what) is not valid JSON: \(reason)")
  }

  static func unfitSchema(_ reason: String) -> Misuse {
    Misuse(message: "invalid schema of a kind: \(reason)")
  }

  static func notAnObject(_ what: String) -> Misuse {
    Misuse(message: "\(what) is not a JSON object")
  }

  static func notAString(_ what: String, _ name: String) -> Misuse {
    Misuse(message: "`\(name)` of \(what) is not a JSON string")
  }

  static func notNames(_ what: String) -> Misuse {
    Misuse(message: "\(what) is not a JSON array of names")
  }

  static func unfitName(_ name: String) -> Misuse {
    Misuse(message: "`\(name)` is not a name: use letters, digits and `_`, with no digit first")
  }

  static func unfitStack(_ name: String) -> Misuse {
    Misuse(message: "`\(name)` is not the name of a stack: use \(Program.stackNameRule)")
  }

  static func unfitArity(_ minimum: Int, _ maximum: Int) -> Misuse {
    Misuse(message: "a function cannot take \(minimum) to \(maximum) arguments")
  }

  static func wrongSize(_ what: String, _ size: Int) -> Misuse {
    Misuse(message: "\(size) is not the size of a \(what); set it to sizeof(\(what))")
  }

  static func unknownMembers(_ what: String) -> Misuse {
    Misuse(message: "this version of the library does not know all members that are set in \(what)")
  }
}

/// The messages of invalid answers of callbacks.
enum CallbackMessages {
  static let noScript = "the host returned no script"
  static let noFile = "the host returned no text"
  static let noPaths = "the host returned no list of paths"
  static let noValue = "the host returned text instead of a JSON value"
}
