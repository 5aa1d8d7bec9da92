/// Who uses what on a host's storage: volumes and files as overlays, domains by their disks.
///
/// It covers the whole host, for an overlay may lie in another pool than its base, or in none.
package struct StorageUses: Sendable {
  private let volumes: [String: VolumeInventory.Volume]
  private let overlays: [String: [VolumeInventory.Volume]]
  private let users: [String: [String]]
  private let unreadable: [VolumeInventory.Volume]
  private let names: PathNames

  /// - Parameters:
  ///   - volumes: everything in the active pools, and the files outside them that domains use.
  ///   - users: by path, the domains that refer to it.
  ///   - names: the other names of paths.
  init(
    volumes: [VolumeInventory.Volume], users: [String: [String]], names: PathNames = PathNames()
  ) {
    self.names = names
    let byPath = Dictionary(volumes.map { (names[$0.path], $0) }) { first, _ in first }
    self.volumes = byPath
    var overlays: [String: [VolumeInventory.Volume]] = [:]
    for volume in volumes {
      guard case .known(let backing) = volume.backing else { continue }
      overlays[names[backing], default: []].append(volume)
    }
    self.overlays = overlays
    unreadable = volumes.filter { $0.backing.reason != nil && !$0.standsAlone }
    var reached: [String: Set<String>] = [:]
    for (path, domains) in users {
      for path in Self.chain(from: names[path], byPath, names) {
        reached[path, default: []].formUnion(domains)
      }
    }
    self.users = reached.mapValues { $0.sorted() }
  }

  /// The volumes and files that are overlays on what is at this path.
  func overlays(on path: String) -> [VolumeInventory.Volume] { overlays[names[path]] ?? [] }

  /// The volumes and files that could not be read and may be overlays on a volume.
  func possibleOverlays(on volume: VolumeInventory.Volume) -> [VolumeInventory.Volume] {
    guard !unreadable.isEmpty else { return [] }
    switch volume.owned?.role {
    // Nothing backs onto a record or a seed.
    case .pin, .seed: return []
    case .base, .image, .disk, nil: break
    }
    // What it stands on itself is no overlay on it.
    let below = Set(chain(from: volume.path))
    return unreadable.filter { !below.contains(names[$0.path]) }
  }

  /// The path and those below it, as far as they are known.
  func chain(from path: String) -> [String] { Self.chain(from: names[path], volumes, names) }

  /// Names of the domains that refer to a path, or to an overlay on it at whatever height.
  package func users(of path: String) -> [String] { users[names[path]] ?? [] }

  private static func chain(
    from path: String, _ volumes: [String: VolumeInventory.Volume], _ names: PathNames
  ) -> [String] {
    var chain = [path]
    // A ring of files would not end.
    while case .known(let backing)? = chain.last.flatMap({ volumes[$0] })?.backing {
      let next = names[backing]
      guard !chain.contains(next) else { break }
      chain.append(next)
    }
    return chain
  }
}

/// The one name under which a path is looked up, whatever its spelling.
package struct PathNames: Sendable, Equatable {
  /// By a path in its shortest spelling, where symbolic links lead.
  package var links: [String: String] = [:]

  package subscript(_ path: String) -> String {
    let short = Self.shortest(path)
    return links[short] ?? short
  }

  /// The path without empty and relative parts; a path that is not absolute stays as it is.
  static func shortest(_ path: String) -> String {
    guard path.hasPrefix("/"), path.contains("//") || path.contains("/.") || path.hasSuffix("/")
    else { return path }
    var parts: [Substring] = []
    for part in path.split(separator: "/") {
      switch part {
      case ".": continue
      case "..": _ = parts.popLast()
      default: parts.append(part)
      }
    }
    return "/" + parts.joined(separator: "/")
  }
}
