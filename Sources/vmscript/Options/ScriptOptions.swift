import ArgumentParser
import Foundation
import VMScript
import VMScriptSyntax

/// What scripts are given.
struct ScriptOptions: ParsableArguments {
  @Option(
    name: .customLong("set"),
    help: ArgumentHelp(
      "Give a parameter its value; repeatable.",
      discussion: "A parameter `replicas` also takes the variable VMSCRIPT_REPLICAS.",
      valueName: "name=value"))
  var settings: [String] = []

  @Option(help: "The name of the stack, whatever the script says.")
  var stack: String?

  func validate() throws {
    for setting in settings where !setting.dropFirst().contains("=") {
      throw ValidationError("--set wants NAME=VALUE, as in --set replicas=3, not '\(setting)'")
    }
    if let stack, !Program.isStackName(stack) {
      throw ValidationError("a stack's name is made of letters, digits, _ and -, not '\(stack)'")
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
      access: .local, stack: stack)
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

/// The scripts that a command works on.
struct ScriptArguments: ParsableArguments {
  @Argument(help: ArgumentHelp("Scripts; - is standard input.", valueName: "file"))
  var files: [String] = []

  @Option(
    name: .customShort("e"), help: ArgumentHelp("A script as text; repeatable.", valueName: "text"))
  var texts: [String] = []
}
