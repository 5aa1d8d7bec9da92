import Foundation
import TestSupport
import Testing
import VMScriptSyntax

@testable import VMScript

/// Imports from the file system.
@Suite struct ImporterTests {
  /// Runs `main.vmscript` in a folder with these files; the folder is gone afterwards.
  private func run(_ files: [String: String], main: String = "main.vmscript") throws -> (
    ran: Ran, sources: [String]
  ) {
    let folder = try ScratchFolder()
    for (path, text) in files { try folder.write(path, text) }
    let path = folder.file(main)
    let ran = VMScriptTests.run(
      try String(contentsOfFile: path, encoding: .utf8), name: path, importer: .local)
    let names = ran.sources.map {
      $0.replacingOccurrences(of: folder.path + "/", with: "")
    }
    return (ran, names)
  }

  @Test func aPathIsRelativeToTheImportingFileAndAFileIsReadOnce() throws {
    let (ran, sources) = try run([
      "main.vmscript":
        "import \"lib/a.vmscript\" as a\nimport \"./lib/../b.vmscript\" as b\nprint a.b, b.value",
      "lib/a.vmscript": "import \"../b.vmscript\" as other\nlet b = other.value",
      "b.vmscript": "print \"once\"\nlet value = 7",
    ])
    #expect(ran.messages == [])
    #expect(ran.lines == ["once", "7 7"])
    #expect(sources == ["main.vmscript", "lib/a.vmscript", "b.vmscript"])
  }

  @Test func aCycleThroughTheMainFileIsFoundHoweverItWasNamed() throws {
    let files = [
      "main.vmscript": "import \"lib/a.vmscript\"", "lib/a.vmscript": "import \"../main.vmscript\"",
    ]
    #expect(try run(files).ran.codes == [402])
    #expect(try run(files, main: "lib/../main.vmscript").ran.codes == [402])
  }

  @Test func aMissingFileIsReported() throws {
    let missing = try run(["main.vmscript": "import \"nope.vmscript\""]).ran
    #expect(missing.codes == [401])
    #expect(missing.diagnostics.first?.notes.first?.hasPrefix("there is no file") == true)
    let folder = try run(["main.vmscript": "import \"lib\"", "lib/a": ""]).ran
    #expect(folder.codes == [401])
    #expect(folder.diagnostics.first?.notes.first?.hasSuffix("is a folder, not a file") == true)
  }

  @Test func withoutAnImporterNothingIsReached() {
    let compiled = Engine().compilation(of: SourceText(name: "main", text: "import \"a.vmscript\""))
    #expect(compiled.program == nil)
    #expect(compiled.diagnostics.map(\.code.number) == [413])
  }

  @Test(arguments: [
    ("a/./b/../c", "a/c"), ("./a", "a"), ("../a/../../b", "../../b"), ("/a/../../b", "/b"),
    ("a//b/", "a/b"), ("<stdin>", "<stdin>"),
  ])
  func pathsHaveOneForm(_ path: String, _ form: String) {
    #expect(SourcePath.normalized(path) == form)
    #expect(SourcePath.resolve("x", from: path + "/script") == SourcePath.normalized(form + "/x"))
  }
}
