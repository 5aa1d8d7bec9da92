import ArgumentParser
import Foundation
import VMScript

extension Engine {
  /// What scripts of the command line may reach: the files and the environment of its user.
  static let commandLine = Engine(importer: .local, access: .local)
}

/// What scripts are given.
struct ScriptOptions: ParsableArguments {
  @Option(
    name: .customLong("set"),
    help: ArgumentHelp(
      "Give a parameter its value; repeatable. Else VMSCRIPT_NAME of the environment counts.",
      valueName: "name=value"))
  var settings: [String] = []

  @Option(
    help: ArgumentHelp("The name of the stack, whatever the script says.", valueName: "name"),
    completion: HostNames.stacks)
  var stack: String?

  @OptionGroup var limits: LimitOptions

  func validate() throws {
    for setting in settings where !setting.dropFirst().contains("=") {
      throw ValidationError(CommandLineMessages.settingWithoutValue(setting))
    }
    if let stack, !Program.isStackName(stack) {
      throw ValidationError(CommandLineMessages.unfitStack(stack))
    }
  }

  /// What an evaluation is given: the last setting of a name wins, over the environment's too.
  var evaluation: EvaluationOptions {
    let pairs = settings.map { setting in
      let parts = setting.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      return (String(parts[0]), String(parts[1]))
    }
    return EvaluationOptions(
      parameters: Dictionary(pairs) { $1 }, fallbackParameters: Self.environmentParameters,
      limits: limits.limits, stack: stack)
  }

  /// `VMSCRIPT_REPLICAS` as written and in lower case, for a parameter named either way.
  private static var environmentParameters: [String: String] {
    var result: [String: String] = [:]
    for (key, value) in ProcessInfo.processInfo.environment where key.hasPrefix("VMSCRIPT_") {
      let name = String(key.dropFirst("VMSCRIPT_".count))
      result[name] = value
      result[name.lowercased()] = value
    }
    return result
  }
}
