/// A condition of `wait` that begins with a word.
///
/// To add one: a case, its row, and its check in the runtime's `DomainCondition`.
public enum WaitWord: String, CaseIterable, Sendable {
  case ip, agent, ssh
  case cloudInit = "cloud_init"
  case stopped, ready, port, text

  /// The argument after the word, as the reference names it; nil if there is none.
  public var argument: String? {
    switch self {
    case .ip, .agent, .ssh, .cloudInit, .stopped: nil
    case .ready: "COMMAND"
    case .port: "NUMBER"
    case .text: "TEXT"
    }
  }

  /// A description, a noun phrase without its full stop.
  public var doc: String {
    switch self {
    case .ip: "the declared address, or any"
    case .agent: "an answer of the guest agent"
    case .ssh: "an SSH server"
    case .cloudInit: "the end of cloud-init"
    case .stopped: "the end of the machine"
    case .ready: "success of a shell command in the guest"
    case .port: "a TCP server on the port"
    case .text: "the text on the guest's console, from now on"
    }
  }
}
