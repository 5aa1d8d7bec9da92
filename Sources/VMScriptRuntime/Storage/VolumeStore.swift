import Crypto
import Libvirt
import VMScript
import VMScriptPlan

/// The volumes of one host: reads them, makes them and removes them.
///
/// One store per run: it orders the jobs on each pool. What libvirt refuses is thrown as it came
/// (`LibvirtError`); everything else is a ``StorageFailure``.
public struct VolumeStore: Sendable {
  let connections: ConnectionPool
  let jobs = PoolJobs()

  /// A store that works over these connections.
  public init(connections: ConnectionPool) { self.connections = connections }

  /// What the pool holds, and who on the whole host uses it.
  ///
  /// - Throws: a `StorageFailure` for a pool that is missing, else libvirt's error.
  public func inventory(pool name: String) async throws -> VolumeInventory {
    let storage = try await LiveReader(pool: connections).readStorage()
    if let pool = storage.pools[name] { return pool.inventory }
    if let pool = storage.unreadablePool(named: name) {
      throw StorageFailure.unreadablePool(name, reason: pool.reason)
    }
    // Says what is wrong with it.
    try await connections.run { _ = try Self.pool(name, $0) }
    throw StorageFailure.inactivePool(name)
  }

  /// The volumes of a pool: one listing, and one document each.
  ///
  /// libvirt looks at the file for each document, so one that is gone is left out though it is listed.
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
        } catch let error as LibvirtError where error.isOfTheMoment {
          return try read()
        }
      } catch let error as LibvirtError where error.code == .noStorageVolume {
        return nil
      } catch let error as LibvirtError where !error.isConnectionLost {
        // That the host cannot look into one is no reason to know nothing of all the others.
        return VolumeInventory.Volume(name: volume.name, path: place, unreadable: error.message)
      } catch let error as MalformedXML {
        return VolumeInventory.Volume(name: volume.name, path: place, unreadable: error.description)
      }
    }
  }

  /// Makes an empty volume or an overlay; one of that name that the stack owns is taken as it is.
  ///
  /// A volume that is listed and whose file is gone is made anew.
  ///
  /// - Returns: its path on the host.
  /// - Throws: ``StorageFailure/poolFull(_:needed:available:)`` before anything is written.
  @discardableResult
  public func create(_ xml: VolumeXML, pool: String) async throws -> String {
    try await change(pool) { target in
      if let present = try target.volume(named: xml.name) {
        let isThere = try LiveReader.unlessGone(.noStorageVolume) { try present.info() } != nil
        if isThere { return try present.path() }
        // Takes it off libvirt's list.
        _ = try LiveReader.unlessGone(.noStorageVolume) { try present.delete() }
      }
      try Self.requireRoom(xml.backing == nil ? xml.allocation ?? 0 : 0, in: target)
      let created = try target.createVolume(
        xml: xml.text(), allocatesMetadata: xml.preallocation == .metadata && xml.format == .qcow2)
      return try created.path()
    }
  }

  /// Makes a full copy of a volume, within a pool or across two (`virStorageVolCreateXMLFrom`).
  ///
  /// - Returns: the copy's path on the host.
  /// - Throws: a `StorageFailure` for a pool or volume that is missing, else libvirt's error.
  @discardableResult
  public func copy(of path: String, as xml: VolumeXML, pool: String) async throws -> String {
    try await change(pool) { target in
      guard let source = try target.connection.volume(path: path) else {
        throw StorageFailure.missingVolume(path)
      }
      try Self.requireRoom(Int64(clamping: source.info().allocation), in: target)
      // libvirt would read a raw disk in the format that its guest wrote to it.
      let isMistaken = try xml.format == .raw && Self.isTakenForImage(source)
      guard isMistaken else {
        return try target.createVolume(xml: xml.text(), copying: source).path()
      }
      let copy = try target.createVolume(xml: xml.text())
      try copy.upload(contentOf: source)
      return try copy.path()
    }
  }

  /// Grows a volume, used in this format, to so many bytes; one that is as large already stays as it is.
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

  /// Removes a volume of a stack's; one that is gone already is no error.
  ///
  /// - Throws: ``StorageFailure/volumeKept(_:_:)`` for one that is not ours or still used.
  public func remove(_ name: String, pool: String) async throws {
    if let refusal = try await inventory(pool: pool).refusalToRemove(name) {
      throw StorageFailure.volumeKept(name, refusal)
    }
    try await delete(name, pool: pool)
  }

  /// Deletes without asking; for callers that looked at an inventory.
  func delete(_ name: String, pool: String) async throws {
    try await change(pool) { target in
      do {
        try target.volume(named: name)?.delete()
      } catch let error as LibvirtError where error.code == .noStorageVolume {
        return
      }
    }
  }

  /// Runs a job on a pool when the earlier ones are over.
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
      // libvirt counted when it read the pool last; room may have been made since.
      try pool.refresh()
      available = Int64(clamping: try pool.info().available)
    }
    guard needed <= available else {
      throw StorageFailure.poolFull(pool.name, needed: needed, available: available)
    }
  }
}

