import ArgumentParser
import Foundation
import VMScript
import VMScriptImages
import VMScriptPlan
import VMScriptRuntime
import VMScriptSyntax
import VMScriptTerminal

/// `vmscript image gc`: removes unused images and unfinished downloads from the cache.
struct ImageCleanCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "gc",
    abstract: "Remove unused images and unfinished downloads from the cache.",
    discussion: """
      Removes images that no run has used for a number of days and that no image on the host was \
      made from, and downloads that were not continued for a day. What a run is using stays. If no \
      host answers, only downloads are removed.

      Examples:
        vmscript image gc
        vmscript image gc --days 0
      """)

  @Option(help: ArgumentHelp("The days without a use.", valueName: "number"))
  var days = 30

  @Flag(help: "Print what would be removed, and remove nothing.")
  var dryRun = false

  @OptionGroup var connection: ConnectionOptions
  @OptionGroup var output: OutputOptions

  func validate() throws {
    guard days >= 0 else {
      throw ValidationError("--days needs a number of at least 0, not \(days)")
    }
  }

  func run() async throws {
    let cache = ImageCache.standard()
    let images = await cache.contents()
    var removed: [CachedImage] = []
    do throws(Diagnostic) {
      let uses = images.isEmpty ? nil : try await uses()
      let now = Date().timeIntervalSince1970
      for image in images {
        let isUsed = uses.map { $0.count(of: image.keys).images > 0 } ?? true
        let isOld = now - image.lastUse >= Double(days) * 86_400
        let isPartOld = now - image.lastUse >= min(Double(days), 1) * 86_400
        let removesAll = image.entry == nil ? isPartOld : isOld && !isUsed
        guard removesAll || (image.part != nil && isPartOld) else { continue }
        let isRemoved = dryRun ? true : try cache.remove(image, onlyPart: !removesAll)
        if isRemoved { removed.append(image) }
      }
    } catch {
      output.report([error])
      throw ExitStatus(error).code
    }
    Self.report(removed, output)
  }

  /// Returns the uses of images on the host; nil if it does not answer.
  private func uses() async throws(Diagnostic) -> ImageUses? {
    do throws(Diagnostic) {
      return try await Inspector.imageUses(uri: connection.uri, patience: connection.patience)
    } catch {
      guard error.code == .host.noConnection else { throw error }
      var warning = error
      warning.severity = .warning
      output.report([warning])
      return nil
    }
  }

  /// Prints the removed images, and the space that they took.
  static func report(_ removed: [CachedImage], _ output: OutputOptions) {
    if output.json {
      return Terminal.writeOutput(Value.list(removed.map { $0.document() }).json() + "\n")
    }
    for image in removed {
      Terminal.writeOutput(TerminalText.escaped(image.source) + "\n")
    }
    guard !output.quiet else { return }
    let space = Quantity.bytes(removed.map(\.allocation).reduce(0, +))
    Terminal.writeMessage(
      removed.isEmpty ? CommandLineMessages.nothingToRemove + "\n" : "\(space) in all\n")
  }
}
