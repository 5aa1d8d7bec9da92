import Dispatch
import Foundation
import Synchronization

/// A local image file that was looked at.
public struct ImageFile: Hashable, Sendable {
  /// The file at that time.
  package let identity: FileIdentity
  /// The facts that its header states.
  public let probe: ImageProbe

  /// Absolute, symbolic links resolved.
  public var path: String { identity.path }
  /// In bytes.
  public var size: Int64 { identity.size }

  /// Opens and probes a file.
  ///
  /// - Parameters:
  ///   - path: the file.
  ///   - declared: the `format` that the script names. Naming `raw` also takes content that
  ///     looks like an archive or a page.
  /// - Throws: ``StorageFailure`` if it cannot be read, is no sound image, is not what `declared`
  ///   says, or names another file, which an upload would leave behind.
  public static func open(_ path: String, declared: ImageFormat?) async throws -> ImageFile {
    try await BlockingWork.run { cancellation in
      let file = try OpenFile(path: path)
      let probe = try probe(file, declared)
      try probe.check(declared: declared)
      return ImageFile(
        identity: file.identity, probe: try requireSound(probe, file, cancellation))
    }
  }

  /// The facts that the header of a file states; reads no more than that.
  ///
  /// - Parameter declared: the format that the script or a definition names; nil refuses what is no image.
  package static func probe(
    _ path: String, as declared: ImageFormat?
  ) throws(StorageFailure) -> ImageProbe {
    try probe(OpenFile(path: path), declared)
  }

  /// Probes an open file that will be converted, and makes sure that it names no other file.
  ///
  /// - Returns: what it is, with its size.
  package static func requireSound(
    _ probe: ImageProbe, _ file: OpenFile, _ cancellation: BlockingWork.Cancellation
  ) throws -> ImageProbe {
    if let backing = probe.backingFile { throw StorageFailure.hasBackingFile(backing) }
    if probe.format == .qcow2 { try requireWhole(file, cancellation) }
    guard probe.format.isForeign else { return probe }
    var probe = probe
    probe.virtualSize = try ImageInspection.virtualSize(
      of: file, as: probe.format, cancellation)
    return probe
  }

  package static func probe(
    _ file: OpenFile, _ declared: ImageFormat?
  ) throws(StorageFailure) -> ImageProbe {
    let size = file.identity.size
    let header = try file.read(at: 0, ImageProbe.headerLength)
    let footer = try file.read(
      at: UInt64(max(0, size - Int64(ImageProbe.footerLength))), ImageProbe.footerLength)
    do throws(StorageFailure) {
      let probe = try ImageProbe.probe(header, footer: footer, fileSize: size)
      if probe.format == .raw, declared != .raw,
        let format = ForeignContent.format(named: file.identity.path)
      {
        throw .misnamed(format: format)
      }
      return probe
    } catch {
      guard declared == .raw, error.isOfOpaqueContent else { throw error }
      return ImageProbe(format: .raw, virtualSize: size, backingFile: nil)
    }
  }

  private static func requireWhole(
    _ file: OpenFile, _ cancellation: BlockingWork.Cancellation
  ) throws {
    try QCOW2Tables.requireWhole(
      header: file.read(at: 0, ImageProbe.headerLength), fileSize: file.identity.size,
      check: cancellation.check
    ) { offset, count in try file.read(at: offset, count) }
  }
}

/// A look at an image through `qemu-img info`, which opens it as a conversion would.
///
/// The header says what this program reads in it; what QEMU would read is for QEMU to say.
package enum ImageInspection {
  private static let limits = ChildProcess.Limits(
    seconds: 60, memory: 1 << 30, fileSize: 1 << 20)

  /// The size that a guest would see.
  ///
  /// - Throws: ``StorageFailure/splitImage(_:)`` or ``StorageFailure/hasBackingFile(_:)`` if QEMU would open
  ///   another file with it, ``StorageFailure/encrypted(_:)``, and
  ///   ``StorageFailure/unfitImage(_:output:)`` where it opens none.
  package static func virtualSize(
    of file: OpenFile, as format: ImageFormat, _ cancellation: BlockingWork.Cancellation
  ) throws -> Int64 {
    let result = try ChildProcess.run(
      "qemu-img", ["info", "--output=json", "-f", format.rawValue, ChildProcess.inheritedFile],
      file: file.descriptor, limits: limits, cancellation: cancellation)
    guard result.status == 0,
      let document = try? JSONSerialization.jsonObject(with: Data(result.output)),
      let info = document as? [String: Any], info["format"] as? String == format.rawValue,
      let size = (info["virtual-size"] as? NSNumber)?.int64Value
    else { throw StorageFailure.unfitImage(format, output: result.errors) }
    try refuseReferences(info)
    return size
  }

  /// Refuses an image of which any part is in another file than the one that was handed over.
  static func refuseReferences(_ info: [String: Any]) throws(StorageFailure) {
    if let backing = info["full-backing-filename"] ?? info["backing-filename"] {
      throw .hasBackingFile(backing as? String)
    }
    if info["encrypted"] as? Bool == true {
      throw .encrypted(ImageFormat(rawValue: info["format"] as? String ?? "") ?? .raw)
    }
    if let other = otherFile(in: info) { throw .splitImage(other) }
  }

  /// A file that the document names beside the one that was handed over.
  private static func otherFile(in value: Any) -> String? {
    switch value {
    case let list as [Any]: list.lazy.compactMap(otherFile).first
    case let members as [String: Any]:
      members.sorted { $0.key < $1.key }.lazy.compactMap { key, member -> String? in
        // Extents, the children of newer versions and data files: `filename`, `data-file`, ….
        guard key.contains("file"), let name = member as? String else {
          return otherFile(in: member)
        }
        return name == ChildProcess.inheritedFile ? nil : name
      }.first
    default: nil
    }
  }
}