extension LibvirtError {
  /// Whether the same call may well succeed at once: libvirtd was short of something, or a file was
  /// locked or stale for a moment.
  var isOfTheMoment: Bool { !isConnectionLost && code != .noStorageVolume }
}

extension VolumeStore {
  /// Makes a volume with this content, in place of one of that name.
  ///
  /// The test driver keeps volumes as records, so nothing is sent there.
  ///
  /// - Parameters:
  ///   - content: all its bytes.
  ///   - name: of the volume.
  ///   - mode: who may read the file, as octal digits.
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

  /// The SHA-256 of the file of a volume, in hexadecimal digits; nil for one that is gone, and on the test
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

/// Raw volumes, whose content libvirt may take for an image that a guest wrote to them.
extension VolumeStore {
  /// Whether libvirt reads a volume as an image of some format.
  static func isTakenForImage(_ volume: StorageVolume) throws -> Bool {
    guard !volume.connection.isTestDriver else { return false }
    return try VolumeDescription(xml: volume.xml(), at: "").format.map {
      $0 != "raw" && $0 != "iso"
    } ?? false
  }

  /// Makes a raw file longer; libvirt's resize would change the image that it takes it for.
  static func lengthen(_ volume: StorageVolume, to bytes: Int64) throws {
    guard let length = try VolumeDescription(xml: volume.xml(), at: "").length, length < bytes
    else {
      return
    }
    // What lies before the last sector is a hole, which reads as zeros.
    let sector = min(bytes - length, 512)
    try volume.upload(
      [UInt8](repeating: 0, count: Int(sector)), offset: UInt64(clamping: bytes - sector))
  }

  /// The size that a guest sees of what is at a path, in bytes; nil if no pool holds it.
  ///
  /// - Parameter format: the format that it is used in.
  func capacity(at path: String, as format: ImageFormat) async throws -> Int64? {
    try await connections.run { connection in
      guard let volume = try connection.volume(path: path) else { return nil }
      let found = try VolumeDescription(xml: volume.xml(), at: "")
      return format == .raw ? found.length ?? found.capacity : found.capacity
    }
  }
}

/// Orders the jobs on each storage pool, and remembers which uploads this process began.
actor PoolJobs {
  /// libvirt refuses a job while another runs on the pool; so often is it tried.
  private static let attempts = 50

  private var tails: [String: Task<Void, Never>] = [:]
  private var uploads: Set<String> = []

  /// Notes that a volume is being uploaded by this process, so that it is no leftover.
  func began(_ volume: String) { uploads.insert(volume) }

  /// The volumes among these that this process did not begin.
  func foreign(_ volumes: [VolumeInventory.Volume]) -> [VolumeInventory.Volume] {
    volumes.filter { !uploads.contains($0.name) }
  }

  /// Runs `job` when all earlier jobs on the same subject are over.
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

  /// Whether libvirt refused because another job runs on the pool.
  static func isBusy(_ error: LibvirtError) -> Bool {
    error.message.contains("asynchronous jobs running")
  }

  /// Repeats `call` while libvirt says that another job is running, at most for five seconds.
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
