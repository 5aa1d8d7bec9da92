import VMScript

extension Change {
  /// What speaks against a change that nobody confirmed, the gravest first.
  public enum Risk: CaseIterable, Sendable {
    case losesData, unplugsGuests, restartsDomain
    /// A deletion of what holds no data.
    case deletes

    /// What so many changes do, such as `1 change loses data`.
    public func words(_ count: Int) -> String {
      "\(count) \(count == 1 ? "change" : "changes") \(effect(count))"
    }

    /// What they do, such as `loses data`.
    func effect(_ count: Int) -> String {
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
