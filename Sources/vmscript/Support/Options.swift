import ArgumentParser
import Foundation
import VMScript
import VMScriptRuntime
import VMScriptSyntax
import VMScriptTerminal

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

/// Which host, and how it is met.
struct ConnectionOptions: ParsableArguments {
  @Option(
    name: [.customLong("connect"), .customShort("c")],
    help: ArgumentHelp(
      "The host, as libvirt's URI; else LIBVIRT_DEFAULT_URI, else libvirt's own default.",
      valueName: "uri"), completion: HostNames.hosts)
  var uri: String?

  @Option(
    help: ArgumentHelp(
      """
      What `hypervisor = auto` means, kvm or qemu; else VMSCRIPT_HYPERVISOR, else the best that the \
      host has.
      """, valueName: "name"), completion: .list(["kvm", "qemu"]))
  var hypervisor: String?

  @Option(
    help: ArgumentHelp(
      "How long the host may take to answer a connection, such as 10s or 2m.",
      valueName: "duration"))
  var connectTimeout = "30s"

  @Option(help: ArgumentHelp("Changes that may be in flight at once.", valueName: "number"))
  var jobs = 8

  func validate() throws {
    guard let limit = Duration(script: connectTimeout), limit > .zero else {
      throw ValidationError(CommandLineMessages.unfitTimeout(connectTimeout))
    }
    guard jobs >= 1 else {
      throw ValidationError("--jobs needs a number of at least 1, not \(jobs)")
    }
  }

  /// The URI that was given, here or in the environment; nil leaves it to libvirt.
  var host: String? { HostURI.resolve(uri) }

  /// Options of a run on this host, to be completed by the command.
  var runOptions: RunOptions {
    var options = RunOptions(uri: uri, jobs: jobs, hypervisor: hypervisor)
    options.connectTimeout = limit
    return options
  }

  /// How long the host may take to answer; a slow one is named on standard error.
  var patience: HostPatience {
    HostPatience(limit: limit) {
      Terminal.writeMessage(CommandLineMessages.waiting(for: $0) + "\n")
    }
  }

  private var limit: Duration { Duration(script: connectTimeout) ?? .seconds(30) }
}

/// What a run may do to the host.
struct ChangeOptions: ParsableArguments {
  @Flag(
    name: [.long, .customShort("y")], help: "Do what loses data or unplugs guests without asking.")
  var yes = false

  @Flag(help: "Remove what the stack made and the script no longer declares.")
  var prune = false

  @Flag(help: "Take over domains of a declared name that the stack did not make.")
  var adopt = false

  func apply(to options: inout RunOptions) {
    options.assumeYes = yes
    options.prune = prune
    options.adopt = adopt
  }
}

extension ColorChoice: ExpressibleByArgument {}

/// How a command says what it has to say.
struct OutputOptions: ParsableArguments {
  @Flag(
    help: "Write one JSON document; errors and prints are JSON lines on standard error.")
  var json = false

  @Flag(help: "Show no plan, no progress and no summary.")
  var quiet = false

  @Option(help: "When to use colour.")
  var color: ColorChoice = .auto

  /// Standard output and standard error with what they can show.
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

  /// Whether what goes to standard output is coloured.
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

  /// Writes what a script prints where standard output is kept for the one document.
  func printAside(_ line: String) {
    let object = Value.map(["print": .string(line)]).json(indentation: nil)
    Terminal.writeMessage((json ? object : Terminal.shown(line, on: STDERR_FILENO)) + "\n")
  }
}
