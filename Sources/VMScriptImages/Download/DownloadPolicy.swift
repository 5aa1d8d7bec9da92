import VMScript

/// The limits of a download.
package struct DownloadPolicy: Sendable, Hashable {
  /// The longest time for a connection.
  package var connectSeconds = 30.0
  /// The time after which a transfer below ``leastBytesPerSecond`` counts as stalled.
  package var stallSeconds = 60.0
  /// The lowest speed of a transfer that is not stalled.
  package var leastBytesPerSecond = 100
  /// The pauses before further attempts, in seconds. An attempt that receives content starts over.
  package var pauses = [1.0, 2, 4, 8]
  /// The longest pause that a server can ask for, in seconds.
  package var longestPause = 120.0
  /// The largest number of attempts, however much content each receives.
  package var maximumAttempts = 50
  /// The maximum of redirects.
  package var maximumRedirects = 10
  /// The maximum of a download, and of its content after decompression, in bytes.
  package var maximumSize: Int64 = 256 << 30
  /// The part of the free space that stays free, in bytes.
  package var reserve: Int64 = 16 << 20

  package init() {}

  /// The limits with the changes in `VMSCRIPT_DOWNLOAD`: `connect=10s,stall=30s,retries=2,limit=8GiB`,
  /// in any selection. Entries that cannot be read are ignored.
  package init(environment: [String: String]) {
    for entry in (environment[ParameterVariable.download] ?? "").split(separator: ",") {
      let parts = entry.split(separator: "=", maxSplits: 1).map(String.init)
      guard parts.count == 2 else { continue }
      switch parts[0] {
      case "connect": connectSeconds = Self.seconds(parts[1]) ?? connectSeconds
      case "stall": stallSeconds = Self.seconds(parts[1]) ?? stallSeconds
      case "retries": pauses = Int(parts[1]).map { Array(pauses.prefix(max(0, $0))) } ?? pauses
      case "limit": maximumSize = ByteSize(parts[1])?.bytes ?? maximumSize
      default: break
      }
    }
  }

  private static func seconds(_ text: String) -> Double? {
    Duration(script: text).map { $0 / .seconds(1) }
  }
}
