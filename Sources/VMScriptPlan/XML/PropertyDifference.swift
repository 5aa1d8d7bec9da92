import VMScript

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
