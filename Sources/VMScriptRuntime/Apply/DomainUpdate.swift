import Libvirt
import VMScript
import VMScriptSyntax

/// Brings the definition of an existing domain, and its machine if it runs, to what is declared.
///
/// What can change while the machine runs is changed first; the definition is the commit record, so
/// that an update which is cut short is found and finished by the next run.
struct DomainUpdate {
  let declaration: Declaration
  let context: XMLContext
  /// What the plan says: nothing else of the running machine is touched.
  let properties: [PropertyDifference]

  /// A device that the guest was asked to let go of.
  struct Leaving: Sendable {
    /// libvirt's name of it, such as `virtio-disk1`.
    let alias: String
    /// The block that it was.
    let device: DeviceName
    /// Why it could not be asked. It may go all the same: an earlier run, which was cut short, may
    /// have asked.
    let refusal: String?
  }

  /// What an update came to.
  struct Outcome: Sendable {
    /// What the running machine refused; it takes effect at its next start.
    var refusals: [Diagnostic] = []
    var leaving: [Leaving] = []
    var volumes: [LeftVolume] = []
  }

  /// Changes the machine if it runs; blocks.
  func changeRunning(_ domain: Domain) throws -> Outcome {
    let definition = try domain.xml(inactive: true, secure: true)
    var outcome = Outcome()
    outcome.volumes = try DomainXML.leftVolumes(
      declaration, context: context, definition: definition)
    guard try domain.isActive() else { return outcome }
    let running = try domain.xml(secure: true)
    let steps = try DomainXML.liveSteps(
      declaration, context: context, definition: definition,
      wanted: DomainXML.render(declaration, context: context, onto: definition), running: running)
    var gone: Set<DeviceName> = []
    for step in steps where isPlanned(step) {
      var refusal: String?
      do throws(LibvirtError) { try step.apply(to: domain) } catch {
        guard !error.isConnectionLost, error.code != .noDomain else { throw error }
        refusal = error.message
      }
      if case .detach(let device, let alias?, _) = step {
        gone.insert(device)
        outcome.leaving.append(Leaving(alias: alias, device: device, refusal: refusal))
      } else if let refusal {
        outcome.refusals.append(
          UpdateMessages.notLive(step.path, of: declaration, reason: refusal))
      }
    }
    // What the machine still stands on stays.
    let machine = try XMLElement.parse(running, root: "domain")
    let inUse = Set(SourceXML.disks(machine).flatMap(\.paths))
    outcome.volumes.removeAll { inUse.contains($0.path) && !gone.contains($0.device) }
    return outcome
  }

  /// The mark follows every update, for it says which devices are the stack's.
  private func isPlanned(_ step: LiveStep) -> Bool {
    if case .mark = step { return true }
    return properties.contains(where: step.makes)
  }

  /// Writes the definition; blocks.
  ///
  /// - Returns: warnings of what libvirt dropped of it.
  func define(_ domain: Domain) throws -> [Diagnostic] {
    let definition = try domain.xml(inactive: true, secure: true)
    let wanted = try DomainXML.render(declaration, context: context, onto: definition)
    try domain.connection.defineDomain(xml: wanted)
    let warnings = try domain.settlePatches(of: declaration, sent: wanted)
    if case .bool(let autostart) = declaration.body["autostart"] {
      try domain.setAutostart(autostart)
    }
    return warnings
  }
}

extension Domain {
  /// Notes in the mark what libvirt made of `xml` blocks that a definition brought; blocks.
  ///
  /// - Returns: warnings of what it dropped.
  func settlePatches(of declaration: Declaration, sent: String) throws -> [Diagnostic] {
    guard declaration.body.block("xml") != nil else { return [] }
    let settlement = try PatchSettlement(
      declaration, sent: sent, defined: xml(inactive: true, secure: true))
    if let mark = settlement.mark {
      try setMetadata(
        mark, namespace: DomainMetadata.namespace, prefix: DomainMetadata.prefix, live: false,
        config: true)
    }
    return settlement.warnings
  }
}
