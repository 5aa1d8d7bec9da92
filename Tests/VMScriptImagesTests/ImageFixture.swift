import Foundation
import Synchronization
import TestSupport
import VMScript
import VMScriptPlan
import VMScriptSyntax

@testable import VMScriptImages

/// A web server with a disk image, and a cache of its own.
struct ImageFixture {
  let server: ImageServer
  let scratch: ScratchFolder
  var cache: ImageCache
  /// The content of `disk.raw`.
  let disk: [UInt8]

  init(isSecure: Bool = false) throws {
    // A proxy of the machine does not reach the loopback.
    setenv("no_proxy", "127.0.0.1", 1)
    server = try ImageServer(isSecure: isSecure)
    scratch = try ScratchFolder()
    disk = Self.disk(size: 1 << 20)
    try server.folder.write("disk.raw", disk)
    var policy = DownloadPolicy()
    policy.pauses = [0.01, 0.01]
    policy.connectSeconds = 5
    policy.stallSeconds = 1
    cache = ImageCache(path: scratch.file("images"), policy: policy)
  }

  /// A raw disk with a boot record, whose other bytes follow from a seed.
  static func disk(size: Int, seed: UInt64 = 1) -> [UInt8] {
    var generator = SeededGenerator(seed: seed)
    var bytes: [UInt8] = []
    while bytes.count < size {
      withUnsafeBytes(of: generator.next()) { bytes += $0 }
    }
    (bytes[510], bytes[511]) = (0x55, 0xAA)
    return bytes
  }

  static func sha256(_ bytes: [UInt8]) throws -> String {
    let folder = try ScratchFolder()
    let file = try OpenFile(path: try folder.write("x", bytes))
    return try FileDigest.read(file, BlockingWork.Cancellation()).sha256
  }

  /// Downloads an image into the cache; returns its bytes.
  func pull(_ path: String, sha256: String? = nil) async throws -> [UInt8] {
    let image = try await cache.pull(server.url(path), sha256: sha256).image
    return try bytes(of: image)
  }

  func bytes(of image: CachedImage) throws -> [UInt8] {
    guard let entry = image.entry else { return [] }
    return Array(try Data(contentsOf: URL(fileURLWithPath: image.folder.file(of: entry))))
  }

  /// The number of the code of the failure of a download; nil if it succeeds.
  func failure(_ path: String, sha256: String? = nil) async -> Int? {
    do {
      _ = try await pull(path, sha256: sha256)
      return nil
    } catch { return (error as? Diagnostic)?.code.number }
  }

  /// Whether the cache holds a complete image.
  func hasImages() async -> Bool { await cache.contents().contains { $0.entry != nil } }
}
