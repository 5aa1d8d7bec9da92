import Foundation
import TestSupport
import Testing
import VMScript

/// The examples of the documentation are right: scripts pass `check`, Swift compiles and, where it needs no
/// host, runs.
@Suite struct CodeBlockTests {
  private static let blocks = Result { try CodeBlock.all() }

  private func blocks(_ language: CodeBlock.Language) throws -> [CodeBlock] {
    try Self.blocks.get().filter { $0.language == language }
  }

  @Test func eachSaysWhatItIs() throws {
    let silent = try Self.blocks.get().filter { $0.language == nil }
    #expect(silent.isEmpty, "a fence says which language the block is in")
    for language in [CodeBlock.Language.swift, .vmscript, .c, .terminal] {
      #expect(try !blocks(language).isEmpty)
    }
  }

  @Test func scriptsHaveNoErrors() throws {
    for block in try blocks(.vmscript) {
      let source = SourceText(name: block.file, text: block.text)
      let compilation = Engine().compilation(of: source)
      let program = try compilation.get()
      let found = program.check(EvaluationOptions()).filter { $0.severity == .error }
      #expect(found.isEmpty, "\(block): \(found.map(\.message))")
    }
  }

  @Test func cCompiles() throws {
    let header = packageFolder.appendingPathComponent("Sources/CVMScript/include").path
    let head = "#include <stdio.h>\n#include <string.h>\n#include <vmscript.h>\n"
    for block in try blocks(.c) {
      // Statements are in a function; a declaration of a function is one itself.
      let text =
        block.text.hasPrefix("static ") ? block.text : "void block(void) {\n\(block.text)\n}"
      try Prefix.succeed(
        URL(fileURLWithPath: "/usr/bin/env"),
        [
          "clang", "-std=gnu11", "-Wall", "-Werror", "-Wno-unused-function", "-fsyntax-only",
          "-x", "c", "-I", header, "-",
        ],
        input: Array("\(head)\(text)\n".utf8))
    }
  }

  @Test func jsonIsJSON() throws {
    for block in try blocks(.json) {
      #expect(throws: Never.self, "\(block)") { try Value(json: block.text) }
    }
  }

  @Test func swiftCompiles() throws {
    try compile(
      blocks(.swift),
      imports: [
        "Libvirt", "VMScript", "VMScriptEditing", "VMScriptRuntime", "VMScriptTerminal",
      ],
      context: DocumentedNames.swift + DocumentedNames.host,
      values: DocumentedNames.values + DocumentedNames.hostValues, "-typecheck")
  }

  @Test func swiftRuns() throws {
    let folder = try ScratchFolder()
    let program = folder.url.appendingPathComponent("blocks")
    let alone = try blocks(.swift).filter { block in
      ["README.md", "Sources/VMScript/"].contains { block.file.hasPrefix($0) }
    }
    try compile(
      alone, imports: ["VMScript"], context: DocumentedNames.swift,
      values: DocumentedNames.values,
      "-o", program.path, "-L", productsFolder.path, "-lCVMScript", "-lstdc++")
    try Prefix.succeed(program, [])
  }

  /// Compiles the blocks, each as a function of its own, with what the documentation takes for
  /// granted: declarations around them, and values within each.
  private func compile(
    _ blocks: [CodeBlock], imports: [String], context: String, values: String,
    _ options: String...
  ) throws {
    var text = imports.map { "import \($0)\n" }.joined() + context
    for (number, block) in blocks.enumerated() {
      text += """
        func block\(number)() async throws {
          \(values)
          do {
        #sourceLocation(file: "\(block.file)", line: \(block.line))
        \(Self.body(block))
        #sourceLocation()
          }
        }

        """
    }
    text += "@main struct Blocks { static func main() async throws {\n"
    text += blocks.indices.map { "try await block\($0)()\n" }.joined() + "} }\n"
    let folder = try ScratchFolder()
    let file = try folder.write("blocks.swift", text)
    try Prefix.succeed(
      URL(fileURLWithPath: "/usr/bin/env"),
      [
        "swiftc", "-swift-version", "6", "-parse-as-library", "-suppress-warnings",
        "-I", productsFolder.appendingPathComponent("Modules").path, file,
      ] + (sanitizer.map { ["-sanitize=\($0)"] } ?? []) + (try Self.moduleMaps()) + options)
  }

  /// A block as the body of a function: everything is imported already.
  private static func body(_ block: CodeBlock) -> String {
    block.text.components(separatedBy: "\n")
      .map { $0.hasPrefix("import ") ? "" : $0 }
      .joined(separator: "\n")
  }

  /// The folders of the C modules that our modules import.
  private static func moduleMaps() throws -> [String] {
    let files = FileManager.default
    let own = packageFolder.appendingPathComponent("Sources").path
    var maps = try files.contentsOfDirectory(atPath: own).sorted().flatMap {
      ["\(own)/\($0)/module.modulemap", "\(own)/\($0)/include/module.modulemap"]
    }
    let checkouts = productsFolder.appendingPathComponent("../../checkouts").standardized
    for package in try files.contentsOfDirectory(atPath: checkouts.path).sorted() {
      let sources = checkouts.appendingPathComponent("\(package)/Sources").path
      guard let targets = try? files.contentsOfDirectory(atPath: sources) else { continue }
      maps += targets.sorted().map { "\(sources)/\($0)/include/module.modulemap" }
    }
    return
      maps
      .filter { files.fileExists(atPath: $0) }
      .flatMap { ["-Xcc", "-fmodule-map-file=\($0)"] }
  }
}
