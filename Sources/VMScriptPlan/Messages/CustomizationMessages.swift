import VMScript
import VMScriptSyntax

/// The messages about `customize`: VM0680 to VM0685.
package enum CustomizationMessages {
  /// Reports a failed edit.
  ///
  /// - Parameter output: the output of virt-customize.
  package static func failed(
    _ domain: String, status: Int32, output: String, at span: Span
  ) -> Diagnostic {
    let lines = output.split(separator: "\n").suffix(8).joined(separator: "\n")
    return Diagnostic(
      code: .customization.failed,
      "`virt-customize` could not edit the disk of `\(domain)`: it exited with status \(status)",
      at: .init(span), notes: lines.isEmpty ? [] : [lines])
  }

  /// Reports edits that exceed their time.
  package static func timedOut(_ domain: String, seconds: Int, at span: Span) -> Diagnostic {
    Diagnostic(
      code: .customization.failed,
      "`virt-customize` did not edit the disk of `\(domain)` within \(seconds) s", at: .init(span),
      helps: [.init("check that no command of `run` waits for input or for a service")])
  }

  static func noDisk(_ domain: String, at span: Span) -> Diagnostic {
    Diagnostic(
      code: .customization.noDisk, "`\(domain)` has no disk that `customize` can edit",
      at: .init(span),
      notes: ["it edits an overlay or a copy that the run makes, never a disk used in place"],
      helps: [.init("add a disk with an image: `disk { image = … }`")])
  }

  static func tooLarge(_ path: String, limit: ByteSize, at span: Span) -> Diagnostic {
    Diagnostic(
      code: .customization.largeContent, "`\(path)` is too large for `customize`", at: .init(span),
      notes: ["a file has at most \(limit)"],
      helps: [.init("copy it to the running guest with `copy`, or attach a `disk`")])
  }

  /// Reports a tool that is not installed.
  package static func missingTool(at span: Span) -> Diagnostic {
    Diagnostic(
      code: .customization.missingTool, "`virt-customize` is not installed", at: .init(span),
      notes: ["`customize` edits disks on this machine with it"],
      helps: [
        .init(
          "install the package `libguestfs-tools` (Debian, Ubuntu) or `guestfs-tools` (Fedora, Arch, SUSE)"
        )
      ])
  }

  static func remote(at span: Span) -> Diagnostic {
    Diagnostic(
      code: .customization.outOfReach, "`customize` cannot edit disks of another machine",
      at: .init(span),
      notes: ["`virt-customize` runs on this machine, and opens the file of the disk"],
      helps: [.init("run the script on the host, or use `cloud_init`")])
  }

  static func unwritable(_ folder: String, of pool: String, at span: Span) -> Diagnostic {
    Diagnostic(
      code: .customization.outOfReach, "`customize` cannot edit disks of the pool `\(pool)`",
      at: .init(span), notes: ["this user cannot write to `\(folder)`"],
      helps: [.init("run as the owner of the folder, or name another pool with `pool = …`")])
  }

  static func notApplied(to disk: String, of domain: String, at span: Span) -> Diagnostic {
    Diagnostic(
      .warning, code: .customization.notApplied,
      "`customize` does not apply to `\(domain)`: its disk exists already", at: .init(span),
      notes: ["\(disk) was made before, and may have booted"],
      helps: [
        .init("to make it anew and edit it, run `vmscript rebuild FILE NAME` after this run")
      ])
  }
}

/// The codes of `customize`.
package struct CustomizationCodes: DiagnosticTable {
  package init() {}

  let failed = DiagnosticCode.ofHost(
    680, "failed customization",
    "`virt-customize` edits a new disk before its first boot. After a failure, the disk is removed and the "
      + "domain is not created. The note contains the last lines of the output: the number in the name of "
      + "a script counts the files of the block."
  )
  let noDisk = DiagnosticCode.ofHost(
    681, "no disk to customize",
    "`customize` edits the first disk with a content, which must be made for the domain: an overlay on an "
      + "image or on the disk of a clone's source, or a copy of the latter."
  )
  let largeContent = DiagnosticCode.ofHost(
    682, "large content for `customize`", "A plan holds the files of `customize` in memory.")
  let missingTool = DiagnosticCode.ofHost(
    683, "missing virt-customize",
    "`customize` edits disks with `virt-customize` of libguestfs, which must be installed on the machine "
      + "that runs the script. Nothing was changed.")
  let outOfReach = DiagnosticCode.ofHost(
    684, "disk out of reach of `customize`",
    "`virt-customize` opens the file of a disk, so it must run on the host and as a user who may write "
      + "the file. Nothing was changed.")
  let notApplied = DiagnosticCode.ofHost(
    685, "customization that does not apply",
    "Only a new disk is edited. A disk that exists without its domain is kept with its data, because "
      + "somebody may have undefined the domain alone.")
}

extension DiagnosticCode {
  /// The codes of `customize`.
  static let customization = CustomizationCodes()
}
