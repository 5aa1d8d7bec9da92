/// The words of this module's own failures; all others are libvirt's.
enum Messages {
  static let noReason = "libvirt gave no reason"
  static let poolClosed = "the connection pool is closed"
  static let transferStopped = "the transfer was stopped"
  static func noAnswer(within limit: Duration) -> String {
    let milliseconds = Int64(limit / .milliseconds(1))
    return "no answer within "
      + (milliseconds % 1000 == 0 ? "\(milliseconds / 1000)s" : "\(milliseconds)ms")
  }
  static func openFailed(uri: String?, reason: String) -> String {
    "cannot connect to \(uri ?? "libvirt's default URI"): \(reason)"
  }
  static func shortUpload(sent: Int64, expected: Int64) -> String {
    "the file ended after \(sent) of \(expected) bytes"
  }
}
