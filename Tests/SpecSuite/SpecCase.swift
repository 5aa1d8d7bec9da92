import Foundation

/// A script of `Tests/Spec` with the files beside it that say what it gives.
///
/// Lines at its top that begin with `#:` say how it is run; see `Tests/Spec/README.md`.
public struct SpecCase: Sendable, CustomStringConvertible {
  /// The path below `Tests/Spec`, without its extension.
  public let path: String

  /// The path.
  public var description: String { path }

  /// Every script but those in folders named `lib`, which others import.
  public static func all() throws -> [SpecCase] {
    try FileManager.default.subpathsOfDirectory(atPath: suite.path)
      .filter { $0.hasSuffix(".vmscript") && !$0.contains("/lib/") }
      .sorted().map { SpecCase(path: String($0.dropLast(".vmscript".count))) }
  }

  /// The cases about formatting.
  public static func formatted() throws -> [SpecCase] { try all().filter(\.isFormatted) }

  /// Whether `NAME.fmt` holds what the script becomes in the one style.
  public var isFormatted: Bool { path.hasPrefix("formatting/") }

  /// The script itself.
  public var file: URL { url("vmscript") }

  /// The script's folder, to which its imports and reads are relative.
  public var folder: URL { file.deletingLastPathComponent() }

  /// Its text.
  public func bytes() throws -> [UInt8] { Array(try Data(contentsOf: file)) }

  /// The directives of its run.
  public func directives() throws -> SpecDirectives { SpecDirectives(try bytes()) }

  /// The results in the files beside the script.
  public func expected() -> SpecResults {
    SpecResults(
      out: content("out"), json: content("json"), err: content("err"), fmt: content("fmt"))
  }

  /// Writes what the script gives beside it; nothing gives no file.
  public func record(_ results: SpecResults) throws {
    let parts = [
      ("out", results.out), ("json", results.json), ("err", results.err), ("fmt", results.fmt),
    ]
    for (kind, text) in parts {
      try? FileManager.default.removeItem(at: url(kind))
      if !text.isEmpty { try Data(text.utf8).write(to: url(kind)) }
    }
  }

  private func content(_ kind: String) -> String {
    (try? Data(contentsOf: url(kind))).map { String(decoding: $0, as: UTF8.self) } ?? ""
  }

  private func url(_ kind: String) -> URL { Self.suite.appendingPathComponent("\(path).\(kind)") }

  static let package = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
  static let suite = package.appendingPathComponent("Tests/Spec")
}
