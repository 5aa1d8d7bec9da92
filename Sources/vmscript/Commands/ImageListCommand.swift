import ArgumentParser
import VMScript
import VMScriptImages
import VMScriptPlan
import VMScriptRuntime
import VMScriptSyntax
import VMScriptTerminal

/// `vmscript image list`: lists the images in the cache with their uses on the host.
struct ImageListCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract: "List the images in the cache, and their uses on the host.",
    discussion: """
      USED counts the images of stacks on the host that were made from the download, and the disks \
      that are backed by them. A question mark means that the host was not reached.
      """)

  @OptionGroup var connection: ConnectionOptions
  @OptionGroup var output: OutputOptions

  func run() async throws {
    let images = await ImageCache.standard().contents()
    var uses: ImageUses?
    if !images.isEmpty {
      // The cache is this machine's, and exists without a host.
      do throws(Diagnostic) {
        uses = try await Inspector.imageUses(uri: connection.uri, patience: connection.patience)
      } catch { uses = nil }
    }
    if output.json {
      let documents = images.map { image in
        image.document(uses.map { $0.count(of: image.keys) })
      }
      return Terminal.writeOutput(Value.list(documents).json() + "\n")
    }
    guard !images.isEmpty else {
      if !output.quiet { Terminal.writeMessage(CommandLineMessages.noCachedImages + "\n") }
      return
    }
    var table = TextTable(["SOURCE", "FORMAT", "SIZE", "DOWNLOADED", "VERIFIED BY", "USED"])
    for image in images {
      guard let entry = image.entry else {
        let size = Quantity.bytes(image.allocation)
        table.add([image.source, "unfinished", size, nil, nil, nil])
        continue
      }
      table.add([
        entry.source, entry.format, Quantity.bytes(image.allocation), CachedImage.day(entry.time),
        entry.verified, uses.map { Self.words($0.count(of: image.keys)) } ?? "?",
      ])
    }
    Terminal.writeOutput(table.lines(color: output.isOutputColored).map { $0 + "\n" }.joined())
  }

  private static func words(_ count: ImageUses.Count) -> String {
    guard count.images > 0 else { return "" }
    let images = count.images == 1 ? "1 image" : "\(count.images) images"
    let disks = count.disks == 1 ? "1 disk" : "\(count.disks) disks"
    return "\(images), \(disks)"
  }
}
