import VMScript

extension Change {
  /// A reason to ask before a change is made, the gravest first.
  public enum Risk: CaseIterable, Sendable {
    case losesData, unplugsGuests, restartsDomain
    /// A deletion of what holds no data.
    case deletes

    /// The effect of so many changes with their number, such as `1 change loses data`.
    public func words(_ count: Int) -> String {
      "\(count) \(count == 1 ? "change" : "changes") \(effect(count))"
    }

    /// The effect of so many changes, such as `loses data`.
    package func effect(_ count: Int) -> String {
      let isOne = count == 1
      return switch self {
      case .losesData: isOne ? "loses data" : "lose data"
      case .unplugsGuests: isOne ? "unplugs guests" : "unplug guests"
      case .restartsDomain: isOne ? "restarts a domain" : "restart domains"
      case .deletes: isOne ? "deletes a resource" : "delete resources"
      }
    }
  }

  /// Why it must not be done without confirmation; nil where it may be.
  public var risk: Risk? {
    if impact == .dataLoss, remains == nil { return .losesData }
    if impact == .restart, kind != .net { return .restartsDomain }
    if impact == .restart, hasGuests { return .unplugsGuests }
    return action == .delete ? .deletes : nil
  }

  /// Whether it needs confirmation.
  public var needsConsent: Bool { risk != nil }
}

extension Plan {
  /// How many of its changes need confirmation for each reason.
  public var risks: [(risk: Change.Risk, count: Int)] {
    let found = changes.compactMap(\.risk)
    return Change.Risk.allCases.map { risk in (risk, found.count { $0 == risk }) }
      .filter { $0.count > 0 }
  }
}
