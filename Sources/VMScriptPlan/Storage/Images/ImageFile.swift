import Dispatch
import Foundation
import Synchronization

/// A local image file that was probed.
public struct ImageFile: Hashable, Sendable {
  /// The identity of the file when it was probed.
  package let identity: FileIdentity
  /// The facts in its header.
  public let probe: ImageProbe

  /// The absolute path, with symbolic links resolved.
  public var path: String { identity.path }
  /// The size in bytes.
  public var size: Int64 { identity.size }

  /// Opens and probes a file.
  ///
  /// - Parameters:
  ///   - path: the file.
  ///   - declared: the `format` in the script. `raw` also accepts content that looks like an
  ///     archive or a web page.
  /// - Throws: ``StorageFailure`` if it cannot be read, is damaged, does not have the declared
  ///   format, or names another file, which an upload would omit.
  public static func open(_ path: String, declared: ImageFormat?) async throws -> ImageFile {
    try await BlockingWork.run { cancellation in
      let file = try OpenFile(path: path)
      let probe = try probe(file, declared)
      try probe.check(declared: declared)
      return ImageFile(
        identity: file.identity, probe: try requireSound(probe, file, cancellation))
    }
  }

  /// Reads the facts in the header of a file, and nothing else.
  ///
  /// - Parameter declared: the format in the script or a definition; nil rejects a file that is
  ///   not an image.
  package static func probe(
    _ path: String, as declared: ImageFormat?
  ) throws(StorageFailure) -> ImageProbe {
    try probe(OpenFile(path: path), declared)
  }

  /// Probes an open file before its conversion, and checks that it names no other file.
  ///
  /// - Returns: the facts, with the size.
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

/// Inspects an image with `qemu-img info`, which opens it as a conversion would.
///
/// The header shows only what this program understands. QEMU may interpret it differently.
package enum ImageInspection {
  private static let limits = ChildProcess.Limits(
    seconds: 60, memory: 1 << 30, fileSize: 1 << 20)

  /// Returns the size that a guest would see.
  ///
  /// - Throws: ``StorageFailure/splitImage(_:)`` or ``StorageFailure/hasBackingFile(_:)`` if QEMU
  ///   would open another file with it, ``StorageFailure/encrypted(_:)``, and
  ///   ``StorageFailure/unfitImage(_:output:)`` if QEMU cannot open it.
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

  /// Throws if any part of the image is in a file other than the one passed in.
  static func refuseReferences(_ info: [String: Any]) throws(StorageFailure) {
    if let backing = info["full-backing-filename"] ?? info["backing-filename"] {
      throw .hasBackingFile(backing as? String)
    }
    if info["encrypted"] as? Bool == true {
      throw .encrypted(ImageFormat(rawValue: info["format"] as? String ?? "") ?? .raw)
    }
    if let other = otherFile(in: info) { throw .splitImage(other) }
  }

  /// Returns a file that the document names besides the one passed in.
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

/// Blocking work, run outside the cooperative pool.
package enum BlockingWork {
  /// Set when the surrounding task is cancelled. Long work checks it between two steps.
  package final class Cancellation: Sendable {
    private let flag = Atomic<Bool>(false)

    package init() {}

    package func cancel() { flag.store(true, ordering: .relaxed) }
    package var isCancelled: Bool { flag.load(ordering: .relaxed) }
    package func check() throws {
      if isCancelled { throw CancellationError() }
    }
  }

  /// Runs `body` on its own thread and returns its result.
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

/// A temporary folder of this process that no other user can read.
///
/// The next run removes the folder of a killed process. The owner holds a lock on a file in it,
/// which the kernel releases when the process ends.
package final class PrivateFolder: Sendable {
  private static let prefix = "vmscript-"
  private static let owner = "owner"
  /// The age after which a folder without an owner's file counts as left by a killed process.
  private static let youth: TimeInterval = 3600

  /// The absolute path.
  package let path: String
  private let lock: OpenDescriptor

  /// Creates a folder below the folder for temporary files.
  ///
  /// - Throws: ``StorageFailure/unreadable(path:reason:)`` if it cannot be created.
  package init(in parent: String = FileManager.default.temporaryDirectory.path)
    throws(StorageFailure)
  {
    path = "\(parent)/\(Self.prefix)\(UUID().uuidString)"
    guard mkdir(path, 0o700) == 0 else { throw Self.failure(path) }
    let name = "\(path)/\(Self.owner)"
    let number = open(name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard number != -1 else { throw Self.failure(name) }
    lock = OpenDescriptor(number)
    // An empty folder is not locked yet.
    guard flock(number, LOCK_EX | LOCK_NB) == 0, write(number, "x", 1) == 1 else {
      throw Self.failure(name)
    }
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// Returns the path of a file in the folder.
  package func file(_ name: String) -> String { "\(path)/\(name)" }

  /// The free space in bytes.
  package var room: Int64 {
    var status = statvfs()
    guard statvfs(path, &status) == 0 else { return .max }
    let (bytes, overflow) = Int64(clamping: status.f_bavail)
      .multipliedReportingOverflow(by: Int64(clamping: status.f_frsize))
    return overflow ? .max : bytes
  }

  /// Removes the folders of killed processes of this user.
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

  /// Creates a folder and its missing parents, closed to other users from the start.
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
