import VMScript

/// How an object of the host differs from its declaration, with what brings it there while it runs.
///
/// A plan shows the differences, a run takes the steps: both come from one comparison.
package struct Revision: Sendable {
  /// In the order in which plans list them.
  package var differences: [PropertyDifference] = []
  /// The calls that change the running machine, in order.
  package private(set) var live: [LiveStep] = []
  /// The domain's own volumes on drives that its script no longer declares.
  var leftVolumes: [LeftVolume] = []
  /// The entries of a running network that come and go without a restart.
  package var entries: [NetworkEntryChange] = []
  /// Whether guests on the network have addresses of an earlier subnet.
  package var hasNewSubnet = false

  init(_ differences: [PropertyDifference] = []) { self.differences = differences }

  /// Adopts the steps that the differences name.
  ///
  /// A difference that no step makes, and that the machine has too, waits for the next start.
  ///
  /// - Parameters:
  ///   - steps: all that would bring the machine to what is declared.
  ///   - inMachine: the differences of the machine as it runs.
  package mutating func adopt(_ steps: [LiveStep], inMachine: [PropertyDifference]) {
    live = steps.filter { step in
      // The mark follows every update, for it says which devices are the stack's.
      if case .mark = step { true } else { differences.contains(where: step.makes) }
    }
    let waiting = Set(inMachine.map(\.path))
    differences = differences.map { difference in
      guard difference.impact == .live, waiting.contains(difference.path),
        !live.contains(where: { $0.makes(difference) })
      else { return difference }
      return difference.with(impact: .nextStart)
    }
  }
}
