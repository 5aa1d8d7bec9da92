import CVMScript

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
