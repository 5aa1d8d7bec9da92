import CVMScript
import VMScript

/// What a caller did wrong, for the message of `VMS_INVALID`.
struct Misuse: Error {
  let message: String
}

/// Does the work of a function that can fail, and writes the message where the caller made room.
///
/// - Parameter message: NULL, or room for `VMS_MESSAGE_SIZE` bytes.
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

/// Writes a text and its NUL, cut where a character begins.
private func write(_ text: String, to room: UnsafeMutablePointer<CChar>?) {
  guard let room else { return }
  var end = 0
  for scalar in text.unicodeScalars {
    let units = UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter
    guard end + units.count < Int(VMS_MESSAGE_SIZE) else { break }
    for unit in units {
      // SAFETY: `end` stays below the size that the header asks the room to have.
      room[end] = CChar(bitPattern: unit)
      end += 1
    }
  }
  room[end] = 0
}

// The words of `VMS_INVALID`.

extension Misuse {
  static func missing(_ what: String) -> Misuse { Misuse(message: "\(what) is NULL") }

  static func tooLong(_ what: String) -> Misuse {
    Misuse(message: "the length of \(what) is more than any memory holds")
  }

  static func malformedUTF8(_ what: String) -> Misuse {
    Misuse(message: "\(what) is not valid UTF-8")
  }

  static func malformedJSON(_ what: String, _ reason: String) -> Misuse {
    Misuse(message: "\(what) is not valid JSON: \(reason)")
  }

  static func unfitSchema(_ reason: String) -> Misuse {
    Misuse(message: "no schema of a kind: \(reason)")
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
    Misuse(message: "`\(name)` is no name: letters, digits and `_` are, no digit first")
  }

  static func unfitStack(_ name: String) -> Misuse {
    Misuse(message: "`\(name)` is no stack's name: use \(Program.stackNameRule)")
  }

  static func unfitArity(_ minimum: Int, _ maximum: Int) -> Misuse {
    Misuse(message: "a function cannot take \(minimum) to \(maximum) arguments")
  }

  static func wrongSize(_ what: String, _ size: Int) -> Misuse {
    Misuse(message: "\(size) is not the size of a \(what); set it to sizeof(\(what))")
  }

  static func unknownMembers(_ what: String) -> Misuse {
    Misuse(message: "this version of the library does not know all that is set in \(what)")
  }
}

/// The words of callbacks that did not answer as they should.
enum CallbackMessages {
  static let noScript = "the host gave no script"
  static let noFile = "the host gave no text"
  static let noPaths = "the host gave no list of paths"
  static let noValue = "it answered a text where a JSON value belongs"
}
