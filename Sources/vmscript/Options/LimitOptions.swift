import ArgumentParser
import VMScript

/// What a script may take of this machine while it is evaluated.
struct LimitOptions: ParsableArguments {
  @Option(
    name: .customLong("limit"),
    help: ArgumentHelp(
      """
      Bound the evaluation: steps, depth, memory, output or time; repeatable. Else it ends after \
      a minute, machines that it waits for not counted, or with 1GiB.
      """, valueName: "name=value"),
    completion: .list(["steps=", "depth=", "memory=", "output=", "time="]))
  var settings: [String] = []

  func validate() throws {
    for setting in settings {
      var limits = Limits()
      guard Self.apply(setting, to: &limits) else {
        throw ValidationError(CommandLineMessages.unfitLimit(setting))
      }
    }
  }

  /// The limits of the command line, as far as no setting says otherwise.
  var limits: Limits {
    var limits = Limits(memory: .gib(1), time: .seconds(60))
    for setting in settings { _ = Self.apply(setting, to: &limits) }
    return limits
  }

  /// False for what is no limit.
  private static func apply(_ setting: String, to limits: inout Limits) -> Bool {
    let parts = setting.split(separator: "=", maxSplits: 1).map(String.init)
    guard let name = parts.first, let text = parts.dropFirst().first else { return false }
    switch name {
    case "steps", "depth":
      guard let number = Int(text), number > 0 else { return false }
      if name == "steps" { limits.steps = number } else { limits.depth = number }
    case "memory", "output":
      guard let size = ByteSize(text), size.bytes > 0 else { return false }
      if name == "memory" { limits.memory = size } else { limits.output = size }
    case "time":
      guard let time = Duration(script: text), time > .zero else { return false }
      limits.time = time
    default: return false
    }
    return true
  }
}
