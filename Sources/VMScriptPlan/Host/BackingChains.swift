/// Follows the backing chains of all domains' disks, beyond the volumes that pools list.
package struct BackingChains {
  /// The domains, with the paths of the volumes that their drives name.
  package let domains: [LiveDomain]
  /// Unreadable domains, of which only the files that they may use are known.
  package let unreadable: [UnreadableObject]
  package let pools: [LiveStorage.Reading]
  /// By name, the folders of the inactive pools.
  package let inactivePools: [String: String]
  package let files: HostFiles

  package init(
    domains: [LiveDomain], unreadable: [UnreadableObject] = [], pools: [LiveStorage.Reading],
    inactivePools: [String: String], files: HostFiles
  ) {
    self.domains = domains
    self.unreadable = unreadable
    self.pools = pools
    self.inactivePools = inactivePools
    self.files = files
  }

  /// The result of the search.
  package struct Found {
    /// The files that no pool lists.
    package var files: [VolumeInventory.Volume] = []
    package var names = PathNames()
  }

  /// A file in a chain, with the facts known before it is read.
  private struct Step {
    let path: String
    let format: String?
    var backing: Fact<String>?
    /// Whether it backs an existing file.
    var isBase = false
  }

  /// Returns the paths that a domain refers to, in the folder of an active pool that does not list
  /// them.
  package static func unlisted(
    _ domains: [LiveDomain], in pools: [LiveStorage.Reading], _ files: HostFiles
  ) -> [String: Set<String>] {
    let disks = domains.flatMap { $0.facts.disks + $0.runningDisks }
    return unlisted(disks.flatMap(\.paths), in: pools, files)
  }

  /// Returns paths in the folder of an active pool that does not list them, by the name of the
  /// pool.
  package static func unlisted(
    _ paths: [String], in pools: [LiveStorage.Reading], _ files: HostFiles
  ) -> [String: Set<String>] {
    let folders = Dictionary(
      pools.map { (files.resolved($0.path), $0) }
    ) { first, _ in first }
    let listed = Set(pools.flatMap(\.volumes).map(\.path))
    var found: [String: Set<String>] = [:]
    for path in paths {
      let path = PathNames.shortest(path)
      guard !listed.contains(path) else { continue }
      let real = files.resolved(path)
      guard let slash = real.lastIndex(of: "/"), let pool = folders[String(real[..<slash])],
        !listed.contains(pool.path + real[slash...])
      else { continue }
      found[pool.name, default: []].insert(real)
    }
    return found
  }

  /// Follows every chain to its end. Blocks while it reads files.
  package func read() -> Found {
    var found = Found()
    var listed: Set<String> = []
    for pool in pools {
      let folder = files.resolved(pool.path)
      for volume in pool.volumes {
        let path = PathNames.shortest(volume.path)
        listed.insert(path)
        if folder != pool.path, !pool.path.isEmpty, path.hasPrefix(pool.path + "/") {
          found.names.links[path] = folder + path.dropFirst(pool.path.count)
          listed.insert(found.names[path])
        }
      }
    }
    var seen = listed
    var steps = domains.flatMap { ($0.facts.disks + $0.runningDisks).flatMap(Self.steps) }
    steps += pools.flatMap(\.volumes).compactMap { volume in
      guard case .known(let path) = volume.backing else { return nil }
      return Step(path: path, format: nil, isBase: true)
    }
    steps += unreadable.flatMap(\.paths).map { Step(path: $0, format: nil) }
    // A chain in a live document is more reliable than a header. A file that one domain reads as
    // raw may be an image to another.
    func rank(_ step: Step) -> Int { step.backing != nil ? 0 : step.format == "raw" ? 2 : 1 }
    steps.sort { rank($0) < rank($1) }
    var next = 0
    while next < steps.count {
      let step = steps[next]
      next += 1
      let path = PathNames.shortest(step.path)
      guard path.hasPrefix("/"), seen.insert(path).inserted else { continue }
      let real = files.resolved(path)
      if real != path {
        found.names.links[path] = real
        guard seen.insert(real).inserted else { continue }
      }
      let seenBacking = step.backing ?? look(at: real, step.format)
      guard let backing = seenBacking ?? (step.isBase && files.canTellWhatIsGone ? Self.gone : nil)
      else { continue }
      var file = VolumeInventory.Volume(
        // Use the whole path, because only the names of stacks' files are unique.
        name: VolumeName(ofFile: real)?.fileName ?? path,
        path: real, backing: backing, capacity: .unreadable("it is in no storage pool"),
        format: Fact(step.format))
      file.isMissing = seenBacking == nil
      found.files.append(file)
      if case .known(let below) = backing {
        steps.append(Step(path: below, format: nil, isBase: true))
      }
    }
    return found
  }

  /// The backing file of a missing file may still be in use by its overlays.
  private static let gone = Fact<String>.unreadable("it is not there")

  /// Returns the files of a drive that its document lists.
  private static func steps(_ disk: SourceXML.Disk) -> [Step] {
    guard let path = disk.path else { return [] }
    let files = [SourceXML.Layer(path: path, format: disk.format)] + disk.layers
    return files.enumerated().map { position, file in
      let backing: Fact<String>? =
        if position + 1 < files.count {
          .known(files[position + 1].path)
        } else {
          disk.isChainWhole ? .absent : nil
        }
      return Step(path: file.path, format: file.format, backing: backing)
    }
  }

  /// Returns the backing file of a file; nil if the file does not exist.
  private func look(at path: String, _ format: String?) -> Fact<String>? {
    switch files.look(at: path, format: format) {
    case .there(let backing): return backing
    case .gone:
      guard let pool = inactivePools.first(where: { path.hasPrefix($0.value + "/") })?.key else {
        return nil
      }
      return .unreadable("the storage pool `\(pool)` is not active")
    }
  }
}
