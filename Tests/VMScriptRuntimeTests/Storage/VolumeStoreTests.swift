import Foundation
import Libvirt
import TestSupport
import Testing

@testable import VMScriptPlan
@testable import VMScriptRuntime

/// On a real libvirtd: `VMSCRIPT_TEST_URI` is what `scripts/libvirtd uri DIR` prints.
@Suite(.enabled(if: IsolatedHost.uri != nil, "VMSCRIPT_TEST_URI names no libvirtd"))
struct VolumeStoreTests {
  private func image(_ folder: ScratchFolder) async throws -> VolumeStore.Upload {
    let path = folder.file("source.qcow2")
    try runTool("/usr/bin/qemu-img", ["create", "-q", "-f", "qcow2", path, "8M"])
    let file = try await ImageFile.open(path, declared: .qcow2)
    let digest = try await FileDigest.of(path, cache: nil)
    return .init(path: path, length: file.size, sha256: digest.sha256, suffix: "qcow2")
  }

  private func key(_ upload: VolumeStore.Upload) -> ImageKey {
    ImageKey(sha256: upload.sha256, format: "qcow2", size: nil)
  }

  @Test func publishedContentIsTheSourceAndOverlaysKeepIt() async throws {
    let host = try await IsolatedHost()
    let local = try ScratchFolder()
    let upload = try await image(local)
    let pool = host.pool
    let store = VolumeStore(connections: host.connections)
    let base = try await store.publish(
      upload, key: key(upload), stack: "lab", image: "debian", pool: pool)
    #expect(FileManager.default.contentsEqual(atPath: base, andPath: upload.path))
    #expect(try await host.volumes().count == 2)

    let disk = try VolumeName(stack: "lab", owner: "web", role: .disk("disk1"), extension: "qcow2")
    var xml = VolumeXML(name: disk.fileName, format: .qcow2, capacity: 16 << 20)
    xml.backing = (base, .qcow2)
    let overlay = try await store.create(xml, pool: pool)
    #expect(try await probe(overlay).backingFile == base)
    #expect(try await probe(overlay).virtualSize == 16 << 20)
    #expect(try await store.create(xml, pool: pool) == overlay)
    try await store.grow(disk.fileName, pool: pool, to: 32 << 20)
    #expect(try await probe(overlay).virtualSize == 32 << 20)

    try await store.releaseImages(of: "lab", keeping: [], pool: pool)
    #expect(FileManager.default.fileExists(atPath: base))
    await #expect(throws: StorageFailure.self) {
      try await store.remove(String(base.split(separator: "/").last ?? ""), pool: pool)
    }
    try await store.remove(disk.fileName, pool: pool)
    try await store.remove(disk.fileName, pool: pool)
    let next = VolumeStore(connections: host.connections)
    try await next.releaseImages(of: "lab", keeping: [], pool: pool)
    #expect(try await host.volumes().isEmpty)
    try await host.close()
  }

  @Test func twoTasksUploadOnceAndTwoStacksShare() async throws {
    let host = try await IsolatedHost()
    let local = try ScratchFolder()
    let upload = try await image(local)
    let (pool, key) = (host.pool, key(upload))
    let store = VolumeStore(connections: host.connections)
    async let one = store.publish(upload, key: key, stack: "a", image: "i", pool: pool)
    async let two = store.publish(upload, key: key, stack: "b", image: "i", pool: pool)
    let paths = try await [one, two]
    #expect(paths[0] == paths[1])
    #expect(try await host.volumes().count == 3)
    try await store.releaseImages(of: "a", keeping: [], pool: pool)
    #expect(FileManager.default.fileExists(atPath: paths[0]))
    try await store.releaseImages(of: "b", keeping: [], pool: pool)
    #expect(try await host.volumes().isEmpty)
    try await host.close()
  }

  @Test func partsOfAKilledRunAreRemovedUnused() async throws {
    let host = try await IsolatedHost()
    let local = try ScratchFolder()
    let upload = try await image(local)
    let (pool, key) = (host.pool, key(upload))
    let half = try VolumeName(
      stack: "lab", owner: "i", role: .base(key: key.text, nonce: "00000000"), extension: "qcow2")
    let xml = VolumeXML(name: half.fileName, format: .raw, capacity: 4096, allocation: 0)
    let store = VolumeStore(connections: host.connections)
    let left = try await store.create(xml, pool: pool)
    let base = try await store.publish(upload, key: key, stack: "lab", image: "i", pool: pool)
    #expect(base != left)
    #expect(try await host.volumes().count == 2)
    #expect(!FileManager.default.fileExists(atPath: left))
    try await host.close()
  }

  @Test func aBaseThatWasChangedIsUploadedAnewAndItsDamageIsFound() async throws {
    let host = try await IsolatedHost()
    let local = try ScratchFolder()
    let upload = try await image(local)
    let (pool, key) = (host.pool, key(upload))
    let store = VolumeStore(connections: host.connections)
    let base = try await store.publish(upload, key: key, stack: "lab", image: "i", pool: pool)
    #expect(try await store.digest(of: base) == upload.sha256)
    // Actions of the host itself are no change.
    try await host.connections.run { try $0.pool(named: pool)?.refresh() }
    let again = try await store.publish(upload, key: key, stack: "two", image: "i", pool: pool)
    #expect(again == base)
    #expect(try await Inspector.damagedImages(of: "two", uri: IsolatedHost.uri).isEmpty)

    var disk = VolumeXML(name: "overlay", format: .qcow2, capacity: 16 << 20)
    disk.backing = (base, .qcow2)
    try await store.create(disk, pool: pool)
    let file = try FileHandle(forUpdating: URL(fileURLWithPath: base))
    try file.truncate(atOffset: 100_000)
    try file.close()
    #expect(try await store.inventory(pool: pool).completeBase(for: key) == nil)
    let damaged = try await Inspector.damagedImages(of: "lab", uri: IsolatedHost.uri)
    #expect(damaged.mapValues(\.code.number) == ["i": 639])

    let new = try await store.publish(upload, key: key, stack: "lab", image: "i", pool: pool)
    #expect(new != base)
    try await store.releaseChanged(of: "lab", named: "i", pool: pool)
    // The overlay's owner may still restore what it is backed by.
    #expect(FileManager.default.fileExists(atPath: base))
    try await store.delete("overlay", pool: pool)
    try await store.releaseChanged(of: "lab", named: "i", pool: pool)
    try await store.releaseChanged(of: "two", named: "i", pool: pool)
    #expect(!FileManager.default.fileExists(atPath: base))
    #expect(try await store.inventory(pool: pool).completeBase(for: key)?.path == new)
    try await host.close()
  }

  @Test func aStoppedUploadLeavesNothing() async throws {
    let host = try await IsolatedHost()
    let local = try ScratchFolder()
    let upload = try await image(local)
    let (pool, key) = (host.pool, key(upload))
    let store = VolumeStore(connections: host.connections)
    let task = Task {
      try await store.publish(upload, key: key, stack: "lab", image: "i", pool: pool)
    }
    task.cancel()
    await #expect(throws: CancellationError.self) { try await task.value }
    #expect(try await host.volumes().isEmpty)
    try await host.close()
  }

  @Test func aFileThatChangedIsRefused() async throws {
    let host = try await IsolatedHost()
    let local = try ScratchFolder()
    var upload = try await image(local)
    let (pool, key) = (host.pool, key(upload))
    upload.sha256 = String(repeating: "0", count: 64)
    let changed = upload
    let store = VolumeStore(connections: host.connections)
    await #expect(throws: StorageFailure.changedWhileRead) {
      try await store.publish(changed, key: key, stack: "lab", image: "i", pool: pool)
    }
    #expect(try await host.volumes().isEmpty)
    try await host.close()
  }

  @Test func aMissingAndAFullPoolAreRefusedBeforeAnythingIsWritten() async throws {
    let host = try await IsolatedHost()
    let local = try ScratchFolder()
    var upload = try await image(local)
    let (pool, key) = (host.pool, key(upload))
    upload.length = 1 << 60
    let large = upload
    let store = VolumeStore(connections: host.connections)
    do {
      _ = try await store.publish(large, key: key, stack: "lab", image: "i", pool: pool)
      Issue.record("published")
    } catch StorageFailure.poolFull(let name, let needed, _) {
      #expect(name == pool)
      #expect(needed == 1 << 60)
    }
    #expect(try await host.volumes().isEmpty)
    do {
      _ = try await store.inventory(pool: "none")
      Issue.record("found")
    } catch StorageFailure.missingPool(_, let existing) {
      #expect(existing.contains(pool))
    }
    try await host.close()
  }

  private func probe(_ path: String) async throws -> ImageProbe {
    let data = try Data(contentsOf: URL(fileURLWithPath: path))
    return try ImageProbe.probe(
      Array(data.prefix(ImageProbe.headerLength)), fileSize: Int64(data.count))
  }
}

/// On the test driver, which keeps volumes as records.
@Suite struct VolumeStoreOnTheTestDriverTests {
  @Test func imagesAreRecords() async throws {
    let connections = ConnectionPool(uri: "test:///default", size: 1)
    let store = VolumeStore(connections: connections)
    let pool = "default-pool"
    let stack = "stack-" + Storage.nonce()
    let upload = VolumeStore.Upload(path: "/none", length: 4096, sha256: "00", suffix: "raw")
    let key = ImageKey(sha256: "00", format: "raw", size: nil)
    let base = try await store.publish(upload, key: key, stack: stack, image: "i", pool: pool)
    #expect(try await store.inventory(pool: pool).completeBase(for: key)?.path == base)
    try await store.releaseImages(of: stack, keeping: [], pool: pool)
    #expect(try await store.inventory(pool: pool).owned(by: stack).isEmpty)
    await connections.close()
  }
}
