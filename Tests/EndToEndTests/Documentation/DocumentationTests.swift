import Foundation
import TestSupport
import Testing

/// The documentation of both libraries builds, with every article, from what was built for the tests.
@Suite struct DocumentationTests {
  /// `scripts/docs` treats every warning as an error.
  @Test func itBuildsWithoutWarnings() throws {
    let files = FileManager.default
    let scratch = try ScratchFolder()
    let archives = scratch.url.appendingPathComponent("archives")
    try Prefix.succeed(
      packageFolder.appendingPathComponent("scripts/docs"),
      ["--built", productsFolder.path, archives.path])
    for library in ["VMScript", "VMScriptRuntime"] {
      let catalogue = packageFolder.appendingPathComponent("Sources/\(library)/\(library).docc")
      let articles = try files.subpathsOfDirectory(atPath: catalogue.path)
        .filter { $0.hasSuffix(".md") }
        .map { URL(fileURLWithPath: $0).deletingPathExtension().lastPathComponent }
      #expect(articles.contains(library))
      for article in articles {
        let place = article == library ? library : "\(library)/\(article)"
        let page = archives.appendingPathComponent(
          "\(library).doccarchive/data/documentation/\(place.lowercased()).json")
        #expect(files.fileExists(atPath: page.path), "\(place) is no page")
      }
    }
  }
}

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
