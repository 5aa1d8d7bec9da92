import Foundation
import VMScriptSyntax
import VMScriptTerminal

/// Scripts as the command line names them.
enum ScriptFile {
  /// Reads a file or a pipe; a folder, a missing or an unreadable file is thrown.
  static func read(_ path: String) throws(Diagnostic) -> [UInt8] {
    var isFolder: ObjCBool = false
    let exists = FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
    guard exists else {
      throw CommandLineMessages.unreadable(path, reason: CommandLineMessages.doesNotExist)
    }
    guard !isFolder.boolValue else {
      throw CommandLineMessages.unreadable(path, reason: CommandLineMessages.isFolder)
    }
    do {
      let handle = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
      defer { try? handle.close() }
      return Array(try handle.readToEnd() ?? Data())
    } catch {
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
      throw TerminalMessages.unwritable(path, reason: error.localizedDescription)
    }
  }

  private static func reason(of error: any Error) -> String {
    switch (error as? CocoaError)?.code {
    case .fileReadNoPermission: CommandLineMessages.mayNotBeRead
    default: error.localizedDescription
    }
  }
}
