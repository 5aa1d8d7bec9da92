import Libvirt
import VMScript
import VMScriptPlan
import VMScriptSyntax

/// A stack on a host that records the end of its lifetime.
public struct TemporaryStack: Sendable, Hashable {
  /// The name of the stack.
  public let name: String
  /// The end of its lifetime.
  public let expiry: StackExpiry
}

extension Inspector {
  /// Returns the stacks of a host that record the end of their lifetime, the earliest end first.
  ///
  /// - Throws: VM0701 without a connection, and libvirt's errors.
  public static func temporaryStacks(
    uri: String?, patience: HostPatience = HostPatience()
  ) async throws(Diagnostic) -> [TemporaryStack] {
    let access = BriefAccess(uri: uri, patience: patience)
    return try await access.onHost("looking for temporary stacks") { pool in
      let marks = try await LiveReader(pool: pool).read().recordedExpiries
      let records = try await pool.run { try ExpiryRecord.all($0) }
      let expiries = records.reduce(into: marks) { expiries, record in
        expiries[record.stack] = max(record.expiry, expiries[record.stack] ?? record.expiry)
      }
      return expiries.map { TemporaryStack(name: $0.key, expiry: $0.value) }
        .sorted { ($0.expiry, $0.name) < ($1.expiry, $1.name) }
    }
  }
}
