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
      """
      Give a parameter its value; repeatable. Else VMSCRIPT_NAME of the environment counts, except \
      VMSCRIPT_HYPERVISOR, which is not for scripts.
      """,
      valueName: "name=value"))
  var settings: [String] = []

  @Option(
    name: .customLong("stack"),
    help: ArgumentHelp("The name of the stack, whatever the script says.", valueName: "name"),
    completion: HostNames.stacks)
  var stackText: String?

  /// The stack that is named; other characters than a stack's name has are replaced, as in the name of a
  /// script's file.
  var stack: String? { stackText.flatMap(Program.stackName(resembling:)) }

  @OptionGroup var limits: LimitOptions

  func validate() throws {
    for setting in settings where !setting.dropFirst().contains("=") {
      throw ValidationError(CommandLineMessages.settingWithoutValue(setting))
    }
    if let stackText, stack == nil {
      throw ValidationError(CommandLineMessages.unfitStack(stackText))
    }
  }

  /// What the evaluation of one script is given: the last setting of a name wins, over the
  /// environment's too.
  var evaluation: EvaluationOptions {
    let pairs = settings.map { setting in
      let parts = setting.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      return (String(parts[0]), String(parts[1]))
    }
    return EvaluationOptions(
      parameters: Dictionary(pairs) { $1 },
      fallbackParameters: ParameterVariable.parameters(in: ProcessInfo.processInfo.environment),
      limits: limits.limits, stack: stack)
  }

  /// What the evaluation of one of several scripts is given. A setting that only others of them know
  /// is theirs; one that none knows is wrong for all.
  func evaluation(of program: Program, among programs: [Program]) -> EvaluationOptions {
    var result = evaluation
    let own = Set(program.parameters)
    let known = Set(programs.flatMap(\.parameters))
    result.parameters = result.parameters.filter { own.contains($0.key) || !known.contains($0.key) }
    return result
  }
}
