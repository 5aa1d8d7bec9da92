import VMScript
import VMScriptSyntax

/// One element of a plan: the change of one resource.
public struct Change: Sendable, Identifiable {
  /// The action.
  public enum Action: String, Sendable { case create, update, delete }

  /// The result of an applied change.
  public enum Result: Sendable, Hashable {
    case done
    case failed
    /// Skipped, because the change of the resource of this name, which it needs, failed.
    case skipped(because: String)
    /// Not started, because the run was cancelled or lost its connection.
    case notAttempted
    /// Started, but not finished when the run ended.
    case underWay
  }

  /// An object of the host.
  package enum Subject: Sendable {
    case domain(LiveDomain)
    case network(LiveNetwork)
  }

  /// The change's position in its plan.
  public private(set) var id: Int
  /// The action.
  public let action: Action
  /// The kind of the resource.
  public let kind: ResourceKind
  /// The resource's name.
  public let name: String
  /// The name of the source domain of a clone.
  public let source: String?
  /// The most severe impact of the changed properties.
  public let impact: Impact
  /// The differences of an update; empty for the other actions.
  public var properties: [PropertyDifference] { revision.differences }
  /// The declared content of a creation; nil for the other actions.
  public let creation: Creation?
  /// The span of the statement that causes it; nil if the resource is no longer declared.
  public let span: Span?
  /// Whether running guests are on the network that is restarted or deleted.
  public let hasGuests: Bool
  /// The statement itself.
  package var declaration: Declaration?
  /// The object of the host that it was planned from; nil for a creation.
  package var subject: Subject?
  /// The differences with the steps that make them while the object runs.
  package private(set) var revision = Revision()
  /// The steps in order.
  package var steps: [Step] = []
  /// The reason that the content of a deleted image stays on the host; nil if it is removed.
  public var remains: String?
  /// The download of an image that a run makes first; nil if it is on this machine or on the host.
  public var download: Download?
  /// The changes that precede this one, by ``id``.
  public var dependencies: [Int]
  /// The result; nil in a plan that was not applied.
  public var result: Result?
  /// The duration; nil if it was not started.
  public var milliseconds: Int64?

  /// Creates the creation of a declared resource.
  package init(id: Int, creating declaration: Declaration) {
    self.init(
      id: id, action: .create, kind: declaration.kind, name: declaration.name,
      source: declaration.sourceName, creation: Creation(declaration), span: declaration.span)
    self.declaration = declaration
  }

  /// Creates the update of a resource; nil if nothing differs.
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

  /// Creates a change that was not applied yet.
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

  /// The key of the resource that it changes.
  package var key: ResourceKey { ResourceKey(kind: kind, name: name) }

  /// The resource that it changes, as declared.
  package var reference: ResourceReference {
    ResourceReference(kind: kind, name: name, isDeclared: action != .delete)
  }

  /// Returns the change at another position, with the positions it depends on.
  package func moved(to id: Int, dependencies: [Int]) -> Change {
    var moved = self
    (moved.id, moved.dependencies) = (id, dependencies)
    return moved
  }
}

extension Change {
  /// A reason for confirmation, the gravest first.
  public enum Risk: CaseIterable, Sendable {
    case losesData, unplugsGuests, restartsDomain
    /// A deletion without loss of data.
    case deletes

    /// Returns the effect of a number of changes with the number, such as `1 change loses data`.
    public func words(_ count: Int) -> String {
      "\(count) \(count == 1 ? "change" : "changes") \(effect(count))"
    }

    /// Returns the effect of a number of changes, such as `loses data`.
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

  /// The reason that it needs confirmation; nil if it needs none.
  public var risk: Risk? {
    if impact == .dataLoss, remains == nil { return .losesData }
    if impact == .restart, kind != .net { return .restartsDomain }
    if impact == .restart, hasGuests { return .unplugsGuests }
    return action == .delete ? .deletes : nil
  }

  /// Whether it needs confirmation.
  public var needsConsent: Bool { risk != nil }
}

/// The download of an image that is not in the cache yet.
public struct Download: Sendable, Hashable {
  /// The size in bytes; nil if the server does not announce it.
  public let size: Int64?
}

extension ResolvedImage {
  /// The download that a run makes; nil if none is needed.
  var download: Download? {
    if case .unfetched(_, let size) = content { Download(size: size) } else { nil }
  }
}

extension Plan {
  /// The number of its changes that need confirmation, by reason.
  public var risks: [(risk: Change.Risk, count: Int)] {
    let found = changes.compactMap(\.risk)
    return Change.Risk.allCases.map { risk in (risk, found.count { $0 == risk }) }
      .filter { $0.count > 0 }
  }
}

/// The declared content of a new resource, as plans present it.
public struct Creation: Sendable {
  /// Every declared property as a difference from nothing.
  public let properties: [PropertyDifference]
  /// A short outline, such as `memory 256MiB` and `disk data (image base, size 10GiB)`.
  public let outline: [String]

