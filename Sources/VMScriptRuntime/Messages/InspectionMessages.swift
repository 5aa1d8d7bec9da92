import VMScript
import VMScriptPlan
import VMScriptSyntax

/// Messages about objects that cannot be inspected: VM079x.
enum InspectionMessages {
  private static let listing =
    "list the objects of the host: `vmscript list`, or `:list` in the shell"

  static func nothingNamed(_ name: String, closest: String?) -> Diagnostic {
    Diagnostic(
      code: .inspection.notFound, "no object on the host has the name `\(name)`",
      helps: [.init(closest.map { "did you mean `\($0)`?" } ?? listing)])
  }

  static func nothingDeclared(_ name: String, closest: String?) -> Diagnostic {
    Diagnostic(
      code: .inspection.notDeclared, "the script declares no net or domain `\(name)`",
      helps: closest.map { [.init("did you mean `\($0)`?")] } ?? [])
  }
}

/// The codes of inspections.
struct InspectionCodes: DiagnosticTable {
  let notFound = DiagnosticCode.ofHost(
    790, "no such object",
    "The host has no domain, network, image or volume of this name.")
  let notDeclared = DiagnosticCode.ofHost(
    791, "not declared",
    "`vmscript xml FILE NAME` prints the definition of a net or domain that the script declares.")
}

extension DiagnosticCode {
  /// The codes of inspections.
  static let inspection = InspectionCodes()
}

/// Messages about guests that cannot be reached: VM0792 to VM0794.
enum ReachMessages {
  static func notRunning(_ name: String, at span: Span? = nil) -> Diagnostic {
    Diagnostic(
      code: .reach.notRunning, "the domain `\(name)` is not running", at: span.map { .init($0) },
      helps: [.init("start it first: `\(StatementForm.verb("start", name))`")])
  }

  static func noAddress(_ name: String) -> Diagnostic {
    Diagnostic(
      code: .reach.noAddress, "the host knows no address of `\(name)`",
      notes: ["no lease, guest agent or ARP entry has one"],
      helps: [.init("wait if it is still booting: `\(StatementForm.verb("wait", name, "for ip"))`")]
    )
  }

  static func noWayIn(_ name: String, at span: Span? = nil) -> Diagnostic {
    Diagnostic(
      code: .reach.noWayIn, "cannot run anything in `\(name)`", at: span.map { .init($0) },
      notes: [
        "no agent answers inside the guest",
        "no lease, guest agent or ARP entry has an address for SSH",
      ],
      helps: [
        .init(
          "wait if it is still booting: `\(StatementForm.verb("wait", name, "for agent"))`, "
            + "or `\(StatementForm.verb("wait", name, "for ssh"))`")
      ])
  }

  static func commandNotStarted(_ name: String, _ reason: String) -> Diagnostic {
    Diagnostic(
      code: .reach.commandNotStarted, "the guest agent of `\(name)` cannot start a command",
      notes: [reason].filter { !$0.isEmpty },
      helps: [.init("install a shell in the guest, and allow `guest-exec` to its agent")])
  }

  static func commandFailed(
    _ name: String, _ result: ShellCommand.Result, at span: Span
  ) -> Diagnostic {
    let errors = result.errors.isEmpty ? result.output : result.errors
    return Diagnostic(
      code: .reach.commandFailed, "the command exited with status \(result.status) in `\(name)`",
      at: .init(span),
      notes: errors.split(separator: "\n").suffix(5).map(String.init))
  }

  static func nothingToCopy(_ path: String, reason: String) -> Diagnostic {
    Diagnostic(code: .reach.copyFailed, "cannot copy `\(path)`", notes: [reason])
  }

  static func copyFailed(_ path: String, of name: String, _ reason: String) -> Diagnostic {
    Diagnostic(
      code: .reach.copyFailed, "cannot copy `\(path)` of `\(name)`",
      notes: reason.split(separator: "\n").suffix(5).map(String.init))
  }

  static func relativePath(_ path: String, in name: String) -> Diagnostic {
    Diagnostic(
      code: .reach.copyFailed, "`\(path)` in `\(name)` is not an absolute path",
      helps: [.init("write the whole path, such as `/srv/\(path)`")])
  }

  static func unfitHost(_ uri: String) -> Diagnostic {
    Diagnostic(
      code: .reach.unfitHost, "the host of `\(uri)` is not a valid argument of ssh",
      helps: [
        .init("use only letters, digits, `.`, `_` and `-` in the names of the host and the user")
      ])
  }

