/// The words of this module's own failures; all others are libvirt's.
enum Messages {
  static let noReason = "libvirt gave no reason"
  static let poolClosed = "the connection pool is closed"
  static let transferStopped = "the transfer was stopped"
  static func openFailed(uri: String?, reason: String) -> String {
    "cannot connect to \(uri ?? "libvirt's default URI"): \(reason)"
  }
  static func shortUpload(sent: Int64, expected: Int64) -> String {
    "the file ended after \(sent) of \(expected) bytes"
  }
}
