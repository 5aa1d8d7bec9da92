/// Names that are safe as a libvirt name, in a path and on a terminal.
enum ResourceName {
  /// Bytes that a name may have; what is put around it still fits into a file's name.
  static let maximumLength = 200

  /// Whether it is no path, no tag and no trick: see ``Diagnostic/invalidName(_:of:at:)``.
  static func isSafe(_ name: String) -> Bool {
    guard (1...maximumLength).contains(name.utf8.count), name != ".",
      let first = name.unicodeScalars.first, let last = name.unicodeScalars.last,
      !first.properties.isWhitespace, !last.properties.isWhitespace
    else { return false }
    var previous: Unicode.Scalar = " "
    for scalar in name.unicodeScalars {
      switch scalar {
      case "/", "\\", "<", ">", "\"", "'": return false
      case "." where previous == ".": return false
      case _ where scalar.value < 32 || (127..<160).contains(scalar.value): return false
      default: previous = scalar
      }
    }
    return true
  }
}
