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

  static func unfitHost(_ uri: String) -> Diagnostic {
    Diagnostic(
      code: .reach.unfitHost, "the host of `\(uri)` is not a valid argument of ssh",
      helps: [
        .init("use only letters, digits, `.`, `_` and `-` in the names of the host and the user")
      ])
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
  let unfitHost = DiagnosticCode.ofTool(
    808, "invalid host for ssh",
    """
    The guest is reached through the host of the connection's URI. ssh would read the host's or the \
    user's name as an option or as more than one name.
    """)
  let noConsole = DiagnosticCode.ofHost(
    794, "no console", "The domain was defined without a serial port or console device.")
}

extension DiagnosticCode {
  /// The codes of consoles and of ssh.
  static let reach = ReachCodes()
}
