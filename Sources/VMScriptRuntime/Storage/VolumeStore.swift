import Crypto
import Libvirt
import VMScript
import VMScriptPlan

/// The volumes of one host: reads, creates and removes them.
///
/// A run has one store, which orders the jobs on each pool. It throws libvirt's errors unchanged
/// (`LibvirtError`); every other error is a ``StorageFailure``.
public struct VolumeStore: Sendable {
  let connections: ConnectionPool
  let jobs = PoolJobs()

  /// Creates a store that uses these connections.
  public init(connections: ConnectionPool) { self.connections = connections }

  /// Returns the volumes of a pool, and their users on the whole host.
  ///
  /// - Throws: a `StorageFailure` for a missing pool, else libvirt's error.
  public func inventory(pool name: String) async throws -> VolumeInventory {
    let storage = try await LiveReader(pool: connections).readStorage()
    if let pool = storage.pools[name] { return pool.inventory }
    if let pool = storage.unreadablePool(named: name) {
      throw StorageFailure.unreadablePool(name, reason: pool.reason)
    }
    // Throws the reason.
    try await connections.run { _ = try Self.pool(name, $0) }
    throw StorageFailure.inactivePool(name)
  }

  /// Reads the volumes of a pool with one listing and one document each.
  ///
  /// libvirt reads the file for each document, so a listed volume whose file is gone is left out.
  static func volumes(of pool: StoragePool, at folder: String) throws -> [VolumeInventory.Volume] {
    try pool.volumes().compactMap { volume in
      let place = "\(folder)/\(volume.name)"
      func read() throws -> VolumeInventory.Volume {
        let found = try VolumeDescription(xml: volume.xml(), at: place)
        var result = VolumeInventory.Volume(
          name: volume.name, path: found.path, backing: found.backing,
          capacity: Fact(found.capacity), format: Fact(found.format),
          length: found.length, modified: found.modified)
        (result.clusterSize, result.lazyRefcounts) = (found.clusterSize, found.lazyRefcounts)
        return result.recorded(as: nil)
      }
      do {
        do {
          return try read()
        } catch let error as LibvirtError where error.isTransient {
          return try read()
        }
      } catch let error as LibvirtError where error.code == .noStorageVolume {
        return nil
      } catch let error as LibvirtError where !error.isConnectionLost {
        // One unreadable volume must not hide all the others.
        return VolumeInventory.Volume(name: volume.name, path: place, unreadable: error.message)
      } catch let error as MalformedXML {
        return VolumeInventory.Volume(name: volume.name, path: place, unreadable: error.description)
      }
    }
  }

  /// Creates an empty volume or an overlay; an existing volume of the name is used as it is.
  ///
  /// A listed volume whose file is gone is created again.
  ///
  /// - Returns: its path on the host.
  /// - Throws: ``StorageFailure/poolFull(_:needed:available:)`` before anything is written.
  @discardableResult
  public func create(_ xml: VolumeXML, pool: String) async throws -> String {
    try await change(pool) { target in
      if let present = try target.volume(named: xml.name) {
        let isThere = try LiveReader.unlessGone(.noStorageVolume) { try present.info() } != nil
        if isThere { return try present.path() }
        // Removes it from libvirt's list.
        _ = try LiveReader.unlessGone(.noStorageVolume) { try present.delete() }
      }
      try Self.requireRoom(xml.backing == nil ? xml.allocation ?? 0 : 0, in: target)
      let created = try target.createVolume(
        xml: xml.text(), allocatesMetadata: xml.preallocation == .metadata && xml.format == .qcow2)
      return try created.path()
    }
  }

  /// Creates a full copy of a volume, within a pool or across two (`virStorageVolCreateXMLFrom`).
  ///
  /// - Returns: the copy's path on the host.
  /// - Throws: a `StorageFailure` for a missing pool or volume, else libvirt's error.
  @discardableResult
  public func copy(of path: String, as xml: VolumeXML, pool: String) async throws -> String {
    try await change(pool) { target in
      guard let source = try target.connection.volume(path: path) else {
        throw StorageFailure.missingVolume(path)
      }
      try Self.requireRoom(Int64(clamping: source.info().allocation), in: target)
      // libvirt would read a raw disk in the format that it detects in the guest's data.
      let isMistaken = try xml.format == .raw && Self.isTakenForImage(source)
      guard isMistaken else {
        return try target.createVolume(xml: xml.text(), copying: source).path()
      }
      let copy = try target.createVolume(xml: xml.text())
      try copy.upload(contentOf: source)
      return try copy.path()
    }
  }

