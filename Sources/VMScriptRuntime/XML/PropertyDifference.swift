import VMScript

/// One property that is not on the host as it is declared.
public struct PropertyDifference: Sendable {
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
  var device: DeviceName?

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

  /// The name of what becomes of a guest's saved state.
  static let savedState = "saved state"

  /// The state of a domain whose next start brings back a saved state.
  static let saved = "saved"

  /// The same change where its object does not run: then it waits for the next start.
  var offline: PropertyDifference { impact == .live ? with(impact: .nextStart) : self }

  /// The same change from another value.
  func changing(from: Value?) -> PropertyDifference { changing(from: from, to: to) }

  /// The same change between other values.
  func changing(from: Value?, to: Value?) -> PropertyDifference {
    var result = PropertyDifference(
      block: block, name: name, from: from, to: to, impact: impact, consequence: consequence,
      live: live)
    result.device = device
    return result
  }

  /// The same change with another impact.
  func with(impact: Impact) -> PropertyDifference {
    var result = PropertyDifference(
      block: block, name: name, from: from, to: to, impact: impact, consequence: consequence,
      live: live)
    result.device = device
    return result
  }

  /// The same change of a device.
  func of(_ device: DeviceName) -> PropertyDifference {
    var result = self
    result.device = device
    return result
  }
}
