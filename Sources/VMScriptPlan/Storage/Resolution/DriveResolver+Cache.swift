import VMScript
import VMScriptSyntax

/// Disks that are read and written past the cache of the host.
extension DriveResolver {
  /// The diagnostic of a new or changed disk that QEMU cannot write to without a cache: it writes whole
  /// blocks, and may not let a raw file grow to whole blocks.
  func misalignment(_ drive: DriveStorage, _ block: DeclaredBlock) -> Diagnostic? {
    guard drive.isWritable, let cache = block.property("cache"),
      let word = cache.value.text, ["none", "directsync"].contains(word),
      let disk = rawFile(of: drive)
    else { return nil }
    let present = liveDomain?.facts.disks.first { $0.target == drive.target }
    if let present, present.path == drive.base?.path, present.cache == word { return nil }
    // QEMU counts in sectors.
    let size = (disk.size + 511) / 512 * 512
    guard size % DirectIO.largestAlignment != 0 else { return nil }
    let measured = resolver.isLocal ? DirectIO.alignment(of: disk.path) : nil
    if let measured, size % measured == 0 { return nil }
    return StorageMessages.misaligned(
      disk.path, size: disk.size, cache, to: measured, canBePadded: disk.isPresent)
  }

  /// The raw file of a drive, where its size is known.
  private func rawFile(of drive: DriveStorage) -> (path: String, size: Int64, isPresent: Bool)? {
    guard let base = drive.base, base.format == .raw || base.format == .iso, !base.isDevice else {
      return nil
    }
    if resolver.isLocal, let file = try? FileIdentity(path: base.path) {
      return (base.path, file.size, true)
    }
    let volume = live.storage.file(at: base.path)?.volume
    return (volume?.length ?? base.capacity).map { (base.path, $0, volume != nil) }
  }
}
