import ArgumentParser
import VMScript
import VMScriptPlan
import VMScriptRuntime
import VMScriptSyntax
import VMScriptTerminal

/// `vmscript sweep`: destroys the stacks of tests that are past their lifetime.
struct SweepCommand: AsyncParsableCommand, Subcommand {
  static let configuration = CommandConfiguration(
    commandName: "sweep",
    abstract: "Destroy the stacks of tests that are past their lifetime.",
    discussion: """
      A test destroys its own stack. If it was killed or its stack was kept, the stack stays on the \
      host with the end of its lifetime. Each removal is confirmed as by `destroy`. A stack that a \
      run is using is skipped.

      Examples:
        vmscript sweep
        vmscript sweep --yes --connect qemu+ssh://ci/system
        vmscript sweep --list                   only lists them, with those that may still run
      """)
  static let heading = CommandHeading.host

  @Flag(name: [.long, .customShort("y")], help: "Confirm the removal.")
  var yes = false

  @Flag(help: "List all temporary stacks, and destroy none.")
  var list = false

  @OptionGroup var connection: ConnectionOptions
  @OptionGroup var output: OutputOptions

  func run() async throws {
    let stacks = try await output.inspecting { () async throws(Diagnostic) in
      try await Inspector.temporaryStacks(uri: connection.uri, patience: connection.patience)
    }
    if list { return show(stacks) }
    var swept: [(stack: TemporaryStack, result: String)] = []
    var status: ExitStatus?
    for stack in stacks where stack.expiry.isPast {
      let report = await destroy(stack)
      if report.outcome == .noConnection || report.outcome == .cancelled {
        throw ExitStatus.failed.code
      }
      if report.isStackInUse {
        swept.append((stack, "in use"))
        if !output.quiet, !output.json {
          Terminal.writeMessage(CommandLineMessages.skippedInUse(stack.name) + "\n")
        }
        continue
      }
      swept.append((stack, report.outcome == .done ? "destroyed" : "failed"))
      status = status ?? ExitStatus(report.outcome)
    }
    if output.json {
      Terminal.writeOutput(document(swept).json() + "\n")
    } else if swept.isEmpty, !output.quiet {
      Terminal.writeMessage(CommandLineMessages.nothingExpired + "\n")
    }
    if let status { throw status.code }
  }

  private func destroy(_ stack: TemporaryStack) async -> RunReport {
    let session = HostSession(output, connection)
    if !output.quiet, !output.json {
      session.display.note(CommandLineMessages.expired(stack))
    }
    var options = connection.runOptions
    options.assumeYes = yes
    let report = await session.perform(options, reportsUse: false) {
      await Runner.destroy(stack: stack.name, options: $0)
    }
    if !output.json, !report.isStackInUse {
      _ = session.conclude(report, idle: CommandLineMessages.nothingToRemove)
    }
    return report
  }

  private func show(_ stacks: [TemporaryStack]) {
    if output.json {
      return Terminal.writeOutput(document(stacks.map { ($0, nil) }).json() + "\n")
    }
    let display = InspectionDisplay(color: output.isOutputColored)
    let lines = display.lines(stacks)
    if lines.isEmpty, !output.quiet {
      return Terminal.writeMessage(CommandLineMessages.noTemporaryStacks + "\n")
    }
    Terminal.writeOutput(lines.map { $0 + "\n" }.joined())
  }

  private func document(_ stacks: [(stack: TemporaryStack, result: String?)]) -> Value {
    .map([
      "stacks": .list(
        stacks.map { stack, result in
          var entry: ValueMap = [
            "stack": .string(stack.name), "expires": .string(stack.expiry.description),
            "expired": .bool(stack.expiry.isPast),
          ]
          if let result { entry["result"] = .string(result) }
          return .map(entry)
        })
    ])
  }
}
