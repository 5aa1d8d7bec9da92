import ArgumentParser
import Foundation
import VMScript

/// `vmscript grammars FOLDER`: writes the grammars for editors anew; `scripts/grammars` calls it.
struct GrammarsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "grammars", abstract: "Write grammars for editors.", shouldDisplay: false)

  @Argument(help: "The folder to write into.")
  var folder: String

  func run() throws {
    for (path, text) in EditorGrammars.files {
      let file = URL(fileURLWithPath: folder).appendingPathComponent(path)
      try FileManager.default.createDirectory(
        at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(text.utf8).write(to: file, options: .atomic)
    }
  }
}
