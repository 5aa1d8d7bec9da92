import Foundation
import Libvirt
import VMScript
import VMScriptPlan

/// The evidence of a failed test: the transcripts of consoles and pictures of screens.
struct TestArtifacts: Sendable {
  let stack: String
  let folder: String
  let uri: String?

  /// Saves the transcripts, and a picture of the screen of each running machine of the stack.
  ///
  /// A machine without a console or a screen has none, and a file that cannot be written is left
  /// out.
  ///
  /// - Returns: the paths of the files.
  func save(_ transcripts: ConsoleTranscripts) async -> [String] {
    var saved: [String] = []
    for (name, bytes) in transcripts.transcripts.sorted(by: { $0.key < $1.key }) {
      saved += save(bytes, as: "\(name).console.log")
    }
    for (name, picture) in await pictures() {
      saved += save(picture.bytes, as: picture.fileName(for: name))
    }
    return saved
  }

  private func pictures() async -> [(String, Domain.Screenshot)] {
    let inventory = try? await Inspector.inventory(uri: uri, stack: stack)
    let running = inventory?.owned(by: stack).domains.filter { $0.state == .running } ?? []
    let reach = GuestReach(uri: uri)
    var pictures: [(String, Domain.Screenshot)] = []
    for domain in running {
      if let picture = try? await reach.screenshot(of: domain.name) {
        pictures.append((domain.name, picture))
      }
    }
    return pictures
  }

  /// Writes a file that only this user can read.
  private func save(_ bytes: [UInt8], as name: String) -> [String] {
    let path = "\(folder)/\(name)"
    do {
      try FileManager.default.createDirectory(
        atPath: folder, withIntermediateDirectories: true)
      let file = try LocalFile(writing: path)
      try withExtendedLifetime(file) { try LocalFile.write(bytes, to: file.descriptor) }
      return [path]
    } catch { return [] }
  }
}
