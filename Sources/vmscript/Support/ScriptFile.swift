import Foundation
import VMScriptSyntax

/// Scripts as the command line names them.
enum ScriptFile {
  /// Reads a file; a folder, a missing or an unreadable file is thrown.
  static func read(_ path: String) throws(Diagnostic) -> [UInt8] {
    let url = URL(fileURLWithPath: path).resolvingSymlinksInPath()
    do {
      return Array(try Data(contentsOf: url))
    } catch {
      // The system's message for a folder is a bare number.
      let attributes = try? FileManager.default.attributesOfItem(atPath: url.path)
      if attributes?[.type] as? FileAttributeType == .typeDirectory {
        throw CommandLineMessages.unreadable(path, reason: CommandLineMessages.isFolder)
      }
      throw CommandLineMessages.unreadable(path, reason: reason(of: error))
    }
  }

  /// Reads standard input to its end.
  static func readStandardInput() throws(Diagnostic) -> [UInt8] {
    do {
      return Array(try FileHandle.standardInput.readToEnd() ?? Data())
    } catch {
      throw CommandLineMessages.unreadable("-", reason: error.localizedDescription)
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
      throw CommandLineMessages.unwritable(path, reason: error.localizedDescription)
    }
  }

  private static func reason(of error: any Error) -> String {
    switch (error as? CocoaError)?.code {
    case .fileReadNoSuchFile: CommandLineMessages.doesNotExist
    case .fileReadNoPermission: CommandLineMessages.mayNotBeRead
    default: error.localizedDescription
    }
  }
}