  /// Grows a volume to a number of bytes; a volume that is large enough stays unchanged.
  public func grow(
    _ name: String, pool: String, to bytes: Int64, as format: ImageFormat? = nil
  ) async throws {
    if let refusal = try await inventory(pool: pool).refusalToWrite(name) {
      throw StorageFailure.volumeKept(name, refusal)
    }
    try await change(pool) { target in
      guard let volume = try target.volume(named: name) else {
        throw StorageFailure.missingVolume(name)
      }
      let wanted = UInt64(clamping: bytes)
      if try format == .raw && Self.isTakenForImage(volume) {
        return try Self.lengthen(volume, to: bytes)
      }
      if try volume.info().capacity < wanted { try volume.resize(to: wanted) }
    }
  }

  /// Removes a volume of a stack; ignores one that is already gone.
  ///
  /// - Throws: ``StorageFailure/volumeKept(_:_:)`` if no stack made it or it is still used.
  public func remove(_ name: String, pool: String) async throws {
    if let refusal = try await inventory(pool: pool).refusalToRemove(name) {
      throw StorageFailure.volumeKept(name, refusal)
    }
    try await delete(name, pool: pool)
  }

  /// Deletes a volume without checks, for callers that have checked an inventory.
  func delete(_ name: String, pool: String) async throws {
    try await change(pool) { target in
      do {
        try target.volume(named: name)?.delete()
      } catch let error as LibvirtError where error.code == .noStorageVolume {
        return
      }
    }
  }

  /// Runs a job on a pool after the earlier ones.
  func change<T: Sendable>(
    _ pool: String, _ job: @escaping @Sendable (StoragePool) throws -> T
  ) async throws -> T {
    let connections = connections
    return try await jobs.run(on: pool) {
      try await PoolJobs.retrying {
        try await connections.run { try job(Self.pool(pool, $0)) }
      }
    }
  }

  static func pool(_ name: String, _ connection: Connection) throws -> StoragePool {
    guard let pool = try connection.pool(named: name) else {
      let existing = try connection.pools().map(\.name).sorted()
      throw StorageFailure.missingPool(name, existing: existing)
    }
    guard try pool.isActive() else { throw StorageFailure.inactivePool(name) }
    return pool
  }

  static func requireRoom(_ needed: Int64, in pool: StoragePool) throws {
    var available = Int64(clamping: try pool.info().available)
    if needed > available {
      // libvirt's number is from its last refresh; space may have been freed since.
      try pool.refresh()
      available = Int64(clamping: try pool.info().available)
    }
    guard needed <= available else {
      throw StorageFailure.poolFull(pool.name, needed: needed, available: available)
    }
  }
}

extension LibvirtError {
  /// Whether an immediate retry may succeed, because libvirtd lacked a resource or a file was locked or
  /// stale for a moment.
  var isTransient: Bool { !isConnectionLost && code != .noStorageVolume }
}

extension VolumeStore {
  /// Creates a volume with this content, and replaces one of the same name.
  ///
  /// The test driver keeps only records of volumes, so it receives no content.
  ///
  /// - Parameters:
  ///   - content: all its bytes.
  ///   - name: the name of the volume.
  ///   - mode: the mode of the file, as octal digits.
  ///   - pool: the name of its pool.
  /// - Throws: a `StorageFailure` for a pool that is missing or full, else libvirt's error.
  public func write(_ content: [UInt8], as name: String, mode: String, pool: String) async throws {
    try await delete(name, pool: pool)
    var xml = VolumeXML(
      name: name, format: .raw, capacity: Int64(content.count), allocation: 0)
    xml.mode = mode
    try await create(xml, pool: pool)
    try await connections.run { connection in
      guard !connection.isTestDriver else { return }
      guard let volume = try Self.pool(pool, connection).volume(named: name) else {
        throw StorageFailure.missingVolume(name)
      }
      try volume.upload(content)
    }
  }

