import ArgumentParser
import Foundation
import VMScript
import VMScriptPlan
import VMScriptRuntime
import VMScriptSyntax
import VMScriptTerminal

/// `vmscript test FILE …`: runs scripts as temporary stacks and reports their checks.
struct TestCommand: AsyncParsableCommand, Subcommand {
  static let configuration = CommandConfiguration(
    commandName: "test",
    abstract: "Run scripts as temporary stacks, report their checks, and destroy the stacks.",
    discussion: """
      Each script runs without confirmation, as a stack of a unique name. A failed `check` does not \
      end its script, so every check is reported. The stack is always destroyed: after a failure, \
      an interruption and at the end of its lifetime. If the test is killed, `vmscript sweep` \
      destroys the stack after its lifetime.

      Names of machines and networks are unique on a host. To run one script twice at once, give \
      its names a parameter: `param id: string = "a"`, `domain "web-\\(id)"`, `--set id=b`.

      After a failure, the folder of `--artifacts` receives a transcript of each console and a \
      picture of the screen of each running machine.

      Exit codes: 0 all checks passed, 1 a check or a run failed, 2 a script has errors, \
      4 no connection.

      Examples:
        vmscript test web.vmscript
        vmscript test tests/*.vmscript --parallel 4 --junit results.xml
        vmscript test web.vmscript --keep       keeps the stack if the test fails
      """)
  static let heading = CommandHeading.host

  @Argument(
    help: ArgumentHelp("The scripts; - is standard input.", valueName: "file"),
    completion: .file(extensions: ["vmscript"]))
  var files: [String]

  @Flag(help: "Keep the stack of a test that failed.")
  var keep = false

  @Option(help: ArgumentHelp("Number of scripts that run at once.", valueName: "number"))
  var parallel = 1

  @Option(
    help: ArgumentHelp(
      "Time after which a test is stopped, and its stack may be swept, such as 30m.",
      valueName: "duration"))
  var lifetime = "2h"

  @Option(
    help: ArgumentHelp("Write the results as JUnit XML.", valueName: "file"), completion: .file())
  var junit: String?

  @Option(
    help: ArgumentHelp(
      "The folder for the transcripts and pictures of failed tests.", valueName: "folder"),
    completion: .directory)
  var artifacts = "vmscript-test"

  @OptionGroup var script: ScriptOptions
  @OptionGroup var connection: ConnectionOptions
  @OptionGroup var output: OutputOptions

  func validate() throws {
    guard parallel >= 1 else {
      throw ValidationError("--parallel needs a number of at least 1, not \(parallel)")
    }
    guard let duration = Duration(script: lifetime), duration >= .seconds(1) else {
      throw ValidationError(CommandLineMessages.unfitLifetime(lifetime))
    }
    guard script.stackText == nil else { throw ValidationError(CommandLineMessages.stackOfTest) }
  }

  func run() async throws {
    let inputs = files.map(ScriptInput.file)
    let programs = inputs.compactMap { output.compile($0) }
    guard programs.count == inputs.count else { throw ExitStatus.scriptErrors.code }
    let session = TestSession(
      output, connection, namesScripts: parallel > 1 && inputs.count > 1)
    let tests = zip(inputs, programs).map { input, program in
      var test = StackTest(
        program, file: input.name, evaluation: script.evaluation(of: program, among: programs),
        options: session.options(of: input))
      test.lifetime = Duration(script: lifetime) ?? .seconds(7200)
      test.artifacts = artifacts
      test.keepsFailed = keep
      return test
    }
    let reports = await session.perform(tests, atOnce: parallel)
    let isWritten = junit.map { write(JUnitDocument(reports), to: $0) } ?? true
    if output.json {
      let documents = reports.map(\.document)
      let whole = documents.count == 1 ? documents[0] : .list(documents)
      Terminal.writeOutput(whole.json() + "\n")
    }
    if let status = status(of: reports, among: tests.count) { throw status.code }
    if !isWritten { throw ExitStatus.failed.code }
  }

  private func write(_ document: JUnitDocument, to path: String) -> Bool {
    do {
      try Data(document.text.utf8).write(to: URL(fileURLWithPath: path))
      return true
    } catch {
      output.report([TerminalMessages.unwritable(path, reason: error.localizedDescription)])
      return false
    }
  }

  /// The exit status of the tests; nil if all of them ran and passed.
  private func status(of reports: [TestReport], among count: Int) -> ExitStatus? {
    let outcomes = reports.map(\.outcome)
    if outcomes.contains(.noConnection) { return .noConnection }
    if outcomes.contains(.scriptErrors) { return .scriptErrors }
    return reports.count == count && reports.allSatisfy(\.hasPassed) ? nil : .failed
  }
}

/// The display and the interruption of tests that share a terminal.
private struct TestSession: Sendable {
  private let output: OutputOptions
  private let connection: ConnectionOptions
  private let progress: RunDisplay
  private let display: TestDisplay

  init(_ output: OutputOptions, _ connection: ConnectionOptions, namesScripts: Bool) {
    self.output = output
    self.connection = connection
    progress = RunDisplay(
      screen: output.screen, isQuiet: output.quiet || output.json, plans: .none,
      uri: connection.host)
    display = TestDisplay(color: output.screen.color, namesScripts: namesScripts)
  }

  private var isShown: Bool { !output.quiet && !output.json }

  /// The options of a test's run, which show its progress.
  func options(of input: ScriptInput) -> RunOptions {
    var options = connection.runOptions
    options.origin = input.origin
    options.progress = { [progress, output] event in
      if output.json, case .printed(let line) = event { return output.printAside(line) }
      progress.take(event)
    }
    return options
  }

  /// Runs tests, some at once. The first signal stops them in order and starts no others.
  ///
  /// - Returns: the reports of the tests that started, in their order.
  func perform(_ tests: [StackTest], atOnce limit: Int) async -> [TestReport] {
    let reports = await progress.showing {
      await Interruption.guarding {
        progress.note(CommandLineMessages.destroyingTests)
        return true
      } atOnce: {
        progress.note(CommandLineMessages.leftTests)
        progress.hold()
      } _: {
        await run(tests, atOnce: limit)
      }
    }
    if isShown, tests.count > 1 {
      Terminal.writeMessage(display.summary(reports, elapsed: progress.elapsed) + "\n")
    }
    return reports
  }

  private func run(_ tests: [StackTest], atOnce limit: Int) async -> [TestReport] {
    await withTaskGroup(of: (Int, TestReport)?.self) { group in
      var waiting = tests.enumerated().makeIterator()
      func startNext() {
        guard let (position, test) = waiting.next() else { return }
        group.addTask {
          guard !Task.isCancelled else { return nil }
          return (position, await run(test))
        }
      }
      for _ in 0..<limit { startNext() }
      var reports: [(Int, TestReport)] = []
      for await report in group {
        if let report { reports.append(report) }
        startNext()
      }
      return reports.sorted { $0.0 < $1.0 }.map(\.1)
    }
  }

  private func run(_ test: StackTest) async -> TestReport {
    if isShown { progress.note(display.heading(test)) }
    let report = await test.observed(by: { result in
      if isShown { progress.note(display.line(result, of: test)) }
    }).run()
    let problems = report.warnings + report.cases.compactMap(\.problem)
    if !problems.isEmpty {
      progress.hold()
      output.report(problems, report.sources)
      progress.release()
    }
    if isShown { display.conclusion(report).forEach(progress.note) }
    return report
  }
}
