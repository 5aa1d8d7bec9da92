import VMScript
import VMScriptSyntax

/// One step of a plan: what shall be done to one resource.
public struct Change: Sendable, Identifiable {
  /// What is done.
  public enum Action: String, Sendable { case create, update, delete }

  /// What became of a change that was to be applied.
  public enum Result: Sendable, Hashable {
    case done
    case failed
    /// Not tried, because the change of the resource of this name, which it needs, failed.
    case skipped(because: String)
    /// Not tried, because the run was cancelled or lost its connection before.
    case notAttempted
    /// Begun, and not waited for to its end.
    case underWay
  }

  /// An object of the host.
  package enum Subject: Sendable {
    case domain(LiveDomain)
    case network(LiveNetwork)
  }

  /// The change's position in its plan.
  public private(set) var id: Int
  /// What is done.
  public let action: Action
  /// The kind of the resource.
  public let kind: ResourceKind
  /// The resource's name.
  public let name: String
  /// The name of the domain that a clone is made from.
  public let source: String?
  /// The hardest impact of the properties that change.
  public let impact: Impact
  /// What differs, for an update; empty for the other actions.
  public var properties: [PropertyDifference] { revision.differences }
  /// What is declared, for a creation; nil for the other actions.
  public let creation: Creation?
  /// The statement that asks for it; nil for what is no longer declared.
  public let span: Span?
  /// Whether running guests are on the network that it restarts or deletes.
  public let hasGuests: Bool
  /// The statement itself.
  package var declaration: Declaration?
  /// The object of the host that it was planned from; nil for a creation.
  package var subject: Subject?
  /// The differences with the steps that make them while the object runs.
  package private(set) var revision = Revision()
  /// What is done, in order.
  package var steps: [Step] = []
  /// Why the content of a deleted image stays on the host; nil where all goes.
  public var remains: String?
  /// Changes that must be done before this one, by ``id``.
  public var dependencies: [Int]
  /// What became of it; nil in a plan that was not applied.
  public var result: Result?
  /// How long it took; nil if it was not tried.
  public var milliseconds: Int64?

  /// The creation of what is declared.
  package init(id: Int, creating declaration: Declaration) {
    self.init(
      id: id, action: .create, kind: declaration.kind, name: declaration.name,
      source: declaration.sourceName, creation: Creation(declaration), span: declaration.span)
    self.declaration = declaration
  }

  /// The update of what is not as declared; nil where nothing differs.
  package init?(
    id: Int, updating subject: Subject?, toward declaration: Declaration, _ revision: Revision,
    hasGuests: Bool
  ) {
    guard let impact = revision.differences.map(\.impact).max() else { return nil }
    self.init(
      id: id, action: .update, kind: declaration.kind, name: declaration.name,
      source: declaration.sourceName, impact: impact, span: declaration.span, hasGuests: hasGuests)
    (self.declaration, self.revision, self.subject) = (declaration, revision, subject)
  }

  /// Makes a change that was not applied yet.
  public init(
    id: Int, action: Action, kind: ResourceKind, name: String, source: String? = nil,
    impact: Impact = .none, properties: [PropertyDifference] = [], creation: Creation? = nil,
    span: Span? = nil, hasGuests: Bool = false, dependencies: [Int] = []
  ) {
    self.id = id
    self.action = action
    self.kind = kind
    self.name = name
    self.source = source
    self.impact = impact
    revision.differences = properties
    self.creation = creation
    self.span = span
    self.hasGuests = hasGuests
    self.dependencies = dependencies
  }

  /// Which resource it changes.
  package var key: ResourceKey { ResourceKey(kind: kind, name: name) }

  /// The resource that it changes, as declared.
  package var reference: ResourceReference {
    ResourceReference(kind: kind, name: name, isDeclared: action != .delete)
  }

  /// The same change at another position, with the positions it depends on.
  package func moved(to id: Int, dependencies: [Int]) -> Change {
    var moved = self
    (moved.id, moved.dependencies) = (id, dependencies)
    return moved
  }
}

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

/// What a new resource is declared to be, for those who read a plan.
public struct Creation: Sendable {
  /// Every declared property, as a difference from nothing.
  public let properties: [PropertyDifference]
  /// The same in few words, such as `memory 256MiB` and `disk data (image base, size 10GiB)`.
  public let outline: [String]

  /// Reads a declaration.
  public init(_ declaration: Declaration) {
    properties = declaration.body.differencesFromNothing(path: "")
    outline = declaration.body.outline
  }
}

