import ArgumentParser
import VMScript
import VMScriptImages
import VMScriptPlan
import VMScriptRuntime
import VMScriptSyntax
import VMScriptTerminal

/// `vmscript image pull SOURCE …`: downloads images into the cache.
struct ImagePullCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pull",
    abstract: "Download images into the cache, and print their paths.",
    discussion: """
      An image that is in the cache is compared with the server's, and downloaded if it differs. \
      Ctrl-C keeps the received part; the next download continues it.

      VMSCRIPT_DOWNLOAD changes the limits of downloads: connect=30s,stall=60s,retries=4,limit=256GiB

      Examples:
        vmscript image pull debian:12 ubuntu:24.04
        vmscript image pull https://example.org/disk.qcow2 --sha256 9f86d0…
      """)

  @Argument(
    help: ArgumentHelp("Addresses, or names of the catalogue.", valueName: "source"),
    completion: .list(Catalogue.ownNames))
  var sources: [String]

  @Option(help: ArgumentHelp("The expected SHA-256 of a single source.", valueName: "digits"))
  var sha256: String?

  @Option(help: ArgumentHelp("The expected SHA-512 of a single source.", valueName: "digits"))
  var sha512: String?

  @OptionGroup var output: OutputOptions

  func validate() throws {
    if sha256 != nil || sha512 != nil, sources.count > 1 {
      throw ValidationError("A digest needs a single source.")
    }
  }

  func run() async throws {
    let display = RunDisplay(
      screen: output.screen, isQuiet: output.quiet || output.json, plans: .none,
      isConnecting: false)
    let (cache, sources, sha256, sha512) = (ImageCache.standard(), sources, sha256, sha512)
    let result = await display.showing {
      await Interruption.guarding {
        true
      } atOnce: {
        display.hold()
      } _: { () async -> Pulled in
        var pulled = Pulled()
        for source in sources where pulled.failure == nil {
          do throws(Diagnostic) {
            let (image, warnings) = try await cache.pull(
              source, sha256: sha256, sha512: sha512, progress: display.take)
            pulled.images.append(image)
            pulled.warnings += warnings
          } catch { pulled.failure = error }
        }
        return pulled
      }
    }
    output.report(result.warnings + [result.failure].compactMap(\.self))
    if output.json {
      let documents = result.images.map { $0.document() }
      Terminal.writeOutput(Value.list(documents).json() + "\n")
    } else {
      let paths = result.images.compactMap { image in image.entry.map(image.folder.file(of:)) }
      Terminal.writeOutput(paths.map { Terminal.shown($0, on: 1) + "\n" }.joined())
    }
    if result.failure != nil { throw ExitStatus.failed.code }
  }

  /// The results so far.
  private struct Pulled: Sendable {
    var images: [CachedImage] = []
    var warnings: [Diagnostic] = []
    var failure: Diagnostic?
  }
}
