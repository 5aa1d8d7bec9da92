import Foundation
import TestSupport
import Testing

@testable import VMScript

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
