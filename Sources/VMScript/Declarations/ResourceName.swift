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
      case _ where !scalar.isVisible: return false
      default: previous = scalar
      }
    }
    return true
  }
}

extension Unicode.Scalar {
  /// Whether it is neither a control character, nor a line break, nor one that turns the direction of
  /// what a terminal shows, nor one that XML does not know.
  fileprivate var isVisible: Bool {
    switch value {
    case 0x200E, 0x200F, 0x202A...0x202E, 0x2066...0x2069, 0xFEFF: return false
    default: break
    }
    switch properties.generalCategory {
    case .control, .lineSeparator, .paragraphSeparator: return false
    default: return XMLCharacters.allows(self)
    }
  }
}
