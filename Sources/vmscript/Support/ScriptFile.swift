import Foundation
import VMScript
import VMScriptSyntax
import VMScriptTerminal

/// Scripts as the command line names them.
enum ScriptFile {
  /// Reads a file or a pipe; a folder, a missing or an unreadable file is thrown.
  static func read(_ path: String) throws(Diagnostic) -> [UInt8] {
    let descriptor = path.utf8.contains(0) ? -1 : open(path, O_RDONLY | O_NOCTTY | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw CommandLineMessages.unreadable(path, reason: CommandLineMessages.reason(errno))
    }
    return try read(descriptor, named: path)
  }

  /// Reads standard input to its end.
  static func readStandardInput() throws(Diagnostic) -> [UInt8] {
    try read(dup(STDIN_FILENO), named: "-")
  }

  /// Whoever names a pipe waits for it, but not for more than a script can have.
  private static func read(_ descriptor: Int32, named path: String) throws(Diagnostic) -> [UInt8] {
    do {
      return try GuardedFile.read(descriptor, named: "it", takesStreams: true)
    } catch {
      throw CommandLineMessages.unreadable(
        path, reason: (error as? FileFailure)?.reason ?? "\(error)")
    }
  }

  /// Replaces a file's text as a whole, never half; what a symbolic link points to is replaced.
  static func write(_ text: String, to path: String) throws(Diagnostic) {
    do {
      let url = URL(fileURLWithPath: path).resolvingSymlinksInPath()
      let mode = try FileManager.default.attributesOfItem(atPath: url.path)[.posixPermissions]
      try Data(text.utf8).write(to: url, options: .atomic)
      if let mode {
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: url.path)
      }
    } catch {
      throw TerminalMessages.unwritable(path, reason: error.localizedDescription)
    }
  }
}
