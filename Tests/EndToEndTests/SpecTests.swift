import Foundation
import Testing

/// Scripts under `Tests/Spec`, each beside the diagnostics that it gives, in `NAME.err`.
///
/// `VMSCRIPT_RECORD=1` writes the expectations anew; read the difference before it is kept.
@Suite struct SpecTests {
  @Test(arguments: try scripts())
  func aScriptGivesTheDiagnosticsBesideIt(script: String) throws {
    let result = try vmscript("check", script)
    let expectation = packageFolder.appendingPathComponent(script)
      .deletingPathExtension().appendingPathExtension("err")
    if ProcessInfo.processInfo.environment["VMSCRIPT_RECORD"] == "1" {
      try Data(result.errors.utf8).write(to: expectation)
    }
    let expected = String(decoding: try Data(contentsOf: expectation), as: UTF8.self)
    #expect(result.errors == expected)
    #expect(result.status == (expected.isEmpty ? 0 : 2))
  }

  /// The scripts' paths relative to the package's folder, sorted.
  private static func scripts() throws -> [String] {
    let folder = "Tests/Spec"
    let paths = try FileManager.default.subpathsOfDirectory(
      atPath: packageFolder.appendingPathComponent(folder).path)
    return paths.filter { $0.hasSuffix(".vmscript") }.sorted().map { "\(folder)/\($0)" }
  }
}
