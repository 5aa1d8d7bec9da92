import Foundation

/// A rule of the language, as `Tests/Spec/RULES.md` maps it to the cases that hold it.
public struct SpecRule: Sendable, CustomStringConvertible {
  /// The rule in words.
  public let text: String
  /// The references after its arrow: `FOLDER/NAME` of a case, `FOLDER/` for all of a folder, and paths of
  /// tests, which begin with `Tests/`.
  public let references: [String]

  /// The rule in words.
  public var description: String { text }

  /// The rules, in the order of the language.
  public static func all() throws -> [SpecRule] {
    var entries: [String] = []
    var isOpen = false
    for line in try text().split(separator: "\n", omittingEmptySubsequences: false) {
      if line.hasPrefix("- ") {
        entries.append(String(line.dropFirst(2)))
        isOpen = true
      } else if isOpen, line.hasPrefix("  ") {
        entries[entries.count - 1] += line.dropFirst(1)
      } else {
        isOpen = false
      }
    }
    return entries.map { entry in
      let parts = entry.split(separator: "→", maxSplits: 1)
      return SpecRule(
        text: parts.first.map { $0.trimmingCharacters(in: .whitespaces) } ?? "",
        references: parts.count == 2 ? quoted(parts[1]) : [])
    }
  }

  /// Words of the map's paragraph that begins like this, in backticks.
  public static func words(ofParagraph beginning: String) throws -> [String] {
    let paragraphs = try text().components(separatedBy: "\n\n")
    return paragraphs.first { $0.hasPrefix(beginning) }.map(quoted) ?? []
  }

  /// Whether a case or a test of this path exists.
  public static func exists(_ reference: String) -> Bool {
    let folder = reference.hasPrefix("Tests/") ? SpecCase.package : SpecCase.suite
    let isCase = !reference.hasPrefix("Tests/") && !reference.hasSuffix("/")
    let path = folder.appendingPathComponent(reference).path + (isCase ? ".vmscript" : "")
    return FileManager.default.fileExists(atPath: path)
  }

  /// Whether one of the references is to this case.
  public func names(_ script: SpecCase) -> Bool {
    references.contains {
      $0 == script.path || $0.hasSuffix("/") && script.path.hasPrefix($0)
    }
  }

  private static func text() throws -> String {
    try String(contentsOf: SpecCase.suite.appendingPathComponent("RULES.md"), encoding: .utf8)
  }

  private static func quoted(_ text: some StringProtocol) -> [String] {
    text.split(separator: "`", omittingEmptySubsequences: false).enumerated()
      .filter { !$0.offset.isMultiple(of: 2) }.map { String($0.element) }
  }
}
