import VMScript
import VMScriptSyntax

/// The protection of resources from their deletion.
///
/// The mark of a domain records it. Images have no mark, and networks have none before libvirt 9.7, so
/// an empty volume beside the image, or in the default pool, records it for them.
extension Declaration {
  /// Whether the host records the protection. A temporary stack is never protected.
  func isProtected(while expiry: @autoclosure () -> StackExpiry?) -> Bool {
    body["protect"] == .bool(true) && expiry() == nil
  }

  /// Returns the difference between the recorded and the declared protection.
  func protectionDifference(found: Bool, expiry: StackExpiry?) -> PropertyDifference? {
    let wanted = isProtected(while: expiry)
    guard wanted != found else { return nil }
    return PropertyDifference(
      name: "protect", from: .bool(found), to: .bool(wanted),
      impact: kind == .domain ? .live : .none, live: kind == .domain ? .metadata : nil)
  }
}

extension StoragePlan {
  /// The end of the lifetime of the stack, declared for this run or recorded by an earlier one.
  var knownExpiry: StackExpiry? { expiry ?? live.recordedExpiries[set.stack] }

  /// The resources of the stack that the host records as protected, without those that are gone.
  ///
  /// - Parameter leftovers: names of images that are no longer declared.
  func protected(leftovers: Set<String>) -> Set<ResourceKey> {
    let ownership = Ownership(set)
    let domains = live.domains.filter { _, domain in
      domain.facts.owner?.isProtected == true && ownership.owns(domain)
    }.map { ResourceKey(kind: .domain, name: $0.key) }
    let images = presentImages.union(
      leftovers.filter { !volumes.volumes(ofImage: $0).isEmpty })
    let records =
      live.networks.keys.map { ResourceKey(kind: .net, name: $0) }
      + images.map { ResourceKey(kind: .image, name: $0) }
    return Set(domains + records.filter { volumes.protection(of: $0) != nil })
  }

  /// Returns the steps that record the declared protection of a network or an image, or remove the
  /// record.
  ///
  /// - Throws: a diagnostic if no pool can hold the record.
  func stepsOfProtection(_ declaration: Declaration) throws(Diagnostic) -> [Step] {
    let present = volumes.protection(of: declaration.key)
    guard declaration.isProtected(while: knownExpiry) else {
      return present.map { [.delete(VolumeReference($0))] } ?? []
    }
    guard present == nil else { return [] }
    let span = declaration.body.property("protect")?.span ?? declaration.nameSpan
    do throws(StorageFailure) {
      let pool = try live.storage.pool(declared: images[declaration.name]?.pool)
      let name = try VolumeName(
        stack: set.stack, owner: declaration.name,
        role: .protection(of: declaration.kind.rawValue), extension: "record"
      ).fileName
      let xml = VolumeXML(name: name, format: .raw, capacity: 512, allocation: 0)
      return [
        .make(
          NewVolume(
            xml: xml, pool: pool.name, path: pool.path(of: name), origin: .new, size: nil,
            span: span))
      ]
    } catch { throw StorageMessages.diagnostic(error, at: span) }
  }
}

extension LiveStorage {
  /// The pool that may hold records of networks and that the host does not list; nil if it lists them.
  var poolOfUnknownRecords: String? {
    if pools["default"] != nil { return nil }
    let unlisted = inactivePools.union(unreadable.filter { $0.kind == .pool }.map(\.name))
    if unlisted.contains("default") { return "default" }
    return pools.isEmpty ? unlisted.min() : nil
  }
}

extension StackVolumes {
  /// Returns the record that a network or an image is protected; nil if there is none.
  func protection(of resource: ResourceKey) -> LiveStorage.Place? {
    owned(by: resource.name).first { place in
      place.volume.owned?.role == .protection(of: resource.kind.rawValue)
    }
  }
}

extension Planner {
  /// Refuses a change that loses data of a protected resource.
  func refuseLoss(
    of declaration: Declaration, by differences: [PropertyDifference]
  ) throws(Diagnostic) {
    let lost = differences.filter { $0.impact == .dataLoss }.map(\.path)
    guard !lost.isEmpty,
      live.protected.contains(declaration.key) || declaration.body["protect"] == .bool(true)
    else { return }
    throw ProtectionMessages.loss(of: declaration, by: lost)
  }
}

/// The messages about protected resources: VM0530 and VM0531.
package enum ProtectionMessages {
  /// - Parameter span: the statement that deletes it; nil if it is no longer declared.
  package static func deletion(
    of kind: ResourceKind, _ name: String, at span: Span? = nil
  ) -> Diagnostic {
    Diagnostic(
      code: .protection.deletion,
      "the \(kind.rawValue) `\(name)` is protected and cannot be deleted",
      at: span.map { .init($0, "would delete it") }, notes: ["nothing was deleted"],
      helps: [
        .init(
          "to delete it, declare it without `protect`, or with `protect = false`, run that, and then "
            + "delete it")
      ])
  }

  static func unknown(_ network: String, pool: String) -> Diagnostic {
    Diagnostic(
      code: .protection.deletion, "the net `\(network)` may be protected and cannot be deleted",
      notes: ["the storage pool `\(pool)`, which would record it, is not active or cannot be read"],
      helps: [.init("start the pool: `virsh pool-start \(pool)`")])
  }

  static func loss(of declaration: Declaration, by paths: [String]) -> Diagnostic {
    let property = declaration.body.property("protect")
    return Diagnostic(
      code: .protection.loss,
      "`\(declaration.name)` is protected and would lose data",
      at: property?.value == .bool(true)
        ? .init(property?.span ?? declaration.nameSpan, "protected here")
        : .init(declaration.nameSpan, "protected by an earlier run"),
      notes: [
        "these changes lose data: \(paths.map { "`\($0)`" }.joined(separator: ", "))",
        "it was not changed",
      ],
      helps: [
        .init("take the change back"),
        .init(
          "to lose the data, remove `protect` without the change, run that, and then make the change"
        ),
      ])
  }
}

/// The codes of protected resources.
package struct ProtectionCodes: DiagnosticTable {
  package init() {}

  let deletion = DiagnosticCode.ofHost(
    530, "deletion of a protected resource",
    """
    `protect = true` keeps a domain, a network or an image from being deleted: by `--prune`, by \
    `vmscript destroy` and by `delete`. The host records it, so that it holds without the script too. \
    To delete the resource, declare it without `protect`, run the script, and then delete it.
    """)
  let loss = DiagnosticCode.ofHost(
    531, "loss of protected data",
    """
    A change of a resource with `protect = true` would lose its data, for example by another image of \
    a disk. Take the change back, or remove `protect`, run the script, and then make the change.
    """)
}

extension DiagnosticCode {
  /// The codes of protected resources.
  package static let protection = ProtectionCodes()
}
