import VMScript
import VMScriptPlan
import VMScriptSyntax

/// The wording of what cannot be looked at: VM079x.
enum InspectionMessages {
  private static let listing = "list what is there: `vmscript list`, or `:list` in the shell"

  static func nothingNamed(_ name: String, closest: String?) -> Diagnostic {
    Diagnostic(
      code: .inspection.notFound, "no object on the host has the name `\(name)`",
      helps: [.init(closest.map { "did you mean `\($0)`?" } ?? listing)])
  }

  static func nothingDeclared(_ name: String, closest: String?) -> Diagnostic {
    Diagnostic(
      code: .inspection.notDeclared, "the script declares no net and no domain `\(name)`",
      helps: closest.map { [.init("did you mean `\($0)`?")] } ?? [])
  }
}

/// The codes of what is shown of a host.
struct InspectionCodes: DiagnosticTable {
  let notFound = DiagnosticCode.ofHost(
    790, "nothing of this name",
    "The host has no domain, no network, no image and no volume that bears the name.")
  let notDeclared = DiagnosticCode.ofHost(
    791, "nothing declared by this name",
    "`vmscript xml FILE NAME` shows what a net or a domain of the script is defined by.")
}

extension DiagnosticCode {
  /// The codes of what is shown of a host.
  static let inspection = InspectionCodes()
}

/// The wording of guests that cannot be reached: VM0792 to VM0794.
enum ReachMessages {
  static func notRunning(_ name: String, at span: Span? = nil) -> Diagnostic {
    Diagnostic(
      code: .reach.notRunning, "the domain `\(name)` is not running", at: span.map { .init($0) },
      helps: [.init("start it first: `\(StatementForm.verb("start", name))`")])
  }

  static func noAddress(_ name: String) -> Diagnostic {
    Diagnostic(
      code: .reach.noAddress, "the host knows no address of `\(name)`",
      notes: ["no lease, no guest agent and no ARP entry has one"],
      helps: [.init("where it is still booting: `\(StatementForm.verb("wait", name, "for ip"))`")])
  }

  static func unfitHost(_ uri: String) -> Diagnostic {
    Diagnostic(
      code: .reach.unfitHost, "ssh cannot be given the host of `\(uri)`",
      helps: [.init("name a host and a user made of letters, digits, `.`, `_` and `-`")])
  }

  static func noConsole(_ name: String) -> Diagnostic {
    Diagnostic(
      code: .reach.noConsole, "the domain `\(name)` has no console",
      helps: [.init("give it one, from its next start on: `serial {}` in its braces")])
  }
}

/// The codes of consoles and of ssh.
struct ReachCodes: DiagnosticTable {
  let notRunning = DiagnosticCode.ofHost(
    792, "not running", "A console, a screen, an address or an SSH server is a running guest's.")
  let noAddress = DiagnosticCode.ofHost(
    793, "no address",
    """
    libvirt's DHCP leases, the guest agent and the host's ARP table were asked, and none knows an \
    IPv4 address of the guest.
    """)
  let unfitHost = DiagnosticCode.ofTool(
    808, "unfit host for ssh",
    """
    The guest is reached through the host of the connection's URI. ssh would take its name, or the \
    user's, for an option or for more than a name.
    """)
  let noConsole = DiagnosticCode.ofHost(
    794, "no console", "The domain was defined without a serial port or console device.")
}

extension DiagnosticCode {
  /// The codes of consoles and of ssh.
  static let reach = ReachCodes()
}
