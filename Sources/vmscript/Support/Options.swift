import ArgumentParser
import Foundation
import VMScript
import VMScriptRuntime
import VMScriptSyntax
import VMScriptTerminal

extension Engine {
  /// The engine of the command line, whose scripts may read the user's files and environment.
  static let commandLine = Engine(importer: .local, access: .local)
}

/// Parameters, stack and limits of scripts.
struct ScriptOptions: ParsableArguments {
  @Option(
    name: .customLong("set"),
    help: ArgumentHelp(
      """
      Set a parameter; repeatable. Defaults to VMSCRIPT_NAME of the environment, except \
      VMSCRIPT_HYPERVISOR and VMSCRIPT_DOWNLOAD, which are not parameters.
      """,
      valueName: "name=value"))
  var settings: [String] = []

  @Option(
    name: .customLong("stack"),
    help: ArgumentHelp("The name of the stack, instead of the script's.", valueName: "name"),
    completion: HostNames.stacks)
  var stackText: String?

  /// The named stack; invalid characters are replaced, as in the name of a script's file.
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

  /// The options for the evaluation of one script. The last setting of a name wins, also over the
  /// environment.
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

  /// The options for the evaluation of one of several scripts. They include settings of its own
  /// parameters, and settings that no script has, which are errors.
  func evaluation(of program: Program, among programs: [Program]) -> EvaluationOptions {
    var result = evaluation
    let own = Set(program.parameters)
    let known = Set(programs.flatMap(\.parameters))
    result.parameters = result.parameters.filter { own.contains($0.key) || !known.contains($0.key) }
    return result
  }
}

/// Limits on the evaluation of a script.
struct LimitOptions: ParsableArguments {
  @Option(
    name: .customLong("limit"),
    help: ArgumentHelp(
      """
      Limit the evaluation: steps, depth, memory, output or time; repeatable. Defaults to \
      memory=1GiB and time=1m, not counting waits for machines.
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

  /// The defaults of the command line, overridden by the settings.
  var limits: Limits {
    var limits = Limits(memory: .gib(1), time: .seconds(60))
    for setting in settings { _ = Self.apply(setting, to: &limits) }
    return limits
  }

  /// Applies a setting; returns false if it is invalid.
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

/// The host and how to connect to it.
struct ConnectionOptions: ParsableArguments {
  @Option(
    name: [.customLong("connect"), .customShort("c")],
    help: ArgumentHelp(
      "The host as a libvirt URI. Defaults to LIBVIRT_DEFAULT_URI, then to libvirt's default.",
      valueName: "uri"), completion: HostNames.hosts)
  var uri: String?

  @Option(
    help: ArgumentHelp(
      """
      The meaning of `hypervisor = auto`, kvm or qemu. Defaults to VMSCRIPT_HYPERVISOR, then to the \
      best of the host.
      """, valueName: "name"), completion: .list(["kvm", "qemu"]))
  var hypervisor: String?

  @Option(
    help: ArgumentHelp(
      "Time limit for a connection, such as 10s or 2m.",
      valueName: "duration"))
  var connectTimeout = "30s"

  @Option(help: ArgumentHelp("Maximum number of changes in flight.", valueName: "number"))
  var jobs = 8

  func validate() throws {
    guard let limit = Duration(script: connectTimeout), limit > .zero else {
      throw ValidationError(CommandLineMessages.unfitTimeout(connectTimeout))
    }
    guard jobs >= 1 else {
      throw ValidationError("--jobs needs a number of at least 1, not \(jobs)")
    }
  }

  /// The URI of the option or the environment; nil selects libvirt's default.
  var host: String? { HostURI.resolve(uri) }

  /// Options of a run on this host; the command adds its own.
  var runOptions: RunOptions {
    var options = RunOptions(uri: uri, jobs: jobs, hypervisor: hypervisor)
    options.connectTimeout = limit
    return options
  }

  /// The time limit for a connection, with a notice of a slow host on standard error.
  var patience: HostPatience {
    HostPatience(limit: limit) {
      Terminal.writeMessage(CommandLineMessages.waiting(for: $0) + "\n")
    }
  }

  private var limit: Duration { Duration(script: connectTimeout) ?? .seconds(30) }
}

/// Permissions of a run.
struct ChangeOptions: ParsableArguments {
  @Flag(
    name: [.long, .customShort("y")], help: "Confirm changes that lose data or disconnect guests.")
  var yes = false

  @Flag(help: "Remove resources of the stack that the script no longer declares.")
  var prune = false

  @Flag(help: "Take over domains of a declared name that the stack did not create.")
  var adopt = false

  func apply(to options: inout RunOptions) {
    options.assumeYes = yes
    options.prune = prune
    options.adopt = adopt
  }
}

extension ColorChoice: ExpressibleByArgument {}

/// The format of a command's output.
struct OutputOptions: ParsableArguments {
  @Flag(
    help: "Write one JSON document; errors and printed lines are JSON lines on standard error.")
  var json = false

  @Flag(help: "Show no plan, no progress and no summary.")
  var quiet = false

  @Option(help: "When to use colour.")
  var color: ColorChoice = .auto

  /// Standard output and standard error, with the capabilities of each.
  var screen: Screen {
    let isTerminal = Terminal.isTerminal(STDERR_FILENO)
    let environment = ProcessInfo.processInfo.environment
    return Screen(
      writeMessage: Terminal.writeMessage,
      writeOutput: Terminal.writeOutput,
      size: Terminal.size,
      isLive: isTerminal && !["dumb", ""].contains(environment["TERM"] ?? "") && !json,
      color: !json && color.isOn(isTerminal: isTerminal, environment: environment),
      showsOutput: Terminal.isTerminal(STDOUT_FILENO))
  }

  /// Whether standard output is coloured.
  var isOutputColored: Bool {
    !json
      && color.isOn(
        isTerminal: Terminal.isTerminal(STDOUT_FILENO),
        environment: ProcessInfo.processInfo.environment)
  }

  /// Writes diagnostics to standard error.
  func report(_ diagnostics: [Diagnostic], _ sources: SourceMap = SourceMap()) {
    guard !diagnostics.isEmpty else { return }
    let renderer = DiagnosticRenderer(sources: sources, color: screen.color)
    Terminal.writeMessage(
      json
        ? diagnostics.map { renderer.json($0) + "\n" }.joined()
        : renderer.render(diagnostics))
  }

  /// Writes a printed line to standard error, because standard output holds one document.
  func printAside(_ line: String) {
    let object = Value.map(["print": .string(line)]).json(indentation: nil)
    Terminal.writeMessage((json ? object : Terminal.shown(line, on: STDERR_FILENO)) + "\n")
  }
}
