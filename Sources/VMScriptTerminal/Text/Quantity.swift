/// Amounts in few characters, for lines that change while one reads them.
public enum Quantity {
  /// Bytes in the largest unit of 1024 that leaves at least one, with one decimal below ten.
  public static func bytes(_ count: Int64) -> String {
    let units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"]
    var unit = 0
    var scale: Int64 = 1
    while unit + 1 < units.count, count / scale >= 1024 {
      scale *= 1024
      unit += 1
    }
    let whole = count / scale
    guard unit > 0, whole < 10 else { return "\(whole)\(units[unit])" }
    // In steps of 1/1024 of the unit: tenths of the rest itself would overflow for exbibytes.
    return "\(whole).\(count % scale / (scale / 1024) * 10 / 1024)\(units[unit])"
  }

  /// Time with tenths below ten seconds, then whole seconds, minutes or hours: `0.4s 12s 3m05s 2h10m`.
  public static func time(_ duration: Duration) -> String {
    let milliseconds = max(0, duration / .milliseconds(1))
    let seconds = Int64(milliseconds / 1000)
    switch seconds {
    case ..<10: return "\(seconds).\(Int64(milliseconds) % 1000 / 100)s"
    case ..<60: return "\(seconds)s"
    case ..<3600: return "\(seconds / 60)m\(twoDigits(seconds % 60))s"
    default: return "\(seconds / 3600)h\(twoDigits(seconds / 60 % 60))m"
    }
  }

  private static func twoDigits(_ number: Int64) -> String {
    number < 10 ? "0\(number)" : "\(number)"
  }
}
