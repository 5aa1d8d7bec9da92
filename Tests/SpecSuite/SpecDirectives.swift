/// The `#:` lines at the top of a spec script.
public struct SpecDirectives: Sendable {
  /// `#: set NAME=VALUE`, in their order.
  public private(set) var settings: [(name: String, value: String)] = []
  /// `#: env NAME=VALUE`, in their order.
  public private(set) var environment: [(name: String, value: String)] = []
  /// `#: stack NAME`.
  public private(set) var stack: String?
  /// The limits of a case; the defaults keep every case short on any machine.
  public private(set) var limits = [
    "steps": "10000000", "depth": "1000", "memory": "64MiB", "output": "1MiB",
  ]
  /// `#: check`: as `vmscript check` does, without values for parameters.
  public private(set) var isCheckOnly = false
  /// `#: resources`: the declarations belong to what the script gives.
  public private(set) var showsResources = false
  /// `#: access`: the script may read below its folder, and the variable `SPEC`.
  public private(set) var grantsAccess = false
  /// `#: no access`: the script has no access to files and the environment.
  public private(set) var refusesAccess = false

  /// The value of the variable `SPEC` where access is granted.
  public static let variable = "a value"

  init(_ script: [UInt8]) {
    for line in String(decoding: script.prefix(4096), as: UTF8.self).split(separator: "\n") {
      guard line.hasPrefix("#:") else { break }
      let words = line.dropFirst(2).split(separator: " ").map(String.init)
      if !apply(words) { unknown.append(String(line)) }
    }
  }

  /// Lines that say nothing.
  public private(set) var unknown: [String] = []

  private mutating func apply(_ words: [String]) -> Bool {
    let rest = words.dropFirst().joined(separator: " ")
    switch words.first {
    case "check": isCheckOnly = true
    case "resources": showsResources = true
    case "access": grantsAccess = true
    case "no": refusesAccess = rest == "access"
    case "stack": stack = rest
    case "set": return Self.pair(rest).map { settings.append($0) } != nil
    case "env": return Self.pair(rest).map { environment.append($0) } != nil
    case "limit":
      guard words.count == 3, limits[words[1]] != nil else { return false }
      limits[words[1]] = words[2]
    default: return false
    }
    return true
  }

  private static func pair(_ text: String) -> (name: String, value: String)? {
    let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    return parts.count == 2 ? (String(parts[0]), String(parts[1])) : nil
  }
}
