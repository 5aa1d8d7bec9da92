import Libvirt
import VMScript
import VMScriptPlan

/// The record of the end of a stack's lifetime: an empty volume in the host's pool.
///
/// `vmscript-expiry.<stack>.<seconds>` exists from before the first resource of a temporary stack
/// until the stack is destroyed. It also covers resources without marks, such as volumes, and
/// networks before libvirt 9.7.
struct ExpiryRecord: Hashable, Sendable {
  let stack: String
  let expiry: StackExpiry

  private static let word = "vmscript-expiry"

  init(stack: String, expiry: StackExpiry) {
    self.stack = stack
    self.expiry = expiry
  }

  /// Parses the name of a volume; nil if it is not a record.
  init?(parsing name: String) {
    let parts = name.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    guard parts.count == 3, parts[0] == Self.word, Program.isStackName(parts[1]),
      let seconds = Int64(parts[2])
    else { return nil }
    self.init(stack: parts[1], expiry: StackExpiry(seconds: seconds))
  }

  /// The volume's name.
  var name: String { "\(Self.word).\(stack).\(expiry.seconds)" }

  /// Creates the volume.
  ///
  /// - Returns: the reason why the host cannot keep it; nil if it exists now. libvirt's test driver
  ///   needs no record, because it ends with this process.
  func write(to connections: ConnectionPool) async throws -> String? {
    try await PoolJobs.retrying {
      try await connections.run { connection in
        guard !connection.isTestDriver else { return nil }
        guard let name = try LockHost(connection).pool, let pool = try connection.pool(named: name)
        else { return "the host has no active storage pool of files" }
        guard try pool.volume(named: self.name) == nil else { return nil }
        let xml = VolumeXML(name: self.name, format: .raw, capacity: 0, allocation: 0)
        do throws(LibvirtError) { _ = try pool.createVolume(xml: xml.text()) } catch {
          guard !error.isConnectionLost, !PoolJobs.isBusy(error) else { throw error }
          return "the storage pool `\(name)` does not accept its volume: \(error.message)"
        }
        return nil
      }
    }
  }

  /// Removes the volumes of a stack's records.
  static func remove(of stack: String, from connections: ConnectionPool) async throws {
    try await PoolJobs.retrying {
      try await connections.run { connection in
        for (record, volume) in try volumes(connection) where record.stack == stack {
          try volume.delete()
        }
      }
    }
  }

  /// Returns the records of a host.
  static func all(_ connection: Connection) throws -> [ExpiryRecord] {
    try volumes(connection).map(\.record)
  }

  private static func volumes(
    _ connection: Connection
  ) throws -> [(record: ExpiryRecord, volume: StorageVolume)] {
    try connection.pools().filter { try $0.isActive() }.flatMap { pool in
      try pool.volumes().compactMap { volume in
        ExpiryRecord(parsing: volume.name).map { ($0, volume) }
      }
    }
  }
}
