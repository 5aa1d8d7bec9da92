import ArgumentParser
import Foundation
import VMScript
import VMScriptImages
import VMScriptPlan
import VMScriptRuntime

/// `vmscript image …`: the downloaded images of the user, and the catalogue of names.
struct ImageCommand: ParsableCommand, Subcommand {
  static let configuration = CommandConfiguration(
    commandName: "image",
    abstract: "Manage downloaded images: list, pull, rm, gc, catalog.",
    discussion: """
      A run downloads the images of its script by itself. The cache is in \
      `$XDG_CACHE_HOME/vmscript/images`, or in `~/.cache/vmscript/images`.

      Examples:
        vmscript image catalog
        vmscript image pull debian:12
        vmscript image gc --days 7
      """,
    subcommands: [
      ImageListCommand.self, ImagePullCommand.self, ImageRemoveCommand.self,
      ImageCleanCommand.self, ImageCatalogCommand.self,
    ],
    defaultSubcommand: ImageListCommand.self)
  static let heading = CommandHeading.host
  static let synonyms = ["images", "pull"]
}

extension CachedImage {
  /// The day of a time in seconds since 1970.
  static func day(_ time: Double) -> String {
    Date(timeIntervalSince1970: time).formatted(.iso8601.year().month().day())
  }

  /// The image in the form of JSON documents.
  ///
  /// - Parameter uses: the uses on the host; nil if they are not known.
  func document(_ uses: ImageUses.Count? = nil) -> Value {
    .map([
      "source": .string(source),
      "address": entry.map { .string($0.address) } ?? .none,
      "path": entry.map { .string(folder.file(of: $0)) } ?? .none,
      "format": entry.map { .string($0.format) } ?? .none,
      "size": entry.map { .size(ByteSize(bytes: $0.size)) } ?? .none,
      "allocation": .size(ByteSize(bytes: allocation)),
      "sha256": entry.map { .string($0.digest.sha256) } ?? .none,
      "downloaded": entry.map { .string(Self.day($0.time)) } ?? .none,
      "lastUse": .string(Self.day(lastUse)),
      "verified": entry?.verified.map(Value.string) ?? .none,
      "part": part.map { .size(ByteSize(bytes: $0)) } ?? .none,
      "images": uses.map { .int(Int64($0.images)) } ?? .none,
      "disks": uses.map { .int(Int64($0.disks)) } ?? .none,
    ])
  }
}
