/// Names that are safe as a libvirt name, in a path and on a terminal.
enum ResourceName {
  /// Bytes that a name may have; what is put around it still fits into a file's name.
  static let maximumLength = 200

  static func isSafe(_ name: String) -> Bool {
    guard (1...maximumLength).contains(name.utf8.count), name != ".", !name.contains("..")
    else { return false }
    let scalars = name.unicodeScalars
    guard let first = scalars.first, let last = scalars.last, !first.properties.isWhitespace,
      !last.properties.isWhitespace
    else { return false }
    return scalars.allSatisfy { scalar in
      !#"/\<>"'"#.unicodeScalars.contains(scalar) && scalar.value >= 32
        && !(127..<160).contains(scalar.value)
    }
  }
}
