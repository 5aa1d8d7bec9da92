import Foundation
import TestSupport
import Testing

/// The documentation of both libraries builds, with every article, from what was built for the tests.
@Suite struct DocumentationTests {
  /// `scripts/docs` takes every warning for an error.
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
