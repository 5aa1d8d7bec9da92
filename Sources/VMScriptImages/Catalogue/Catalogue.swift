import Foundation
import VMScript
import VMScriptPlan
import VMScriptSyntax

/// The images that scripts can name, such as `debian:12`, and where their publishers have them.
package struct Catalogue: Sendable {
  /// One image.
  package struct Entry: Sendable, Hashable {
    /// The name with its version, such as `debian:12`.
    package let name: String
    /// The address, in which `{arch}` stands for the publisher's name of the architecture.
    package let url: String
    /// The publisher's checksum file: an address, or a name beside the image.
    package let checksums: String?
    /// The signature of the checksum file: an address, a name beside the image, or `inside`.
    package let signature: String?
    /// The files that may hold the publisher's keys.
    package let keyrings: [String]
    /// The user that cloud-init creates.
    package let user: String?
    /// The publisher's names of the architectures, by libvirt's.
    package let architectures: [(name: String, published: String)]

    package static func == (one: Entry, other: Entry) -> Bool { one.name == other.name }
    package func hash(into hasher: inout Hasher) { hasher.combine(name) }
  }

  /// The entries, in the order of the files.
  package private(set) var entries: [Entry] = []

  /// Reads a catalogue.
  ///
  /// - Parameters:
  ///   - own: the text of the user's catalogue, whose entries replace those of the same name.
  ///   - path: its path, for messages.
  package init(own: String? = nil, path: String = "") throws(DownloadFailure) {
    try add(Self.publishers, path: "the program's own")
    if let own { try add(own, path: path) }
  }

  /// The catalogue with the user's own entries: `$XDG_CONFIG_HOME/vmscript/catalog.yaml`, else
  /// `~/.config/vmscript/catalog.yaml`.
  package static func standard(
    environment: [String: String] = ProcessInfo.processInfo.environment
  ) throws(DownloadFailure) -> Catalogue {
    let declared = environment["XDG_CONFIG_HOME"].flatMap { $0.hasPrefix("/") ? $0 : nil }
    let folder = declared ?? (environment["HOME"] ?? NSHomeDirectory()) + "/.config"
    let path = folder + "/vmscript/catalog.yaml"
    let own = FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) }
    return try Catalogue(own: own, path: path)
  }

  /// The names that ship with the program.
  package static var ownNames: [String] { (try? Catalogue())?.entries.map(\.name) ?? [] }

  /// Returns the entry of a name and the publisher's name of an architecture.
  ///
  /// - Parameters:
  ///   - text: a name, with an architecture as in `debian:12:aarch64`, or without.
  ///   - machine: the architecture of a name without one.
  func entry(
    _ text: String, on machine: String = Self.machine
  ) throws(DownloadFailure) -> (entry: Entry, published: String) {
    let parts = text.split(separator: ":").map(String.init)
    let name = parts.prefix(2).joined(separator: ":")
    guard let entry = entries.first(where: { $0.name == name }) else {
      throw .unknownName(name, closest: Self.closest(to: name, in: entries.map(\.name)))
    }
    let wanted = parts.count > 2 ? parts[2] : machine
    let found = entry.architectures.first { $0.name == wanted || $0.published == wanted }
    guard let found else {
      throw .otherArchitecture(
        name, architecture: wanted, offered: entry.architectures.map(\.name))
    }
    return (entry, found.published)
  }

  /// Returns the name that is probably meant: the version first, because versions are similar.
  private static func closest(to name: String, in names: [String]) -> String? {
    let parts = name.split(separator: ":").map(String.init)
    let families = Set(names.compactMap { $0.split(separator: ":").first.map(String.init) })
    guard let family = parts.first, !families.contains(family) else {
      // The family is right, so its last version is the best guess among equally close ones.
      let versions = names.filter { $0.hasPrefix((parts.first ?? "") + ":") }
      return VMScriptSyntax.closest(to: name, among: versions.reversed()) ?? versions.last
    }
    guard let other = VMScriptSyntax.closest(to: family, among: families.sorted()) else {
      return nil
    }
    let same = "\(other):\(parts.dropFirst().first ?? "")"
    return names.contains(same) ? same : names.last { $0.hasPrefix(other + ":") }
  }

  /// The architecture of this machine, in libvirt's terms.
  package static let machine: String = {
    var system = utsname()
    guard uname(&system) == 0 else { return "x86_64" }
    // SAFETY: the name ends with a zero byte inside the array.
    return withUnsafeBytes(of: &system.machine) { bytes in
      String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
  }()

  private mutating func add(_ text: String, path: String) throws(DownloadFailure) {
    let document: Value
    do { document = try Value.yaml(text) } catch {
      throw .malformedCatalogue(path, reason: (error as? MalformedText)?.reason ?? "\(error)")
    }
    guard case .map(let members) = document else {
      throw .malformedCatalogue(path, reason: "it must be a map from names to images")
    }
    for (name, value) in members {
      let entry = try Self.entry(name, value, path: path)
      if let index = entries.firstIndex(of: entry) {
        entries[index] = entry
      } else {
        entries.append(entry)
      }
    }
  }

  private static func entry(
    _ name: String, _ value: Value, path: String
  ) throws(DownloadFailure) -> Entry {
    func fail(_ reason: String) -> DownloadFailure {
      .malformedCatalogue(path, reason: "`\(name)`: \(reason)")
    }
    guard ImageName.isName(name), name.split(separator: ":").count == 2 else {
      throw fail("a name is a word, a colon and a version, such as `debian:12`")
    }
    guard case .map(let members) = value else { throw fail("it must be a map") }
    let known = ["url", "checksums", "signature", "keyrings", "user", "architectures"]
    if let other = members.keys.first(where: { !known.contains($0) }) {
      throw fail("there is no key `\(other)`")
    }
    func text(_ key: String) throws(DownloadFailure) -> String? {
      switch members[key] {
      case nil, .some(.none): return nil
      case .string(let text): return text
      default: throw fail("`\(key)` must be a text")
      }
    }
    guard let url = try text("url") else { throw fail("`url` is missing") }
    var keyrings: [String] = []
    if case .list(let items)? = members["keyrings"] {
      for case .string(let item) in items { keyrings.append(item) }
    }
    var architectures = [(name: machine, published: machine)]
    if case .map(let names)? = members["architectures"] {
      architectures = names.map { ($0.key, $0.value.description) }
    }
    return Entry(
      name: name, url: url, checksums: try text("checksums"), signature: try text("signature"),
      keyrings: keyrings, user: try text("user"), architectures: architectures)
  }
}
