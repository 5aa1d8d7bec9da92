import ArgumentParser
import VMScript
import VMScriptImages
import VMScriptSyntax
import VMScriptTerminal

/// `vmscript image catalog`: lists the names of images.
struct ImageCatalogCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "catalog",
    abstract: "List the images that a source can name.",
    discussion: """
      Own names are entries of `$XDG_CONFIG_HOME/vmscript/catalog.yaml`, or of \
      `~/.config/vmscript/catalog.yaml`, which replace those of the same name:

        lab:1:
          url: https://images.example/lab-1-{arch}.qcow2.xz
          checksums: SHA256SUMS
          user: admin
          architectures: {x86_64: amd64, aarch64: arm64}
      """)

  @Flag(help: "List the addresses, too.")
  var verbose = false

  @OptionGroup var output: OutputOptions

  func run() throws {
    let catalogue: Catalogue
    do throws(Diagnostic) { catalogue = try Catalogue.read() } catch {
      output.report([error])
      throw ExitStatus.failed.code
    }
    if output.json {
      let documents = catalogue.entries.map(\.document)
      return Terminal.writeOutput(Value.list(documents).json() + "\n")
    }
    var table = TextTable(["NAME", "USER", "ARCHITECTURES"] + (verbose ? ["ADDRESS"] : []))
    for entry in catalogue.entries {
      let architectures = entry.architectures.map(\.name).joined(separator: ", ")
      table.add([entry.name, entry.user, architectures] + (verbose ? [entry.url] : []))
    }
    Terminal.writeOutput(table.lines(color: output.isOutputColored).map { $0 + "\n" }.joined())
  }
}

extension Catalogue.Entry {
  /// The entry in the form of JSON documents.
  fileprivate var document: Value {
    .map([
      "name": .string(name), "url": .string(url),
      "checksums": checksums.map(Value.string) ?? .none, "user": user.map(Value.string) ?? .none,
      "architectures": .map(ValueMap(architectures.map { ($0.name, Value.string($0.published)) })),
    ])
  }
}
