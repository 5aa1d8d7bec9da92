import Foundation
import VMScript

/// What the `#:` lines at the top of a spec script say.
struct SpecDirectives {
  private(set) var options = EvaluationOptions()
  /// `#: check`: as `vmscript check` does, without values for parameters.
  private(set) var isCheckOnly = false
  /// `#: resources`: the declarations belong to what the script gives.
  private(set) var showsResources = false
  private var grantsAccess = false

  init(_ script: [UInt8]) {
    options.limits = Limits(steps: 10_000_000)
    for line in String(decoding: script.prefix(4096), as: UTF8.self).split(separator: "\n") {
      guard line.hasPrefix("#:") else { break }
      apply(line.dropFirst(2).split(separator: " ").map(String.init))
    }
  }

  private mutating func apply(_ words: [String]) {
    switch words.first {
    case "check": isCheckOnly = true
    case "resources": showsResources = true
    case "access": grantsAccess = true
    case "stack": options.stack = words.last
    case "set", "env":
      let pair = words.dropFirst().joined(separator: " ").split(
        separator: "=", maxSplits: 1, omittingEmptySubsequences: false
      ).map(String.init)
      guard pair.count == 2 else { return }
      if words[0] == "set" {
        options.parameters[pair[0]] = pair[1]
      } else {
        options.fallbackParameters[pair[0]] = pair[1]
      }
    case "limit":
      guard words.count == 3, let number = Int(words[2]) else { return }
      switch words[1] {
      case "steps": options.limits.steps = number
      case "depth": options.limits.depth = number
      case "output": options.limits.output = Int64(number)
      default: options.limits.memory = Int64(number)
      }
    default: break
    }
  }

  /// `#: access` lets the script read below its folder, and gives it an environment of one variable.
  mutating func grantAccess(to folder: URL) {
    guard grantsAccess else { return }
    options.access.read = { path, _ throws(OutsideAccess.Failure) in
      guard let data = FileManager.default.contents(atPath: folder.path + "/" + path) else {
        throw OutsideAccess.Failure("there is no file \(path)")
      }
      return Array(data)
    }
    options.access.glob = { pattern, _ throws(OutsideAccess.Failure) in
      let names = (try? FileManager.default.subpathsOfDirectory(atPath: folder.path)) ?? []
      return names.filter { Glob.matches($0, pattern) }.sorted()
    }
    options.access.environment = { $0 == "SPEC" ? "a value" : nil }
  }
}