  /// Reads a declaration.
  public init(_ declaration: Declaration) {
    properties = declaration.body.differencesFromNothing(path: "")
    outline = declaration.body.outline
  }
}

extension DeclaredBlock {
  /// Returns the properties of the block and of nested ones. A block's path ends in its label or,
  /// if it may repeat, its position.
  fileprivate func differencesFromNothing(path: String) -> [PropertyDifference] {
    var result = properties.map { property in
      // `memory = 1GiB` is listed as written, not as the block that it abbreviates.
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

  /// The outline: the leading blocks, then own values, then other blocks with their values. Long
  /// values are omitted.
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

  /// The blocks that come first: size, storage and network of a machine.
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

  /// The value in an outline: the name of a resource.
  fileprivate var word: String {
    if case .resource(let reference) = self { reference.name } else { description }
  }
}

/// The differences of an object from its declaration, and the live steps that remove them.
///
/// A plan lists the differences and a run performs the steps. Both result from one comparison.
package struct Revision: Sendable {
  /// The differences in the order in which plans list them.
  package var differences: [PropertyDifference] = []
  /// The calls that change the running machine, in order.
  package private(set) var live: [LiveStep] = []
  /// The domain's own volumes on drives that its script no longer declares.
  var leftVolumes: [LeftVolume] = []
  /// The entries of a running network that are added or removed without a restart.
  package var entries: [NetworkEntryChange] = []
  /// Whether guests on the network have addresses of an earlier subnet.
  package var hasNewSubnet = false

  init(_ differences: [PropertyDifference] = []) { self.differences = differences }

  /// Adopts the steps that the differences name.
  ///
  /// A difference that the machine has too and that no step removes is applied at the next start.
  ///
  /// - Parameters:
  ///   - steps: all steps that would bring the machine to the declared state.
  ///   - inMachine: the differences of the running machine.
  package mutating func adopt(_ steps: [LiveStep], inMachine: [PropertyDifference]) {
    live = steps.filter { step in
      // Every update sets the mark, because it records the devices of the stack.
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

/// One property that differs between the host and the declaration.
public struct PropertyDifference: Sendable {
  /// The part of an object that differs, if it needs steps of its own.
  package enum Kind: Sendable {
    case property
    /// The way in which a drive is opened, regardless of its content.
    case driver
    /// The saved state of a guest, which is removed.
    case savedState
    /// The guest, which is restored from its saved state.
    case `return`
  }

  /// The block that contains it, such as `nic 1` or `disk data`; empty for the resource's own
  /// body.
  public let block: String
  /// The property's name in the language.
  public let name: String
  /// The value on the host; nil if none is set.
  public let from: Value?
  /// The declared value; nil if it is removed.
  public let to: Value?
  /// When the change takes effect.
  public let impact: Impact
  /// A remark about further effects; nil if the impact describes them all.
  public let consequence: String?
  /// The way the change is applied to a running object; nil if it cannot be.
  public let live: LiveChange?
  /// The device that it concerns.
  package var device: DeviceName?
  /// The part that differs.
  package var kind = Kind.property

  /// Creates a difference between the declared and the found value.
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

  /// The property with its block, as plans list it: `nic 1 mtu`.
  public var path: String { block.isEmpty ? name : "\(block) \(name)" }

  /// Returns the change for an object that does not run, with effect at the next start.
  var offline: PropertyDifference { impact == .live ? with(impact: .nextStart) : self }

  /// Returns the change from another value.
  package func changing(from: Value?) -> PropertyDifference { changing(from: from, to: to) }

  /// Returns the change between other values.
  package func changing(from: Value?, to: Value?) -> PropertyDifference {
    copy(from: from, to: to, impact: impact)
  }

  /// Returns the change with another impact.
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

  /// Returns the change as one of a device.
  package func of(_ device: DeviceName) -> PropertyDifference {
    var result = self
    result.device = device
    return result
  }

  /// Returns the change as one of a part that needs steps of its own.
  package func of(_ kind: Kind) -> PropertyDifference {
    var result = self
    result.kind = kind
    return result
  }
}
