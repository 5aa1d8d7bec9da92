import Foundation
import VMScript
import VMScriptSyntax

/// The wording of what planning refuses: VM05xx.
package enum PlanMessages {
  /// - Parameter renamed: what the stack's own domain of that name is called on the host.
  static func foreignDomain(
    _ declaration: Declaration, stack: String, renamed: String? = nil
  ) -> Diagnostic {
    let own = renamed.map { ["the stack's own domain was renamed to `\($0)` on the host"] } ?? []
    return Diagnostic(
      code: .plan.nameTaken,
      "a domain `\(declaration.name)` exists that the stack `\(stack)` does not own",
      at: .init(declaration.nameSpan, "this name is taken on the host"),
      notes: ["it was left untouched"] + own,
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
      notes: ["another UUID is another machine to libvirt and to the guest"],
      helps: [
        .init("declare `uuid = \"\(present)\"`, or leave it out"),
        .init(
          "to make the machine anew, without what is on its disks: "
            + "`\(StatementForm.verb("delete", declaration.name))`, then run again"),
      ])
  }

  static func savedRename(_ declaration: Declaration, _ domain: LiveDomain) -> Diagnostic {
    Diagnostic(
      code: .plan.savedRename,
      "`\(declaration.name)` cannot take its name back: it was saved as `\(domain.name)`",
      at: .init(declaration.nameSpan, "renamed to `\(domain.name)` on the host"),
      notes: ["libvirt renames no domain that has a saved state"],
      helps: [
        .init("start it, then shut it down: `virsh start \(domain.name)`"),
        .init("or give the saved state up: `virsh managedsave-remove \(domain.name)`"),
      ])
  }

  static func foreignNetwork(_ declaration: Declaration, stack: String) -> Diagnostic {
    Diagnostic(
      code: .plan.nameTaken,
      "a network `\(declaration.name)` exists that the stack `\(stack)` does not own",
      at: .init(declaration.nameSpan, "this name is taken on the host"),
      notes: ["it was left untouched; a network cannot be adopted, for its UUID says whose it is"],
      helps: [
        .init(
          "use it as it is with `net(\(QuotedText.literal(declaration.name)))`, or choose another name"
        )
      ])
  }

  /// What cannot be done to an object of the host whose document cannot be read.
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
            ? "look at it with `virsh net-dumpxml`, and mend it with `virsh net-edit`"
            : "look at it with `virsh dumpxml`, and mend it with `virsh edit`")
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
      "`\(name)` is a clone of a domain of the host and is not cloned itself",
      at: .init(span, "not known whole by this script"),
      helps: [.init("clone the original: `clone \(QuotedText.literal(original)) as …`")])
  }

  static func activeSource(_ source: LiveDomain, at span: Span) -> Diagnostic {
    let name = source.name
    let isSaved = source.hasSavedState
    var notes = [
      isSaved
        ? "its next start restores the saved state and writes to its disks"
        : "an overlay cannot be backed by a disk that a guest writes to"
    ]
    let stop = StatementForm.verb("stop", name)
    var help = "stop it first: `\(stop)`"
    if isSaved {
      help = "shut it down first: `\(StatementForm.verb("start", name))`, then `\(stop)`"
    }
    if !source.isPersistent {
      notes.append("it is transient: it has no stored definition and is gone once it stops")
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
      helps: [.init("declare `state = stopped`, or make its clones with `full = true`")])
  }

  static func fixedAddressOnForeignNetwork(_ network: String, at span: Span) -> Diagnostic {
    Diagnostic(
      code: .plan.addressOnForeignNetwork,
      "a fixed `ip` needs a network of this stack, and `\(network)` is not one",
      at: .init(span, "this address"),
      notes: ["the lease would have to be written into a network that is not ours"],
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
      "the bridge `\(bridge)` is that of the network `\(network)` on the host",
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
        "`\(domain)` gets the address when that lease ends or is given back",
      ],
      helps: [.init(freeingTheAddress)])
  }

  /// The way to an address that is leased to another interface.
  package static let freeingTheAddress =
    "shut the holder down in an orderly way, or wait for the end of its lease"

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

  /// Whether a diagnostic says that a domain does not have an address yet.
  package static func isEarlierLease(
    _ diagnostic: Diagnostic, of domain: String, _ address: IPAddress
  ) -> Bool {
    diagnostic.code == .plan.addressAtNextLease
      && diagnostic.message.hasPrefix(earlierLeaseOpening(domain))
      && diagnostic.message.hasSuffix(earlierLeaseEnd(address))
  }

  private static func earlierLeaseOpening(_ domain: String) -> String { "`\(domain)` has " }
  private static func earlierLeaseEnd(_ address: IPAddress) -> String { ", not yet \(address)" }

  /// The way of a guest that has an earlier lease to its declared address.
  package static func renewal(_ domain: String) -> String {
    "restart it to have the address now: `\(StatementForm.verb("reboot", domain))`"
  }

  static func earlierContent(of image: String, disks: [String], at span: Span) -> Diagnostic {
    Diagnostic(
      .warning, code: .plan.disksOnEarlierContent,
      "these disks still use the previous content of `\(image)`",
      at: .init(span, "its content changed"),
      notes: disks.map { "\($0) keeps the earlier content" },
      helps: [.init("to have the new content there, `delete` the domain and run again")])
  }

  static func overlaid(_ action: String, by clones: [String], at span: Span) -> Diagnostic {
    Diagnostic(
      code: .plan.diskWithOverlays,
      "the disk cannot be \(action): it is the backing image of clones",
      at: .init(span, "this disk"),
      notes: clones.sorted().map { "`\($0)` has an overlay on it" },
      helps: [.init("delete the clones first, or make them with `full = true`")])
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
        .init("look at it with `virsh dumpxml \(QuotedText.shellWord(clone.sourceName ?? ""))`")
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
  /// How long it holds, as the end of a sentence.
  package var end: String {
    guard expires != 0 else { return "has no end" }
    let minutes = max(1, (expires - Int64(Date.now.timeIntervalSince1970) + 59) / 60)
    return "ends in \(minutes) \(minutes == 1 ? "minute" : "minutes")"
  }
}