  /// Returns the SHA-256 of a volume's file, in hexadecimal digits; nil if it is gone, and on the test
  /// driver, which has no files.
  func digest(of path: String) async throws -> String? {
    let cancellation = BlockingWork.Cancellation()
    return try await withTaskCancellationHandler {
      try await connections.run { connection in
        guard !connection.isTestDriver, let volume = try connection.volume(path: path) else {
          return nil
        }
        var digest = SHA256()
        do {
          try volume.download(progress: { _ in !cancellation.isCancelled }) { bytes in
            digest.update(bufferPointer: bytes)
          }
        } catch {
          try cancellation.check()
          throw error
        }
        return Hexadecimal.text(digest.finalize())
      }
    } onCancel: {
      cancellation.cancel()
    }
  }
}

/// Raw volumes, in which libvirt may detect an image that a guest wrote.
extension VolumeStore {
  /// Whether libvirt detects an image format in a volume.
  static func isTakenForImage(_ volume: StorageVolume) throws -> Bool {
    guard !volume.connection.isTestDriver else { return false }
    return try VolumeDescription(xml: volume.xml(), at: "").format.map {
      $0 != "raw" && $0 != "iso"
    } ?? false
  }

  /// Extends a raw file; libvirt's resize would change the image that it detects in it.
  static func lengthen(_ volume: StorageVolume, to bytes: Int64) throws {
    guard let length = try VolumeDescription(xml: volume.xml(), at: "").length, length < bytes
    else {
      return
    }
    // The part before the last sector becomes a hole, which reads as zeros.
    let sector = min(bytes - length, 512)
    try volume.upload(
      [UInt8](repeating: 0, count: Int(sector)), offset: UInt64(clamping: bytes - sector))
  }

  /// Returns the size that a guest sees of the volume at a path, in bytes; nil if no pool holds it.
  ///
  /// - Parameter format: the format in which it is used.
  func capacity(at path: String, as format: ImageFormat) async throws -> Int64? {
    try await connections.run { connection in
      guard let volume = try connection.volume(path: path) else { return nil }
      let found = try VolumeDescription(xml: volume.xml(), at: "")
      return format == .raw ? found.length ?? found.capacity : found.capacity
    }
  }
}

/// The queue of jobs on each storage pool, and the uploads that this process started.
actor PoolJobs {
  /// The number of attempts, because libvirt refuses a job while another runs on the pool.
  private static let attempts = 50

  private var tails: [String: Task<Void, Never>] = [:]
  private var uploads: Set<String> = []

  /// Records that this process uploads a volume, so that it does not count as a leftover.
  func began(_ volume: String) { uploads.insert(volume) }

  /// Returns the volumes that this process did not start to upload.
  func foreign(_ volumes: [VolumeInventory.Volume]) -> [VolumeInventory.Volume] {
    volumes.filter { !uploads.contains($0.name) }
  }

  /// Runs `job` after all earlier jobs on the same subject.
  func run<T: Sendable>(on subject: String, _ job: @escaping @Sendable () async throws -> T)
    async throws -> T
  {
    let before = tails[subject]
    let task = Task {
      await before?.value
      try Task.checkCancellation()
      return try await job()
    }
    tails[subject] = Task { _ = await task.result }
    return try await withTaskCancellationHandler {
      try await task.value
    } onCancel: {
      task.cancel()
    }
  }

  /// Whether libvirt refused a call because another job runs on the pool.
  static func isBusy(_ error: LibvirtError) -> Bool {
    error.message.contains("asynchronous jobs running")
  }

  /// Repeats `call` while libvirt reports another running job, for at most five seconds.
  static func retrying<T: Sendable>(_ call: @Sendable () async throws -> T) async throws -> T {
    for _ in 1..<attempts {
      do {
        return try await call()
      } catch let error as LibvirtError where isBusy(error) {
        try await Task.sleep(for: .milliseconds(100))
      }
    }
    return try await call()
  }
}
