import Foundation
import TestSupport
import Testing
import VMScript
import VMScriptSyntax

@testable import VMScriptPlan
@testable import VMScriptRuntime

/// A script, files beside it, and a host made of values: what the storage of a script resolves to.
struct StorageFixture {
  static let stack = "lab"
  let folder: ScratchFolder
  var volumes: [VolumeInventory.Volume] = []
  var domains: [LiveDomain] = []
  var unreadable: [UnreadableObject] = []
  var remote: any RemoteImages = OfflineImages()

  init() throws { folder = try ScratchFolder() }

  /// Writes a disk image with a boot record, so that it is recognised as a disk.
  @discardableResult
  func disk(_ name: String, size: Int = 1 << 20, fill: UInt8 = 0) throws -> String {
    var bytes = [UInt8](repeating: fill, count: size)
    (bytes[510], bytes[511]) = (0x55, 0xAA)
    return try folder.write(name, bytes)
  }

  static func name(
    _ owner: String, _ role: VolumeName.Role, _ suffix: String = "qcow2", stack: String = stack
  ) throws -> String {
    try VolumeName(stack: stack, owner: owner, role: role, extension: suffix).fileName
  }

  static func path(_ name: String) -> String { "/pool/\(name)" }

  mutating func add(
    _ name: String, on backing: String? = nil, capacity: Int64? = nil, format: String = "qcow2",
    length: Int64? = nil
  ) {
    volumes.append(
      .init(
        name: name, path: Self.path(name), backingPath: backing.map(Self.path),
        capacity: capacity, format: format, length: length))
  }

  /// A domain of the stack's, with these drives as target and volume.
  mutating func add(
    domain: String, state: LiveDomain.State = .stopped, _ drives: [(target: String, file: String)],
    format: String = "qcow2", keys: [String] = []
  ) throws {
    let disks = drives.map { target, file in
      """
      <disk type='file' device='disk'><driver name='qemu' type='\(format)'/>\
      <source file='\(file.hasPrefix("/") ? file : Self.path(file))'/>\
      <target dev='\(target)' bus='virtio'/></disk>
      """
    }
    let records = zip(keys, drives).map { key, drive in
      "<v:device block='disk' key='\(key)' at='\(drive.target)' made='yes'/>"
    }
    domains.append(
      try RunFixture.liveDomain(
        domain, state: state,
        metadata: """
          <v:resource xmlns:v='\(DomainMetadata.namespace)' stack='\(Self.stack)' kind='domain' \
          name='\(domain)'>\(records.joined())</v:resource>
          """,
        devices: disks.joined(separator: "\n")))
  }

  func declarations(_ script: String) throws -> (set: DeclarationSet, sources: SourceMap) {
    let program = try Script.program(
      "stack \"\(Self.stack)\"\n" + script, name: folder.file("lab.vmscript"))
    return (try program.evaluate().get().declarations, program.sources)
  }

  /// The storage plan of a script for the host.
  func plan(_ script: String) async throws -> StoragePlan {
    let (set, sources) = try declarations(script)
    let storage = LiveStorage(
      pools: [.init(name: "default", path: "/pool", volumes: volumes)], inactivePools: ["off"],
      domains: domains, unreadable: unreadable)
    var resolver = ImageResolver(
      stack: Self.stack, live: storage, sources: sources, cache: nil, reading: { _ in })
    resolver.remote = remote
    return await StoragePlan(
      set, live: LiveState(domains: domains, storage: storage, unreadable: unreadable),
      resolver: resolver)
  }

  /// The numbers of the codes of what is wrong with a script.
  func errors(_ script: String) async throws -> [Int] {
    try await plan(script).diagnostics.map(\.code.number)
  }

  /// The differences of a domain's storage, as `path: from → to (impact)`.
  func differences(_ script: String, of domain: String) async throws -> [String] {
    let plan = try await plan(script)
    try #require(plan.diagnostics.isEmpty, "\(plan.diagnostics)")
    let declaration = try #require(plan.set.declarations.first { $0.name == domain })
    let live = try #require(plan.live.domains[domain])
    return try plan.differences(domain: declaration, live: live, left: []).map { change in
      let (from, to) = (change.from?.description ?? "none", change.to?.description ?? "none")
      return "\(change.path): \(from) → \(to) (\(change.impact.rawValue))"
    }
  }
}
