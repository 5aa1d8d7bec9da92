import Foundation
import Testing

@testable import VMScript

/// Our paths are held to the XPath of libxml2: each selects the same elements of real documents.
@Suite struct XMLPathDifferenceTests {
  @Test(.enabled(if: Corpus.isPresent, "no corpus of libvirt's XML beside the repository"))
  func pathsSelectWhatLibxml2Selects() throws {
    // Our names match with their prefixes as written, those of XPath by their namespaces.
    let texts = try Corpus.documents().map { String(decoding: $0, as: UTF8.self) }
      .filter { !$0.contains("xmlns") && $0.utf8.count < 30_000 }
    try #require(texts.count > 100)
    var numbers = PathNumbers()
    var (hits, total) = (0, 0)
    for text in texts {
      guard let root = try? XMLElement.parse(text) else { continue }
      let all = [root] + root.descendants
      let order = Dictionary(
        uniqueKeysWithValues: all.enumerated().map { (ObjectIdentifier($1), $0) })
      for _ in 0..<12 {
        let path = numbers.path(to: all[numbers.below(all.count)])
        let expected = Libxml2.positions(path, in: text)
        let own = try? XMLPath(path).elements(from: root).map { order[ObjectIdentifier($0)] ?? -1 }
        #expect(own == expected, "\(path)")
        total += 1
        if own?.isEmpty == false { hits += 1 }
      }
      for element in all where numbers.below(4) == 0 {
        let found = Libxml2.positions(element.path, in: text)
        #expect(found == [order[ObjectIdentifier(element)] ?? -1], "\(element.path)")
      }
    }
    #expect(hits * 3 > total)
  }
}

/// Numbers that are the same in every run, and the paths made of them.
private struct PathNumbers {
  private var state: UInt64 = 0x5EED

  mutating func below(_ limit: Int) -> Int {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Int((state >> 33) % UInt64(limit))
  }

  /// Returns a path that may lead to an element, and to others.
  mutating func path(to element: XMLElement) -> String {
    let chain = Array(sequence(first: element) { $0.parent }.reversed())
    var path = ""
    var isBelow = false
    for (position, step) in chain.enumerated() {
      if position < chain.count - 1, below(6) == 0 {
        isBelow = true
        continue
      }
      path += isBelow ? "//" : "/"
      isBelow = false
      path += below(6) == 0 ? "*" : step.name
      for _ in 0..<[0, 0, 1, 1, 2][below(5)] { path += "[\(predicate(of: step))]" }
      if below(15) == 0, position > 0 { path += "/../\(step.name)" }
    }
    if below(8) == 0, let name = element.attributes.keys.first { path += "/@\(name)" }
    return path
  }

  private mutating func predicate(of element: XMLElement, depth: Int = 0) -> String {
    let others = element.parent?.children ?? [element]
    let sample = others[below(others.count)]
    let attributes = Array(sample.attributes)
    let name = attributes.isEmpty ? "type" : attributes[below(attributes.count)].key
    let value = sample[name] ?? "x"
    let child = sample.children.isEmpty ? nil : sample.children[below(sample.children.count)]
    let operators = ["=", "!=", "<", "<=", ">", ">="]
    let kind = below(depth > 2 ? 9 : 14)
    switch kind {
    case 0: return "\(below(3) + 1)"
    case 1: return "last()"
    case 2: return "position() \(operators[below(6)]) \(below(3) + 1)"
    case 3: return "@\(name)"
    case 4, 5: return "@\(name) \(operators[below(6)]) \(quoted(value))"
    case 6: return "contains(@\(name), \(quoted(String(value.prefix(2)))))"
    case 7: return "starts-with(@\(name), \(quoted(String(value.prefix(1)))))"
    case 8:
      guard let child else {
        return "text()\(below(2) == 0 ? "" : " = \(quoted(sample.stringValue))")"
      }
      guard let (name, value) = Array(child.attributes).first.map({ ($0.key, $0.value) }) else {
        return "\(child.name)=\(quoted(child.stringValue))"
      }
      return "\(child.name)/@\(name)=\(quoted(value))"
    case 9: return "not(\(predicate(of: element, depth: depth + 1)))"
    case 10:
      return
        "\(part(of: element, depth)) \(below(2) == 0 ? "and" : "or") \(part(of: element, depth))"
    case 11: return "count(\(child?.name ?? "*")) \(operators[below(6)]) \(below(3))"
    case 12: return "(\(part(of: element, depth))) and (\(part(of: element, depth)))"
    default:
      return "..//\(child?.name ?? "*")[\(predicate(of: child ?? element, depth: depth + 1))]"
    }
  }

  /// Returns a part of a predicate.
  private mutating func part(of element: XMLElement, _ depth: Int) -> String {
    let predicate = predicate(of: element, depth: depth + 1)
    return below(2) == 0 ? "not(\(predicate))" : predicate
  }

  private func quoted(_ text: String) -> String {
    if !text.contains("'") { return "'\(text)'" }
    return text.contains("\"") ? "'x'" : "\"\(text)\""
  }
}