/// The codes of plans.
package struct PlanCodes: DiagnosticTable {
  package init() {}

  let nameTaken = DiagnosticCode.ofHost(
    501, "name taken by another's object",
    """
    A domain or network of a declared name exists on the host, and neither its UUID nor its \
    metadata says that this stack made it. It is never overwritten. Choose another name; for a \
    domain, `--adopt` makes it the stack's, after which it is changed and destroyed with it.
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
    so packets for one would reach the other. Choose a free subnet.
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
    them, which ruins the overlays. Stop it before it is cloned.
    """)
  let startOfBase = DiagnosticCode.ofHost(
    506, "start of a base",
    """
    Overlays of other domains stand on a disk of this domain. Starting it would write to that \
    disk and ruin them, so it is refused.
    """)
  let addressOnForeignNetwork = DiagnosticCode.ofHost(
    507, "fixed address on a network of others",
    """
    A fixed `ip` is a DHCP host entry of the network. Networks that the stack does not own are \
    never changed, so an address can be fixed on declared networks only.
    """)
  let disksOnEarlierContent = DiagnosticCode.ofHost(
    508, "disks on earlier content",
    """
    The file of an image changed. New disks stand on the new content; those that exist keep what \
    they were made from, for an overlay on another base would be garbage. No machine is made anew \
    for it. To have the new content, delete the domain and run again: what it wrote is lost.
    """)
  let diskWithOverlays = DiagnosticCode.ofHost(
    509, "disk with overlays",
    """
    Overlays of clones hold only what differs from the disk they stand on. Growing or replacing \
    that disk would ruin them, so it is refused while they exist.
    """)
  let domainWithClones = DiagnosticCode.ofHost(
    510, "domain with clones",
    """
    The disks of clones that stay are overlays on the disks of this domain. They would be lost \
    with it, so it is not deleted before them.
    """)
  package let nothingToRemove = DiagnosticCode.ofHost(
    511, "nothing to remove",
    """
    A clone drops by `remove` what its source has: by position among the devices of the kind, a \
    disk also by its target such as `vdb`.
    """)
  let cloneOfHostClone = DiagnosticCode.ofHost(
    512, "clone of a host clone",
    """
    What a clone of a host's domain is, stands on the host alone: the script says only in what it \
    differs. Clone the original domain again instead.
    """)
  let volumesOutOfReach = DiagnosticCode.ofHost(
    513, "volumes out of reach",
    """
    A domain is deleted with the volumes that the stack made for it. They are in a storage pool \
    that is not active, so they would be left behind, and nothing would tell of them any more. \
    Start the pool, then delete the domain.
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
    An interface is on a network of the host that is off, and that the stack does not own, so it \
    is not started. A domain on it cannot start.
    """)
  let bridgeInUse = DiagnosticCode.ofHost(
    516, "bridge in use",
    """
    libvirt runs the bridge of a network itself, and another network of the host has one of this \
    name. Where no name is declared, each network gets one of its own.
    """)
  let leasedAddress = DiagnosticCode.ofHost(
    517, "address leased to another machine",
    """
    The DHCP server gave the address to another interface, and keeps its word until that lease \
    ends or is given back. Until then the machine that the address is declared for gets another \
    one.
    """)
  let addressAtNextLease = DiagnosticCode.ofHost(
    518, "address at the next lease",
    """
    A guest keeps the address that it has until it renews its lease, which it does after half of \
    the lease's time, or starts again.
    """)
  package let unreadableDefinition = DiagnosticCode.ofHost(
    519, "definition that cannot be read",
    """
    libvirt prints some attributes of a definition without escaping them, so that a definition may be \
    no XML. What such an object is and uses is unknown. It is left untouched, and what it may use is \
    not deleted, replaced, grown or started; everything else goes on.
    """)
  let fixedIdentity = DiagnosticCode.ofHost(
    520, "identity of a machine",
    """
    A UUID is given to a machine when it is made, and neither libvirt nor the guest's system takes \
    another one. Delete the domain and run again to have it made anew; what is on its disks is lost.
    """)
  let savedRename = DiagnosticCode.ofHost(
    521, "saved under another name",
    """
    Somebody renamed the domain on the host and saved its state since. libvirt renames no domain that \
    has a saved state: start it and shut it down, or give the state up.
    """)
}

extension DiagnosticCode {
  /// The codes of plans.
  package static let plan = PlanCodes()
}
