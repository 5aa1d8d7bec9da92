import Foundation
import VMScript
import VMScriptSyntax

/// The messages of planning: VM05xx.
package enum PlanMessages {
  /// - Parameter renamed: the name on the host of the stack's own domain of that name.
  static func foreignDomain(
    _ declaration: Declaration, stack: String, renamed: String? = nil
  ) -> Diagnostic {
    let own = renamed.map { ["the stack's own domain was renamed to `\($0)` on the host"] } ?? []
    return Diagnostic(
      code: .plan.nameTaken,
      "a domain `\(declaration.name)` exists that the stack `\(stack)` does not own",
      at: .init(declaration.nameSpan, "this name is taken on the host"),
      notes: ["it was not changed"] + own,
      helps: [
        .init("choose another name, or take the domain over with `--adopt`")
      ])
  }

  static func otherIdentity(
    _ declaration: Declaration, _ property: DeclaredProperty, present: String
  ) -> Diagnostic {
    Diagnostic(
      code: .plan.fixedIdentity, "the UUID of `\(declaration.name)` cannot change",
      at: .init(property.span, "it is \(present)"),
      notes: ["libvirt and the guest treat another UUID as another machine"],
      helps: [
        .init("declare `uuid = \"\(present)\"`, or leave it out"),
        .init(
          "to create the machine again, without the data on its disks: "
            + "`\(StatementForm.verb("delete", declaration.name))`, then run again"),
      ])
  }

  static func savedRename(_ declaration: Declaration, _ domain: LiveDomain) -> Diagnostic {
    Diagnostic(
      code: .plan.savedRename,
      "`\(declaration.name)` cannot take its name back: it was saved as `\(domain.name)`",
      at: .init(declaration.nameSpan, "renamed to `\(domain.name)` on the host"),
      notes: ["libvirt does not rename a domain with a saved state"],
      helps: [
        .init("start it, then shut it down: `virsh start \(domain.name)`"),
        .init("or discard the saved state: `virsh managedsave-remove \(domain.name)`"),
      ])
  }

  static func foreignNetwork(_ declaration: Declaration, stack: String) -> Diagnostic {
    Diagnostic(
      code: .plan.nameTaken,
      "a network `\(declaration.name)` exists that the stack `\(stack)` does not own",
      at: .init(declaration.nameSpan, "this name is taken on the host"),
      notes: [
        "it was not changed; a network cannot be adopted, because its UUID identifies its owner"
      ],
      helps: [
        .init(
          "use it unchanged with `net(\(QuotedText.literal(declaration.name)))`, or choose another name"
        )
      ])
  }

  /// Reports an impossible operation on an object of the host with an unreadable document.
  package static func unreadable(
    _ object: UnreadableObject, cannot refused: String, at span: Span?
  ) -> Diagnostic {
    Diagnostic(
      code: .plan.unreadableDefinition,
      "the \(object.kind.rawValue) `\(object.name)` cannot \(refused): its definition cannot be read",
      at: span.map { .init($0) }, notes: [object.reason],
      helps: [
        .init(
          object.kind == .network
            ? "inspect it with `virsh net-dumpxml`, and repair it with `virsh net-edit`"
            : "inspect it with `virsh dumpxml`, and repair it with `virsh edit`")
      ])
  }

  static func takenMAC(_ mac: MACAddress, by domain: String, at span: Span) -> Diagnostic {
    Diagnostic(
      code: .plan.macAddressInUse,
      "the MAC address \(mac) is used by the domain `\(domain)` on the host",
      at: .init(span, "this interface"),
      helps: [.init("declare another `mac`, or label the `nic` so that another one is derived")])
  }

  static func overlappingSubnet(
    _ subnet: Subnet, with other: Subnet, of network: String, at span: Span
  ) -> Diagnostic {
    Diagnostic(
      code: .plan.subnetInUse,
      "the subnet \(subnet) overlaps \(other) of the network `\(network)` on the host",
      at: .init(span, "overlaps"), helps: [.init("choose a subnet that is free on this host")])
  }

  static func missingSource(_ name: String, at span: Span) -> Diagnostic {
    Diagnostic(
      code: .plan.noSuchCloneSource, "there is no domain `\(name)` to clone",
      at: .init(span, "not on the host"),
      helps: [.init("declare the domain in this script, or name one that exists on the host")])
  }

  static func cloneOfHostClone(_ name: String, of original: String, at span: Span) -> Diagnostic {
    Diagnostic(
      code: .plan.cloneOfHostClone,
      "`\(name)` is a clone of a domain of the host and cannot be cloned itself",
      at: .init(span, "not fully declared in this script"),
      helps: [.init("clone the original: `clone \(QuotedText.literal(original)) as …`")])
  }

  static func activeSource(_ source: LiveDomain, at span: Span) -> Diagnostic {
    let name = source.name
    let isSaved = source.hasSavedState
    var notes = [
      isSaved
        ? "its next start restores the saved state, whose guest writes to its disks"
        : "an overlay cannot be backed by a disk that a guest writes to"
    ]
    let stop = StatementForm.verb("stop", name)
    var help = "stop it first: `\(stop)`"
    if isSaved {
      help = "shut it down first: `\(StatementForm.verb("start", name))`, then `\(stop)`"
    }
    if !source.isPersistent {
      notes.append(
        "it is transient: it has no stored definition and no longer exists once it stops")
      help = "store its definition (`virsh dumpxml`, then `virsh define`) before you stop it"
    }
    return Diagnostic(
      code: .plan.cloneSourceRuns,
      "the domain `\(name)` is \(isSaved ? "saved" : source.state.rawValue) and cannot be cloned",
      at: .init(span, "must be shut off"), notes: notes, helps: [.init(help)])
  }

  static func startOfOverlaid(_ name: String, at span: Span?) -> Diagnostic {
    Diagnostic(
      code: .plan.startOfBase,
      "`\(name)` cannot be started: its disks are the backing images of clones",
      at: span.map { .init($0, "would write to them") },
      notes: ["a guest that writes to a base ruins every overlay on it"],
      helps: [.init("declare `state = stopped`, or clone it with `full = true`")])
  }

  static func fixedAddressOnForeignNetwork(_ network: String, at span: Span) -> Diagnostic {
    Diagnostic(
      code: .plan.addressOnForeignNetwork,
      "a fixed `ip` needs a network of this stack, and `\(network)` is not one",
      at: .init(span, "this address"),
      notes: ["a network that the stack does not own is never changed"],
      helps: [.init("declare the network with `net`, or leave the address to its DHCP server")])
  }

  static func missingNetwork(_ network: String, near: String?, at span: Span) -> Diagnostic {
    Diagnostic(
      code: .plan.noSuchNetwork, "there is no network \(QuotedText.literal(network))",
      at: .init(span, "neither declared nor on the host"),
      helps: [
        .init(near.map { "did you mean `\($0)`?" } ?? "declare it: `net NAME { subnet = … }`")
      ])
  }

  static func inactiveNetwork(_ network: String, at span: Span) -> Diagnostic {
    Diagnostic(
      code: .plan.networkIsNotActive, "the network \(QuotedText.literal(network)) is not active",
      at: .init(span, "the domain cannot start on it"),
      helps: [.init("start it: `virsh net-start \(QuotedText.shellWord(network))`")])
  }

  static func takenBridge(_ bridge: String, by network: String, at span: Span) -> Diagnostic {
    Diagnostic(
      code: .plan.bridgeInUse,
      "the bridge `\(bridge)` belongs to the network `\(network)` on the host",
      at: .init(span, "in use"), helps: [.init("leave `bridge` out, or choose another name")])
  }

  static func leasedToOther(
    _ address: IPAddress, _ lease: GivenLease, _ holder: String?, _ domain: String, at span: Span
  ) -> Diagnostic {
    Diagnostic(
      .warning, code: .plan.leasedAddress,
      "\(address) is leased to \(holder.map { "`\($0)`" } ?? "\(lease.mac)")",
      at: .init(span, "not free yet"),
      notes: [
        "the lease of \(lease.mac) \(lease.end)",
        "`\(domain)` gets the address when that lease ends or is released",
      ],
      helps: [.init(freeingTheAddress)])
  }

  /// The instruction to free an address that is leased to another interface.
  package static let freeingTheAddress =
    "shut the holder down cleanly, or wait until its lease ends"

  static func earlierLease(
    _ domain: String, _ lease: GivenLease, _ address: IPAddress, at span: Span
  ) -> Diagnostic {
    Diagnostic(
      .warning, code: .plan.addressAtNextLease,
      earlierLeaseOpening(domain) + "\(lease.ip)" + earlierLeaseEnd(address),
      at: .init(span, "at its next lease"),
      notes: ["its lease \(lease.end); it gets \(address) when it renews it, or at its next start"],
      helps: [.init(renewal(domain))])
  }

  /// Whether a diagnostic reports that a domain does not have an address yet.
  package static func isEarlierLease(
    _ diagnostic: Diagnostic, of domain: String, _ address: IPAddress
  ) -> Bool {
    diagnostic.code == .plan.addressAtNextLease
      && diagnostic.message.hasPrefix(earlierLeaseOpening(domain))
      && diagnostic.message.hasSuffix(earlierLeaseEnd(address))
  }

  private static func earlierLeaseOpening(_ domain: String) -> String { "`\(domain)` has " }
  private static func earlierLeaseEnd(_ address: IPAddress) -> String { ", not yet \(address)" }

  /// The instruction to renew an earlier lease of a guest.
  package static func renewal(_ domain: String) -> String {
    "restart it to get the address now: `\(StatementForm.verb("reboot", domain))`"
  }

  static func earlierContent(of image: String, disks: [String], at span: Span) -> Diagnostic {
    Diagnostic(
      .warning, code: .plan.disksOnEarlierContent,
      "these disks still use the previous content of `\(image)`",
      at: .init(span, "its content changed"),
      notes: disks.map { "\($0) keeps the previous content" },
      helps: [
        .init("to use the new content, make the domain's disks anew: `vmscript rebuild FILE NAME`")
      ])
  }

  static func noDiskToRebuild(_ domain: Declaration) -> Diagnostic {
    Diagnostic(
      code: .plan.nothingToRebuild, "`\(domain.name)` has no disk to make anew",
      at: .init(domain.nameSpan, "no disk of it begins with an image"))
  }

  package static func nothingToRebuild(_ name: String, closest: String?) -> Diagnostic {
    Diagnostic(
      code: .plan.nothingToRebuild, "the script declares no domain `\(name)` to rebuild",
      helps: closest.map { [.init("did you mean `\($0)`?")] } ?? [])
  }

  static func overlaid(_ action: String, by clones: [String], at span: Span) -> Diagnostic {
    Diagnostic(
      code: .plan.diskWithOverlays,
      "the disk cannot be \(action): it is the backing image of clones",
      at: .init(span, "this disk"),
      notes: clones.sorted().map { "`\($0)` has an overlay on it" },
      helps: [.init("delete the clones first, or clone with `full = true`")])
  }

  static func volumesOutOfReach(
    _ domain: String, _ paths: [String], inactivePools: Set<String>
  ) -> Diagnostic {
    Diagnostic(
      code: .plan.volumesOutOfReach, "volumes of the domain `\(domain)` are out of reach",
      notes: paths.map { "\($0) is in no active storage pool" },
      helps: inactivePools.sorted().map {
        .init("start the pool: `virsh pool-start \(QuotedText.shellWord($0))`")
      })
  }

  package static func nothingToRemove(_ removal: Removal, from clone: Declaration) -> Diagnostic {
    let which =
      switch removal.which {
      case .label(let label): label
      case .position(let number): String(number)
      }
    return Diagnostic(
      code: .plan.nothingToRemove,
      "`\(clone.sourceName ?? "")` has no `\(removal.block) \(which)` to remove",
      at: .init(removal.span, "nothing there"),
      helps: [
        .init("inspect it with `virsh dumpxml \(QuotedText.shellWord(clone.sourceName ?? ""))`")
      ])
  }

  static func deletionOfOverlaid(_ name: String, by clones: [String], at span: Span?) -> Diagnostic
  {
    Diagnostic(
      code: .plan.domainWithClones,
      "the domain `\(name)` cannot be deleted: its disks are the backing images of clones",
      at: span.map { .init($0) },
      notes: clones.sorted().map { "`\($0)` has an overlay on them" },
      helps: [.init("delete the clones first; `clone` with `full = true` copies the disks")])
  }
}

