import ArgumentParser
import Foundation
import VMScript
import VMScriptPlan
import VMScriptRuntime
import VMScriptSyntax
import VMScriptTerminal

/// `vmscript import NAME…`: prints a script of domains and networks that no script declares.
struct ImportCommand: AsyncParsableCommand, Subcommand {
  static let configuration = CommandConfiguration(
    commandName: "import",
    abstract: "Print existing domains and networks as a script.",
    discussion: """
      An argument is the name of a domain or a network of the host, or a file with libvirt's XML, \
      which needs no host. What no property describes becomes an `xml` block. Passwords become \
      parameters of the script.

      `vmscript run SCRIPT --adopt` takes the machines into the stack, without a restart.

      Examples:
        vmscript import web db > lab.vmscript
        vmscript import --all --stack lab > lab.vmscript
        vmscript import web.xml
      """)
  static let heading = CommandHeading.script
  static let synonyms = ["adopt", "generate-config", "define"]

  @Argument(
    help: ArgumentHelp("Names on the host, or files with libvirt's XML.", valueName: "name"),
    completion: HostNames.all)
  var names: [String] = []

  @Flag(help: "Import all domains and networks of the host.")
  var all = false

  @Option(help: ArgumentHelp("The stack of the script.", valueName: "name"))
  var stack = "imported"

  @OptionGroup var connection: ConnectionOptions
  @OptionGroup var output: OutputOptions

  func validate() throws {
    if names.isEmpty != all {
      throw ValidationError(
        all ? "--all takes no names" : "name what to import, or pass --all")
    }
  }

  func run() async throws {
    var result = ScriptImport(stack: stack)
    let (files, objects) = (names.filter(Self.isFile), names.filter { !Self.isFile($0) })
    if all || !objects.isEmpty {
      result = try await output.inspecting { () async throws(Diagnostic) in
        try await Inspector.script(
          of: objects, stack: stack, uri: connection.uri, patience: connection.patience)
      }
    }
    for file in files {
      let bytes = try await output.inspecting { () async throws(Diagnostic) in
        try ScriptFile.read(file)
      }
      result.add(String(decoding: bytes, as: UTF8.self), from: file)
    }
    output.report(result.diagnostics)
    if output.json {
      let document: ValueMap = [
        "script": .string(result.script), "patches": .int(Int64(result.patches)),
      ]
      Terminal.writeOutput(Value.map(document).json() + "\n")
    } else {
      Terminal.writeOutput(result.script)
      if result.patches > 0 {
        let blocks = result.patches == 1 ? "1 `xml` block" : "\(result.patches) `xml` blocks"
        FileHandle.standardError.write(
          Data("\(blocks) for what no property describes\n".utf8))
      }
    }
    if let error = result.diagnostics.first(where: { $0.severity == .error }) {
      throw ExitStatus(error).code
    }
  }

  private static func isFile(_ name: String) -> Bool {
    name.contains("/") || name.hasSuffix(".xml")
  }
}
