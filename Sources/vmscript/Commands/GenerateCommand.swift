import ArgumentParser
import Foundation
import VMScript
import VMScriptEditing

/// `vmscript generate FOLDER`: regenerates the grammars and the reference from the tables of the
/// language; `scripts/generate` calls it.
struct GenerateCommand: ParsableCommand, Subcommand {
  static let configuration = CommandConfiguration(
    commandName: "generate", abstract: "Write grammars for editors and the language reference.",
    shouldDisplay: false)
  static let heading = CommandHeading.script

  @Argument(help: "The folder of the package, or another target folder.")
  var folder: String

  func run() throws {
    let reference = LanguageReference.files(explaining: ExplainCommand.all)
    try write(EditorGrammars.files, below: "grammar")
    try write(reference, below: "Sources/VMScript/VMScript.docc/Reference")
  }

  private func write(_ files: [(path: String, text: String)], below place: String) throws {
    for (path, text) in files {
      let file = URL(fileURLWithPath: folder).appendingPathComponent("\(place)/\(path)")
      try FileManager.default.createDirectory(
        at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(text.utf8).write(to: file, options: .atomic)
    }
  }
}