extension GivenLease {
  /// The remaining time, as the end of a sentence.
  package var end: String {
    guard expires != 0 else { return "has no end" }
    let minutes = max(1, (expires - Int64(Date.now.timeIntervalSince1970) + 59) / 60)
    return "ends in \(minutes) \(minutes == 1 ? "minute" : "minutes")"
  }
}

extension PlanMessages {
  /// - Parameters:
  ///   - since: the first version that has the property.
  ///   - version: the version of the host.
  static func libvirtTooOld(
    _ property: DeclaredProperty, of block: String, _ since: LibvirtVersion,
    _ version: LibvirtVersion
  ) -> Diagnostic {
    let name = property.schema.name
    return Diagnostic(
      code: .plan.libvirtTooOld, "`\(name)` needs libvirt \(since); the host has \(version)",
      at: .init(property.span), notes: ["it is a property of `\(block)`"],
      helps: [.init("remove `\(name)`, or use a host with a newer libvirt")])
  }
}

/// The codes of plans.
package struct PlanCodes: DiagnosticTable {
  package init() {}

  let nameTaken = DiagnosticCode.ofHost(
    501, "name taken by a foreign object",
    """
    A domain or network with a declared name exists on the host, and neither its UUID nor its \
    metadata identifies it as made by this stack. It is never overwritten. Choose another name. \
    `--adopt` takes a domain over: the stack then changes and destroys it like its own.
    """)
  let macAddressInUse = DiagnosticCode.ofHost(
    502, "MAC address in use",
    """
    Another domain of the host has an interface with this address. Two guests with one address \
    on one network lose each other's packets. Declare another `mac`.
    """)
  let subnetInUse = DiagnosticCode.ofHost(
    503, "subnet in use",
    """
    A network of the host that the script does not declare has addresses in the declared subnet, \
    so packets for one network could reach the other. Choose a free subnet.
    """)
  let noSuchCloneSource = DiagnosticCode.ofHost(
    504, "no such clone source",
    """
    A `clone` names a domain that the script does not declare and the host does not have.
    """)
  let cloneSourceRuns = DiagnosticCode.ofHost(
    505, "clone source is not shut off",
    """
    A clone's disks are overlays on the disks of its source. While the source runs, it writes to \
    them, which corrupts the overlays. Stop it before you clone it.
    """)
  let startOfBase = DiagnosticCode.ofHost(
    506, "start of a base",
    """
    A disk of this domain is the backing image of other domains' overlays. A running guest would \
    write to that disk and corrupt them, so the start is refused.
    """)
  let addressOnForeignNetwork = DiagnosticCode.ofHost(
    507, "fixed address on a foreign network",
    """
    A fixed `ip` is a DHCP host entry of the network. Networks that the stack does not own are \
    never changed, so an address can be fixed on declared networks only.
    """)
  let disksOnEarlierContent = DiagnosticCode.ofHost(
    508, "disks on earlier content",
    """
    The file of an image changed. New disks are backed by the new content. Existing disks keep the \
    previous one, because an overlay on another base would be corrupt. No machine is recreated for \
    it. To use the new content, rebuild the domain with `vmscript rebuild`: its data is lost.
    """)
  let diskWithOverlays = DiagnosticCode.ofHost(
    509, "disk with overlays",
    """
    Overlays of clones contain only the differences from their backing disk. Growing or replacing \
    that disk would corrupt them, so it is refused while they exist.
    """)
  let domainWithClones = DiagnosticCode.ofHost(
    510, "domain with clones",
    """
    The disks of remaining clones are overlays on the disks of this domain. Its deletion would \
    destroy them, so it is refused until they are deleted.
    """)
  package let nothingToRemove = DiagnosticCode.ofHost(
    511, "nothing to remove",
    """
    `remove` in a clone names a device of its source: by position among the devices of the kind, a \
    disk also by its target such as `vdb`.
    """)
  let cloneOfHostClone = DiagnosticCode.ofHost(
    512, "clone of a host clone",
    """
    The definition of a host domain's clone is only on the host: the script declares only the \
    differences. Clone the original domain again instead.
    """)
  let volumesOutOfReach = DiagnosticCode.ofHost(
    513, "volumes out of reach",
    """
    A domain is deleted with the volumes that the stack made for it. They are in a storage pool \
    that is not active, so they would be left behind without any record. Start the pool, then \
    delete the domain.
    """)
  let noSuchNetwork = DiagnosticCode.ofHost(
    514, "no such network",
    """
    An interface names a network that the script does not declare and the host does not have. \
    A domain on it cannot start.
    """)
  let networkIsNotActive = DiagnosticCode.ofHost(
    515, "network is not active",
    """
    An interface is on an inactive network of the host. The stack does not own it and does not \
    start it. A domain on it cannot start.
    """)
  let bridgeInUse = DiagnosticCode.ofHost(
    516, "bridge in use",
    """
    libvirt manages the bridge of a network, and another network of the host has a bridge with this \
    name. Without a declared name, each network gets its own.
    """)
  let leasedAddress = DiagnosticCode.ofHost(
    517, "address leased to another machine",
    """
    The DHCP server leased the address to another interface. Until that lease ends or is released, \
    the machine that the address is declared for gets another one.
    """)
  let addressAtNextLease = DiagnosticCode.ofHost(
    518, "address at the next lease",
    """
    A guest keeps its address until it restarts or renews its lease, which it does after half of the \
    lease's time.
    """)
  package let unreadableDefinition = DiagnosticCode.ofHost(
    519, "definition that cannot be read",
    """
    libvirt does not escape some attributes of a definition, so a definition may be malformed XML. \
    The properties of such an object are unknown. It is not changed, and storage that it may use is \
    not deleted, replaced, grown or started. Other objects are not affected.
    """)
  let fixedIdentity = DiagnosticCode.ofHost(
    520, "identity of a machine",
    """
    A machine gets its UUID when it is created, and neither libvirt nor the guest's system accepts \
    another one. To create it again, delete the domain and run again. The data on its disks is lost.
    """)
  let savedRename = DiagnosticCode.ofHost(
    521, "saved under another name",
    """
    Somebody renamed the domain on the host and then saved its state. libvirt does not rename a domain \
    with a saved state: start it and shut it down, or discard the state.
    """)
  let nothingToRebuild = DiagnosticCode.ofHost(
    522, "nothing to rebuild",
    """
    `vmscript rebuild` makes the disks of a declared domain anew that begin with an image, or with \
    the disks of a clone's source. Other disks are kept.
    """)
  let libvirtTooOld = DiagnosticCode.ofHost(
    526, "property of a newer libvirt",
    """
    The libvirt of the host is older than the property, and would ignore or refuse it. `vmscript help` \
    names the version of each property.
    """)
}

extension DiagnosticCode {
  /// The codes of plans.
  package static let plan = PlanCodes()
}
