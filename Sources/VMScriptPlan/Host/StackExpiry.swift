import Foundation
import VMScript

/// The end of the lifetime of a temporary stack, in whole seconds.
///
/// The marks of machines and networks record it. Volumes have no marks, and networks have none
/// before libvirt 9.7, so a volume of its own records it before the first resource exists.
public struct StackExpiry: Sendable, Hashable, Comparable {
  /// The seconds since 1970.
  public let seconds: Int64

  /// Creates the end of a lifetime.
  public init(seconds: Int64) { self.seconds = seconds }

  /// Creates the end of a lifetime that starts now.
  public init(after lifetime: Duration) {
    seconds = Int64(Date().timeIntervalSince1970) + lifetime.components.seconds
  }

  /// Whether it is in the past, by this machine's clock.
  public var isPast: Bool { seconds <= Int64(Date().timeIntervalSince1970) }

  /// The time in UTC, such as `2026-11-30T14:20:00Z`.
  public var description: String {
    Date(timeIntervalSince1970: TimeInterval(seconds)).formatted(.iso8601)
  }

  /// Compares the times.
  public static func < (one: StackExpiry, other: StackExpiry) -> Bool {
    one.seconds < other.seconds
  }
}

extension StackExpiry {
  /// Reads the expiry in a stack's mark; nil if the stack is not temporary.
  package init?(mark: XMLElement) {
    guard let text = mark["expires"], let date = try? Date(text, strategy: .iso8601) else {
      return nil
    }
    self.init(seconds: Int64(date.timeIntervalSince1970))
  }

  /// Writes the expiry into a stack's mark.
  package func write(to mark: XMLElement) { mark["expires"] = description }
}

extension LiveState {
  /// The expiries that the marks of machines and networks record, by the stack that owns them.
  package var recordedExpiries: [String: StackExpiry] {
    let machines = domains.values.compactMap { domain in
      domain.facts.owner.flatMap { Ownership(stack: $0.stack).owns(domain) ? $0 : nil }
    }
    let nets = networks.values.compactMap { network in
      network.mark.flatMap { Ownership(stack: $0.stack).owns(network) ? $0 : nil }
    }
    let found = (machines + nets).compactMap { mark in mark.expiry.map { (mark.stack, $0) } }
    return Dictionary(found, uniquingKeysWith: max)
  }
}
