import Foundation
import TestSupport
import Testing

/// The committed generated files match the tables of the language.
@Suite struct GeneratedFilesTests {
  @Test func theFilesAreCurrent() throws {
    let folder = try ScratchFolder()
    let scratch = folder.url
    let result = try vmscript("generate", scratch.path)
    #expect(result.status == 0, "\(result.errors)")
    for folder in ["grammar/vim", "Sources/VMScript/VMScript.docc/Reference"] {
      let made = try files(below: scratch.appendingPathComponent(folder))
      let committed = try files(below: packageFolder.appendingPathComponent(folder))
      #expect(!made.isEmpty)
      #expect(made.keys.sorted() == committed.keys.sorted(), "run scripts/generate")
      for (path, text) in made {
        #expect(committed[path] == text, "\(folder)/\(path): run scripts/generate")
      }
    }
    let grammar = "grammar/vmscript.tmLanguage.json"
    #expect(
      try Data(contentsOf: scratch.appendingPathComponent(grammar))
        == Data(contentsOf: packageFolder.appendingPathComponent(grammar)), "run scripts/generate")
  }

  private func files(below folder: URL) throws -> [String: String] {
    var texts: [String: String] = [:]
    for path in try FileManager.default.subpathsOfDirectory(atPath: folder.path) {
      let file = folder.appendingPathComponent(path)
      if !file.hasDirectoryPath {
        texts[path] = try? String(contentsOf: file, encoding: .utf8)
      }
    }
    return texts
  }
}