  static func noDisplay(_ name: String) -> Diagnostic {
    Diagnostic(
      code: .reach.noDisplay, "the domain `\(name)` has no display with a port",
      helps: [.init("add `vnc {}` to the domain, and restart it")])
  }

  static func displayOfOtherHost(
    _ name: String, _ display: GuestDisplay, server: String
  ) -> Diagnostic {
    let port = display.port
    return Diagnostic(
      code: .reach.displayOfOtherHost,
      "the display of `\(name)` listens only on its host",
      notes: ["it is \(display.uri) on `\(server)`"],
      helps: [
        .init(
          "forward its port: `ssh -L \(port):127.0.0.1:\(port) \(QuotedText.shellWord(server))`, "
            + "or set `listen`")
      ])
  }

  static func logsOfOtherHost(_ name: String, _ uri: String) -> Diagnostic {
    Diagnostic(
      code: .reach.logsOfOtherHost, "the logs of `\(name)` are on another machine",
      notes: ["libvirt does not transfer them; the host is `\(uri)`"],
      helps: [.init("run `vmscript logs \(QuotedText.shellWord(name))` on that machine")])
  }

  static func noLog(_ name: String, _ reasons: [String]) -> Diagnostic {
    Diagnostic(
      code: .reach.noLog, "no log of `\(name)` can be read",
      notes: reasons.isEmpty ? ["this hypervisor writes none, and its consoles have none"] : reasons
    )
  }

  static func noConsole(_ name: String) -> Diagnostic {
    Diagnostic(
      code: .reach.noConsole, "the domain `\(name)` has no console",
      helps: [.init("add `serial {}` to the domain, and restart it")])
  }
}

/// The codes of consoles and of ssh.
struct ReachCodes: DiagnosticTable {
  let notRunning = DiagnosticCode.ofHost(
    792, "not running", "Only a running guest has a console, a screen, an address or an SSH server."
  )
  let noAddress = DiagnosticCode.ofHost(
    793, "no address",
    """
    Neither libvirt's DHCP leases nor the guest agent nor the host's ARP table has an IPv4 address of \
    the guest.
    """)
  let noWayIn = DiagnosticCode.ofHost(
    795, "no way into the guest",
    """
    Commands and files reach a guest through the QEMU guest agent, which needs `agent = true`, or \
    through its SSH server.
    """)
  let commandNotStarted = DiagnosticCode.ofHost(
    796, "command not started",
    "The guest agent answers, but cannot start a shell. Some distributions block `guest-exec` in its configuration."
  )
  let commandFailed = DiagnosticCode.ofHost(
    797, "command failed in a guest",
    "`run` fails if the exit status of its command is not 0. Add `|| true` to a command that may fail."
  )
  let copyFailed = DiagnosticCode.ofHost(
    798, "copy failed",
    "A file or a folder could not be copied between this machine and a guest. Nothing was written to the destination, or only a part of a folder."
  )
  let unfitHost = DiagnosticCode.ofTool(
    808, "invalid host for ssh",
    """
    The guest is reached through the host of the connection's URI. ssh would read the host's or the \
    user's name as an option or as more than one name.
    """)
  let noDisplay = DiagnosticCode.ofHost(
    780, "no display",
    "The running domain has neither a VNC nor a SPICE display, or only one with a socket.")
  let displayOfOtherHost = DiagnosticCode.ofHost(
    781, "display of another machine",
    """
    The display listens on the loopback address of the host of libvirt, which is another machine. A \
    viewer here cannot connect to it without a tunnel.
    """)
  let logsOfOtherHost = DiagnosticCode.ofHost(
    782, "logs on another machine",
    "The log files of a guest are on the host of libvirt, and libvirt does not transfer them.")
  let noLog = DiagnosticCode.ofHost(
    783, "no log",
    """
    QEMU writes a log of each guest to `/var/log/libvirt/qemu`, which only root can read. A session's \
    daemon writes it to `~/.cache/libvirt/qemu/log`. A console has a log if its `log` has a file.
    """)
  let noConsole = DiagnosticCode.ofHost(
    794, "no console", "The domain was defined without a serial port or console device.")
}

extension DiagnosticCode {
  /// The codes of consoles and of ssh.
  static let reach = ReachCodes()
}
