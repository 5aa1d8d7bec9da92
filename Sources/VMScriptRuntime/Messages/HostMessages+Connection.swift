import Libvirt
import VMScriptPlan
import VMScriptSyntax

extension HostMessages {
  /// Why a connection cannot be opened, and what is likely to help.
  static func noConnection(_ uri: String?, _ error: any Error) -> Diagnostic {
    if let diagnostic = error as? Diagnostic { return diagnostic }
    if error is CancellationError { return cancelled("connecting", at: nil) }
    let failure = error as? LibvirtError
    let text = failure?.message ?? String(describing: error)
    // The binding's words before libvirt's own say what the title says.
    let prefix = "cannot connect to \(uri ?? "libvirt's default URI"): "
    let reason = text.hasPrefix(prefix) ? String(text.dropFirst(prefix.count)) : text
    if failure?.isNoAnswer ?? false {
      return Diagnostic(
        code: .host.noConnection,
        "cannot connect to \(uri.map { "`\($0)`" } ?? "libvirt's default host")",
        notes: [reason, "the connection was accepted or is still being made"],
        helps: [
          .init("check whether libvirtd on that host hangs, and restart it"),
          .init("wait longer: `--connect-timeout 2m`"),
        ])
    }
    return Diagnostic(
      code: .host.noConnection,
      "cannot connect to \(uri.map { "`\($0)`" } ?? "libvirt's default host")",
      notes: ["libvirt says: \(reason)"],
      helps: [
        .init(remedy(uri ?? "", reason)),
        .init("to try a script without any host: `--connect test:///default`"),
      ])
  }

  /// What a slow connection is waited for, after "waiting for".
  static func answer(of uri: String?) -> String { "\(uri ?? "libvirt's default host") to answer" }

  /// By what libvirt says, and else by the kind of the URI.
  private static func remedy(_ uri: String, _ reason: String) -> String {
    if reason.contains("Permission denied") || reason.contains("uthenticat") {
      return "let this user in, as a member of the group `libvirt`, or try qemu:///session"
    }
    if reason.contains("no connection driver") {
      return "name a host as in qemu:///system or qemu+ssh://HOST/system"
    }
    if uri.contains("+ssh://") { return "see whether `ssh` to that host works without a question" }
    if uri.contains("+tcp://") || uri.contains("+tls://") {
      return "see whether the host's libvirtd listens on the network"
    }
    if uri.hasPrefix("test://") { return "name a file that describes a test host" }
    return "start libvirtd, as with `systemctl start libvirtd`, or name another host"
  }
}
