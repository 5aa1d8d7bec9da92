import Foundation
import VMScript
import VMScriptSyntax
import VMScriptTerminal

extension Command {
  /// What reads or writes files.
  static let files: [Command] = [
    Command(
      "load", .required("FILE", .file), "Enter a script as if it were typed",
      example: ":load lab.vmscript"
    ) { shell, path throws(Diagnostic) in
      let text: String
      do {
        text = String(decoding: try GuardedFile.read(path), as: UTF8.self)
      } catch {
        throw ShellMessages.unreadable(path, (error as? FileFailure)?.reason ?? "\(error)")
      }
      shell.enter(text, name: path)
    },
    Command(
      "save", .required("FILE", .file),
      "Write what this session put into effect as a script that runs",
      example: ":save lab.vmscript"
    ) { shell, path throws(Diagnostic) in
      let script = Data(shell.session.script(for: path).utf8)
      // What a user has written is not written over.
      do { try script.write(to: URL(fileURLWithPath: path), options: .withoutOverwriting) } catch {
        throw TerminalMessages.unwritable(path, reason: error.localizedDescription)
      }
      shell.say([ShellMessages.wrote(path)])
    },
  ]
}
