/// One resource's way through an apply.
struct ProgressTask: Sendable {
  /// How far an upload is, in bytes.
  struct Transfer: Sendable {
    let done: Int64
    let total: Int64
    /// When its first report came in, and how much was done by then.
    let since: Duration
    let doneBefore: Int64
  }

  let label: String
  let started: Duration
  var phase: String?
  var transfer: Transfer?

  /// Takes in a report; a new phase, or one that counts anew, starts the measurement over.
  mutating func advance(phase: String, done: Int64, total: Int64, at now: Duration) {
    let before = phase == self.phase ? transfer.flatMap { $0.done <= done ? $0 : nil } : nil
    self.phase = phase
    transfer =
      total <= 0
      ? nil
      : Transfer(
        done: min(max(0, done), total), total: total, since: before?.since ?? now,
        doneBefore: before?.doneBefore ?? max(0, done))
  }
}

extension ProgressTask.Transfer {
  /// Bytes per second since the first report; nil before anything can be said.
  func rate(at now: Duration) -> Double? {
    let seconds = (now - since) / .seconds(1)
    guard seconds > 0, done > doneBefore else { return nil }
    return Double(done - doneBefore) / seconds
  }

  /// The rate and the time left, as in `48MiB/s 12s left`; empty before anything can be said.
  func outlook(at now: Duration) -> String {
    guard let rate = rate(at: now) else { return "" }
    let left = Duration.seconds(min(Double(total - done) / rate, 359_999))
    return "\(Quantity.bytes(Int64(rate)))/s \(Quantity.time(left)) left"
  }
}
