/// What `--color` may say.
public enum ColorChoice: String, CaseIterable, Sendable {
  case auto, always, never

  /// Whether output is coloured: what was asked for, else only on a terminal that can show it.
  ///
  /// `auto` keeps `NO_COLOR` (set and not empty), `TERM=dumb` and a terminal of no type.
  public func isOn(isTerminal: Bool, environment: [String: String]) -> Bool {
    switch self {
    case .always: true
    case .never: false
    case .auto:
      isTerminal && (environment["NO_COLOR"] ?? "").isEmpty
        && !["dumb", ""].contains(environment["TERM"] ?? "")
    }
  }
}
