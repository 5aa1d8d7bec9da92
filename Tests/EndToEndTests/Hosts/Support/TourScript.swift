import Foundation
import Testing

/// A script of the tour, unchanged or with some of its text replaced.
struct TourScript {
  let name: String
  private(set) var text: String

  init(_ name: String) throws {
    self.name = name
    text = try String(
      contentsOf: packageFolder.appendingPathComponent("Examples/tour/\(name).vmscript"),
      encoding: .utf8)
  }

  /// The same script with `old`, which must occur in it, changed to `new`.
  func changing(_ old: String, to new: String) throws -> TourScript {
    try #require(text.contains(old), "the script of the tour no longer says: \(old)")
    var changed = self
    changed.text = text.replacingOccurrences(of: old, with: new)
    return changed
  }

  /// One statement of several lines, which ends with a brace at a line's start.
  func statement(_ start: String) throws -> String {
    let rest = try #require(text.range(of: "\n" + start)).lowerBound
    let end = try #require(text[rest...].range(of: "\n}\n")).upperBound
    return String(text[rest..<end])
  }

  /// Writes it into the host's scratch space; gives its path.
  func written(on host: Host) throws -> String { try host.file("\(name).vmscript", text) }

  /// Tour 03 without waiting and with every guest off: all of its calls but those of starting.
  static func labAtRest() throws -> TourScript {
    try TourScript("03-lab")
      .changing("    state = running\n", to: "    state = stopped\n")
      .changing("    autostart = true\n", to: "    autostart = true\n    state = stopped\n")
      .changing("wait \"web-*\" for ip within 3m\n", to: "")
  }
}