extension DeclaredBlock {
  /// The properties of the block and of those in it; a block's path ends in its label or, where it
  /// may repeat, its position.
  fileprivate func differencesFromNothing(path: String) -> [PropertyDifference] {
    var result = properties.map { property in
      // `memory = 1GiB` is shown as it is written, not as the block that it stands for.
      let isShorthand = !path.isEmpty && property.schema.name == schema.shorthand
      return PropertyDifference(
        block: isShorthand ? "" : path, name: isShorthand ? path : property.schema.name,
        from: nil, to: property.value, impact: .none)
    }
    var counts: [String: Int] = [:]
    for block in blocks {
      let name = block.schema.name
      counts[name, default: 0] += 1
      let key = block.label ?? (block.schema.repeats ? counts[name].map(String.init) : nil)
      let parts = [path, name, key ?? ""].filter { !$0.isEmpty }
      result += block.differencesFromNothing(path: parts.joined(separator: " "))
    }
    return result
  }

  /// What a reader looks for first, then other values, then other blocks with their values; what
  /// takes more than a few words is left out.
  fileprivate var outline: [String] {
    let parts = blocks.map { block -> (name: String, text: String) in
      let name = [block.schema.name, block.label ?? ""].filter { !$0.isEmpty }
        .joined(separator: " ")
      if block.isShorthand, let value = block.properties.first?.value {
        return (block.schema.name, "\(name) \(value)")
      }
      let inner = block.outline.joined(separator: ", ")
      return (block.schema.name, inner.isEmpty ? name : "\(name) (\(inner))")
    }
    let leading = Self.leading.flatMap { name in parts.filter { $0.name == name } }
    let others = parts.filter { !Self.leading.contains($0.name) }
    let own = properties.filter(\.value.isShort).map { "\($0.schema.name) \($0.value.word)" }
    return leading.map(\.text) + own + others.map(\.text)
  }

  /// The blocks that say how large a machine is, what it runs on and where it is reached.
  private static let leading = ["memory", "cpus", "disk", "nic"]

  /// Whether it is written as one value, such as `memory = 1GiB`.
  private var isShorthand: Bool {
    properties.count == 1 && blocks.isEmpty && properties.first?.schema.name == schema.shorthand
  }
}

extension Value {
  fileprivate var isShort: Bool {
    switch self {
    case .list, .map, .function, .unknown: false
    default: description.count <= 40
    }
  }

  /// The value as an outline has it: a resource by its name alone.
  fileprivate var word: String {
    if case .resource(let reference) = self { reference.name } else { description }
  }
}

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

/// One property that is not on the host as it is declared.
public struct PropertyDifference: Sendable {
  /// The part of an object that differs, where it takes steps of its own.
  package enum Kind: Sendable {
    case property
    /// The way in which a drive is opened, whatever is on it.
    case driver
    /// The saved state of a guest, which goes.
    case savedState
    /// The guest, which comes back as it was saved.
    case `return`
  }

  /// The block that holds it, such as `nic 1` or `disk data`; empty for the resource's own body.
  public let block: String
  /// The property's name in the language.
  public let name: String
  /// What the host has; nil if nothing is set there.
  public let from: Value?
  /// What is declared; nil if it goes.
  public let to: Value?
  /// When the change takes effect.
  public let impact: Impact
  /// What comes of it besides, in words; nil where the impact says it all.
  public let consequence: String?
  /// The way the change reaches a running object; nil where it does not.
  public let live: LiveChange?
  /// The device that it concerns.
  package var device: DeviceName?
  /// The part that differs.
  package var kind = Kind.property

  /// A difference between declared and found.
  public init(
    block: String = "", name: String, from: Value?, to: Value?, impact: Impact,
    consequence: String? = nil, live: LiveChange? = nil
  ) {
    self.block = block
    self.name = name
    self.from = from
    self.to = to
    self.impact = impact
    self.consequence = consequence
    self.live = live
  }

  /// The property with its block, as plans show it: `nic 1 mtu`.
  public var path: String { block.isEmpty ? name : "\(block) \(name)" }

  /// The same change where its object does not run: then it waits for the next start.
  var offline: PropertyDifference { impact == .live ? with(impact: .nextStart) : self }

  /// The same change from another value.
  package func changing(from: Value?) -> PropertyDifference { changing(from: from, to: to) }

  /// The same change between other values.
  package func changing(from: Value?, to: Value?) -> PropertyDifference {
    copy(from: from, to: to, impact: impact)
  }

  /// The same change with another impact.
  package func with(impact: Impact) -> PropertyDifference {
    copy(from: from, to: to, impact: impact)
  }

  private func copy(from: Value?, to: Value?, impact: Impact) -> PropertyDifference {
    var result = PropertyDifference(
      block: block, name: name, from: from, to: to, impact: impact, consequence: consequence,
      live: live)
    (result.device, result.kind) = (device, kind)
    return result
  }

  /// The same change of a device.
  package func of(_ device: DeviceName) -> PropertyDifference {
    var result = self
    result.device = device
    return result
  }

  /// The same change of a part that takes steps of its own.
  package func of(_ kind: Kind) -> PropertyDifference {
    var result = self
    result.kind = kind
    return result
  }
}
