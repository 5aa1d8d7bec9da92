import Foundation

/// A small reader of TextMate grammars: says of each byte of a text which scope it is in.
final class TextMateMatcher {
  private final class Rule {
    var match: NSRegularExpression?
    var begin: NSRegularExpression?
    var end: NSRegularExpression?
    var name = ""
    var edge = ""
    var capture = ""
    var patterns: [[String: Any]] = []
  }

  private let repository: [String: [String: Any]]
  private let top: [[String: Any]]
  private var rules: [NSDictionary: Rule] = [:]

  init(_ grammar: [String: Any]) {
    repository = grammar["repository"] as? [String: [String: Any]] ?? [:]
    top = grammar["patterns"] as? [[String: Any]] ?? []
  }

  /// The innermost scope at each UTF-16 unit of a text.
  func scopes(of text: String) throws -> [String] {
    var open: [Rule] = []
    var scopes: [String] = []
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      let string = String(line) as NSString
      var lineScopes = Array(
        repeating: open.last { !$0.name.isEmpty }?.name ?? "", count: string.length)
      var position = 0
      var steps = 0
      while steps < 10_000 {
        steps += 1
        let rest = NSRange(location: position, length: string.length - position)
        func first(_ expression: NSRegularExpression?) -> NSTextCheckingResult? {
          expression?.firstMatch(
            in: string as String, options: [.withTransparentBounds, .withoutAnchoringBounds],
            range: rest)
        }
        func paint(_ range: NSRange, _ scope: String) {
          for unit in range.location..<range.location + range.length { lineScopes[unit] = scope }
        }
        let end = first(open.last?.end)
        var best: (rule: Rule, match: NSTextCheckingResult)?
        for rule in try flattened(open.last?.patterns ?? top) {
          guard let match = first(rule.match ?? rule.begin),
            match.range.location < best?.match.range.location ?? .max
          else { continue }
          best = (rule, match)
        }
        if let end, end.range.location <= best?.match.range.location ?? .max {
          let closed = open.removeLast()
          paint(end.range, closed.edge.isEmpty ? closed.name : closed.edge)
          position = end.range.location + end.range.length
          let outer = open.last { !$0.name.isEmpty }?.name ?? ""
          paint(NSRange(location: position, length: string.length - position), outer)
        } else if let best {
          position = best.match.range.location + best.match.range.length
          if best.rule.begin != nil {
            open.append(best.rule)
            paint(best.match.range, best.rule.edge.isEmpty ? best.rule.name : best.rule.edge)
            paint(NSRange(location: position, length: string.length - position), best.rule.name)
          } else if best.rule.capture.isEmpty {
            paint(best.match.range, best.rule.name)
          } else {
            paint(best.match.range(at: 1), best.rule.capture)
          }
        } else {
          break
        }
      }
      scopes += lineScopes + [""]
    }
    return scopes
  }

  private func flattened(_ patterns: [[String: Any]]) throws -> [Rule] {
    try patterns.flatMap { pattern -> [Rule] in
      if let include = pattern["include"] as? String {
        if include == "$self" { return try flattened(top) }
        let target = repository[String(include.dropFirst())] ?? [:]
        return try flattened(target["patterns"] as? [[String: Any]] ?? [])
      }
      return [try rule(pattern)]
    }
  }

  private func rule(_ pattern: [String: Any]) throws -> Rule {
    let key = pattern as NSDictionary
    if let known = rules[key] { return known }
    func expression(_ name: String) throws -> NSRegularExpression? {
      try (pattern[name] as? String).map { try NSRegularExpression(pattern: $0) }
    }
    func capture(_ group: String, _ number: String) -> String {
      let captures = pattern[group] as? [String: [String: String]]
      return captures?[number]?["name"] ?? ""
    }
    let rule = Rule()
    rule.match = try expression("match")
    rule.begin = try expression("begin")
    rule.end = try expression("end")
    rule.name = pattern["name"] as? String ?? ""
    rule.edge = capture("beginCaptures", "0")
    rule.capture = capture("captures", "1")
    rule.patterns = pattern["patterns"] as? [[String: Any]] ?? []
    rules[key] = rule
    return rule
  }
}
