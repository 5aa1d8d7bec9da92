import CVMScript
import VMScript

extension Limits {
  /// The limits of a caller; what is zero is as in `standard`.
  init(_ pointer: UnsafePointer<vms_limits>, standard: Limits) throws(Misuse) {
    let given = try Input.options(pointer, "vms_limits", zero: vms_limits())
    self = standard
    if given.steps != 0 { steps = Int(Self.bounded(given.steps)) }
    if given.depth != 0 { depth = Int(Self.bounded(given.depth)) }
    if given.memory != 0 { memory = ByteSize(bytes: Self.bounded(given.memory)) }
    if given.output != 0 { output = ByteSize(bytes: Self.bounded(given.output)) }
    if given.milliseconds != 0 {
      time = .milliseconds(min(Self.bounded(given.milliseconds), Self.longestTime))
    }
  }

  /// So large that nothing reaches it, so small that sums of it do not overflow.
  private static func bounded(_ number: UInt64) -> Int64 { Int64(min(number, 1 << 60)) }

  /// A hundred years, in milliseconds.
  private static let longestTime: Int64 = 100 * 366 * 86_400_000
}
