import ArgumentParser
import VMScript
import VMScriptImages
import VMScriptPlan
import VMScriptSyntax
import VMScriptTerminal

/// `vmscript image rm SOURCE …`: removes images from the cache.
struct ImageRemoveCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rm",
    abstract: "Remove images from the cache.",
    discussion: """
      Images and disks on hosts stay as they are. An image is named by its source, or by the first \
      digits of its SHA-256.
      """)

  @Argument(help: ArgumentHelp("Sources, or digits of a SHA-256.", valueName: "source"))
  var sources: [String]

  @OptionGroup var output: OutputOptions

  func run() async throws {
    let cache = ImageCache.standard()
    var removed: [CachedImage] = []
    do throws(Diagnostic) {
      for source in sources {
        for image in try await cache.images(named: source) where try cache.remove(image) {
          removed.append(image)
        }
      }
    } catch {
      output.report([error])
      throw ExitStatus.failed.code
    }
    ImageCleanCommand.report(removed, output)
  }
}
