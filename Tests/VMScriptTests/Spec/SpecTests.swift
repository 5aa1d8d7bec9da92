import Foundation
import SpecSuite
import Testing
import VMScript
import VMScriptSyntax

/// Scripts in the language itself, each beside all that it gives: a suite that any other
/// implementation could run.
///
/// `VMSCRIPT_RECORD=1` writes the expectations anew; read the difference before it is kept.
@Suite struct SpecTests {
  @Test(arguments: try SpecCase.all())
  func aScriptMatchesItsExpectations(script: SpecCase) throws {
    let directives = try script.directives()
    #expect(directives.unknown == [], "\(script.path)")
    let results = try LibraryRunner().results(script)
    if ProcessInfo.processInfo.environment["VMSCRIPT_RECORD"] == "1" { try script.record(results) }
    let expected = script.expected()
    #expect(expected != SpecResults() || directives.isCheckOnly, "the script shows nothing")
    #expect(results.out == expected.out, "\(script.path).out")
    #expect(results.json == expected.json, "\(script.path).json")
    #expect(results.err == expected.err, "\(script.path).err")
    #expect(results.fmt == expected.fmt, "\(script.path).fmt")
  }

  @Test(arguments: try SpecCase.formatted())
  func formattedTextIsUnchanged(script: SpecCase) throws {
    let formatted = script.expected().fmt
    #expect(try LibraryRunner().format(Array(formatted.utf8)) == formatted)
  }

  private static let codesOfHosts: Set = [
    118, 119, 248, 316, 320, 321, 322, 323, 415, 417, 418, 419,
  ]

  /// The limits of a file's size, of time and of the number of errors are left to other tests. So are
  /// the errors that only a host of the script, or the document of a resource, shows.
  @Test func everyCodeOfTheLanguageOccurs() throws {
    let shown = try SpecCase.all().map { $0.expected().err }.joined()
    for code in LanguageCodes.ofCheck where !Self.codesOfHosts.contains(code.number) {
      #expect(shown.contains("[\(code)]"), "no spec shows \(code)")
    }
  }
}
