import VMScript
import VMScriptSyntax

/// The messages about the local files of a guest's seed: VM0655 and VM0656.
enum SeedMessages {
  /// - Parameter reason: the reason with the path, as ``FileFailure`` has it.
  static func unreadable(_ reason: String, at span: Span) -> Diagnostic {
    Diagnostic(
      code: .seed.unreadableContent, "the content of a guest's file cannot be read: \(reason)",
      at: .init(span), helps: [.init("name a readable file, or write its `content` here")])
  }

  static func tooLarge(_ path: String, limit: ByteSize, at span: Span) -> Diagnostic {
    Diagnostic(
      code: .seed.largeContent, "`\(path)` is too large for a seed", at: .init(span),
      notes: ["cloud-init reads the seed as a whole; a file in it has at most \(limit)"],
      helps: [.init("let the guest download it with a command of `run`, or attach a `disk`")])
  }
}

/// The codes of a guest's seed.
package struct SeedCodes: DiagnosticTable {
  package init() {}

  let unreadableContent = DiagnosticCode.ofHost(
    655, "unreadable content of a guest's file",
    "`source` in `files` names a file of this machine, relative to the script's folder. It must be a regular "
      + "file: a device, a pipe or a folder is refused.")
  let largeContent = DiagnosticCode.ofHost(
    656, "large content of a guest's file",
    "The files of a seed are a part of the user data, which cloud-init decodes in memory at each boot."
  )
}

extension DiagnosticCode {
  /// The codes of a guest's seed.
  static let seed = SeedCodes()
}
