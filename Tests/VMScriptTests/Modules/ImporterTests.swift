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

/// The files that an importer loads, and those that it refuses.
@Suite struct ImporterSafetyTests {
  /// A folder with a file in it and one beside it, which nothing may reach.
  private func withFolder(_ body: (URL) throws -> Void) throws {
    let top = try ScratchFolder()
    try top.write("outside.vmscript", "let secret_value = 42")
    try top.write("conf.dx", "let secret_value = 42")
    try top.write("conf.d/a.vmscript", "let a = 1")
    try top.write("conf.d/sub/b.vmscript", "import \"../a.vmscript\"\nlet b = a + 1")
    try top.write("conf.d/sub/up.vmscript", "import \"../../outside.vmscript\"")
    let folder = top.url.appendingPathComponent("conf.d")
    try FileManager.default.createSymbolicLink(
      at: folder.appendingPathComponent("link"),
      withDestinationURL: top.url.appendingPathComponent("outside.vmscript"))
    try FileManager.default.createSymbolicLink(
      at: folder.appendingPathComponent("out"), withDestinationURL: top.url)
    mkfifo(folder.appendingPathComponent("pipe").path, 0o600)
    try body(folder)
  }

  private func codes(_ engine: Engine, _ text: String) -> [Int] {
    do { return try engine.compile(.text(text)).evaluate().diagnostics.map(\.code.number) } catch {
      return error.diagnostics.map(\.code.number)
    }
  }

  @Test func aFolderGivesItsFiles() throws {
    try withFolder { folder in
      let engine = Engine(importer: .directory(folder.path))
      let outcome = try engine.compile(
        .text("import \"sub/b.vmscript\"\nimport \"a.vmscript\" as a\noutput x = b + a.a")
      ).evaluate()
      #expect(outcome.outputs["x"] == 3)
    }
  }

  @Test(arguments: [
    "../outside.vmscript", "sub/../../outside.vmscript", "./../outside.vmscript", "..", ".", "",
    "link", "out/outside.vmscript", "sub/up.vmscript", "pipe", "sub", "a.vmscript/x",
    "a.vmscript\\u{0}", "../conf.dx", "nowhere.vmscript", "sub/../../conf.d/../outside.vmscript",
  ])
  func nothingLeadsOutOfAFolder(path: String) throws {
    try withFolder { folder in
      let engine = Engine(importer: .directory(folder.path))
      #expect(codes(engine, "import \"\(path)\"\nprint secret_value").contains(401))
    }
  }

  @Test func noAbsolutePathIsTaken() throws {
    try withFolder { folder in
      let engine = Engine(importer: .directory(folder.path))
      for path in ["/etc/hostname", folder.path + "/a.vmscript"] {
        #expect(codes(engine, "import \"\(path)\"") == [401])
      }
    }
  }

  @Test func aFolderOfNoneGivesNothing() {
    #expect(codes(Engine(importer: .directory("/nonexistent")), "import \"a\"") == [401])
    #expect(codes(Engine(), "import \"a\"") == [413])
  }

  @Test func aDictionaryGivesItsTexts() throws {
    let engine = Engine(
      importer: .dictionary([
        "lib/a": "import \"b\"\nlet x = y", "lib/b": "let y = 7", "./c": "import \"./c\"",
      ]))
    #expect(
      try engine.compile(.text("import \"lib/a\"\noutput z = x")).evaluate().outputs["z"] == 7)
    #expect(codes(engine, "import \"b\"") == [401])
    #expect(codes(engine, "import \"c\"") == [402])
  }

  @Test func importersWithoutEndAreEnded() {
    struct Endless: Importer {
      func load(path: String, from script: String) throws(ImportFailure) -> SourceText {
        SourceText(name: script + "x", text: "import \"more\"")
      }
    }
    #expect(codes(Engine(importer: Endless()), "import \"more\"") == [402])
  }

  @Test func sourcesCountAsMemory() {
    let engine = Engine(limits: Limits(memory: .kib(64)))
    #expect(codes(engine, String(repeating: "# long\n", count: 1_000)) == [411])
  }
}