/// Work that blocks a thread, done off the cooperative pool.
package enum BlockingWork {
  /// Set once the surrounding task is cancelled; long work looks at it between two steps.
  package final class Cancellation: Sendable {
    private let flag = Atomic<Bool>(false)

    package init() {}

    package func cancel() { flag.store(true, ordering: .relaxed) }
    package var isCancelled: Bool { flag.load(ordering: .relaxed) }
    package func check() throws {
      if isCancelled { throw CancellationError() }
    }
  }

  /// Runs `body` on a thread of its own and hands its result back.
  package static func run<T: Sendable>(_ body: @escaping @Sendable (Cancellation) throws -> T)
    async throws
    -> T
  {
    let cancellation = Cancellation()
    return try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        DispatchQueue.global().async {
          continuation.resume(with: Result { try body(cancellation) })
        }
      }
    } onCancel: {
      cancellation.cancel()
    }
  }
}

/// A folder for files that only this process needs, which nobody else can look into.
///
/// A folder that a killed process left behind is removed by the next run: its owner holds a lock on a
/// file in it, which the kernel releases when the process ends.
package final class PrivateFolder: Sendable {
  private static let prefix = "vmscript-"
  private static let owner = "owner"
  /// A folder without an owner's file this long was left by a process that was killed while making it.
  private static let youth: TimeInterval = 3600

  /// The absolute path.
  package let path: String
  private let lock: OpenDescriptor

  /// Makes a new one below the folder for temporary files.
  ///
  /// - Throws: ``StorageFailure/unreadable(path:reason:)`` if it cannot be made.
  package init(in parent: String = FileManager.default.temporaryDirectory.path)
    throws(StorageFailure)
  {
    path = "\(parent)/\(Self.prefix)\(UUID().uuidString)"
    guard mkdir(path, 0o700) == 0 else { throw Self.failure(path) }
    let name = "\(path)/\(Self.owner)"
    let number = open(name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard number != -1 else { throw Self.failure(name) }
    lock = OpenDescriptor(number)
    // What is empty is not locked yet.
    guard flock(number, LOCK_EX | LOCK_NB) == 0, write(number, "x", 1) == 1 else {
      throw Self.failure(name)
    }
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// The path of a file in it.
  package func file(_ name: String) -> String { "\(path)/\(name)" }

  /// The bytes that can be written into it.
  package var room: Int64 {
    var status = statvfs()
    guard statvfs(path, &status) == 0 else { return .max }
    let (bytes, overflow) = Int64(clamping: status.f_bavail)
      .multipliedReportingOverflow(by: Int64(clamping: status.f_frsize))
    return overflow ? .max : bytes
  }

  /// Removes what processes of this user left behind that were killed.
  package static func sweep(in parent: String = FileManager.default.temporaryDirectory.path) {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: parent)) ?? []
    for name in names where name.hasPrefix(prefix) {
      guard UUID(uuidString: String(name.dropFirst(prefix.count))) != nil else { continue }
      let path = "\(parent)/\(name)"
      if isAbandoned(path) { try? FileManager.default.removeItem(atPath: path) }
    }
  }

  private static func isAbandoned(_ path: String) -> Bool {
    var folder = stat()
    guard lstat(path, &folder) == 0, folder.st_mode & S_IFMT == S_IFDIR,
      folder.st_uid == geteuid()
    else { return false }
    let number = open("\(path)/\(owner)", O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
    let file = OpenDescriptor(number)
    var status = stat()
    if number != -1, fstat(file.number, &status) == 0, status.st_size > 0 {
      return flock(file.number, LOCK_EX | LOCK_NB) == 0
    }
    return Date().timeIntervalSince1970 - TimeInterval(folder.st_mtim.tv_sec) > youth
  }

  /// Makes a folder and those above it that are missing, closed to others from the start.
  package static func create(_ path: String) throws(StorageFailure) {
    if mkdir(path, 0o700) == 0 || errno == EEXIST { return }
    guard errno == ENOENT, let slash = path.lastIndex(of: "/"), slash > path.startIndex else {
      throw failure(path)
    }
    try create(String(path[..<slash]))
    guard mkdir(path, 0o700) == 0 || errno == EEXIST else { throw failure(path) }
  }

  private static func failure(_ path: String) -> StorageFailure {
    .unreadable(path: path, reason: String(cString: strerror(errno)))
  }
}
