import VMScript
import VMScriptSyntax

/// The machine types that a host offers, by architecture.
struct HostMachines {
  private struct Machine {
    let name: String
    let maximumProcessors: Int64?
  }

  private let native: String?
  private let machines: [String: [Machine]]

  /// Reads the XML of `virConnectGetCapabilities`.
  ///
  /// - Throws: `MalformedXML` if it is not such a document; then nothing is known of the host's
  ///   machines.
  init(capabilities: String) throws(MalformedXML) {
    let root = try XMLElement.parse(capabilities, root: "capabilities")
    native = root.text(at: "host/cpu/arch")
    var machines: [String: [Machine]] = [:]
    for guest in root.all("guest") where guest.text(at: "os_type") == "hvm" {
      for arch in guest.all("arch") {
        guard let name = arch["name"] else { continue }
        machines[name, default: []] += ([arch] + arch.all("domain")).flatMap { $0.all("machine") }
          .map {
            Machine(
              name: $0.stringValue, maximumProcessors: $0["maxCpus"].flatMap { Int64($0) })
          }
      }
    }
    self.machines = machines
  }

  /// Whether a domain declares properties that must be checked against the host's list.
  static func matters(to domain: Declaration) -> Bool {
    if case .host = domain.source { return false }
    return domain.body["machine"] != nil || domain.body["arch"] != nil
      || domain.body.block("cpus").flatMap(processors).map { $0.count > 64 } ?? false
  }

  /// Returns the errors that a new domain would cause. A host without a list, such as libvirt's
  /// test driver, is not checked.
  func problems(of domain: Declaration) -> [Diagnostic] {
    let arch = domain.body.property("arch")
    guard !machines.values.allSatisfy(\.isEmpty), let name = arch?.value.description ?? native
    else { return [] }
    guard let offered = machines[name], let standard = offered.first else {
      return [
        HostMachinesMessages.noArchitecture(name, arch, domain, offered: machines.keys.sorted())
      ]
    }
    var machine = standard
    if let row = domain.body.property("machine"), case .string(let wanted) = row.value {
      guard let found = offered.first(where: { $0.name == wanted }) else {
        return [
          HostMachinesMessages.noMachine(wanted, row, closest: closest(to: wanted, offered))
        ]
      }
      machine = found
    }
    guard let cpus = domain.body.block("cpus"), let wanted = Self.processors(cpus),
      let limit = machine.maximumProcessors, wanted.count > limit
    else { return [] }
    return [HostMachinesMessages.tooManyProcessors(wanted.count, wanted.row, machine.name, limit)]
  }

  private func closest(to name: String, _ offered: [Machine]) -> String? {
    VMScriptSyntax.closest(to: name, among: offered.map(\.name))
  }

  /// Returns the number of processors with the property that declares it.
  private static func processors(
    _ cpus: DeclaredBlock
  ) -> (count: Int64, row: DeclaredProperty)? {
    if let row = cpus.property("max"), case .int(let count) = row.value { return (count, row) }
    let parts = ["sockets", "cores", "threads"].compactMap(cpus.property)
    guard let first = parts.first else { return nil }
    var count: Int64 = 1
    for part in parts {
      guard case .int(let number) = part.value else { return nil }
      count = count.multipliedReportingOverflow(by: number).partialValue
    }
    return (count, first)
  }
}

/// The messages about machine types of a host: VM0751 to VM0753.
enum HostMachinesMessages {
  static func unreadable(_ domains: [Declaration], _ error: MalformedXML) -> Diagnostic {
    Diagnostic(
      .warning, code: .machine.unreadableCapabilities, "the host's capabilities cannot be read",
      at: domains.first.map { .init($0.nameSpan, "its machine is not checked") },
      notes: [error.description])
  }

  /// - Parameter error: the reason that `hypervisor = auto` cannot be resolved.
  static func unknownHypervisor(_ error: MalformedXML) -> Diagnostic {
    Diagnostic(
      code: .machine.unreadableCapabilities, "the host's capabilities cannot be read",
      notes: [error.description],
      helps: [
        .init("choose the hypervisor: `--hypervisor kvm` or `--hypervisor qemu`")
      ])
  }

  static func noArchitecture(
    _ name: String, _ row: DeclaredProperty?, _ domain: Declaration, offered: [String]
  ) -> Diagnostic {
    Diagnostic(
      code: .machine.missingMachine, "the host has no emulator for the architecture `\(name)`",
      at: .init(row?.span ?? domain.nameSpan, "not offered"),
      notes: ["it offers \(offered.joined(separator: ", "))"],
      helps: [.init("install QEMU for it on the host, or choose another one")])
  }

  static func noMachine(_ name: String, _ row: DeclaredProperty, closest: String?) -> Diagnostic {
    Diagnostic(
      code: .machine.missingMachine, "the host has no machine type `\(name)`",
      at: .init(row.span, "not offered"),
      helps: [
        .init(
          closest.map { "did you mean `\($0)`?" } ?? "use `pc` or `q35`, or leave `machine` out")
      ])
  }

  static func tooManyProcessors(
    _ count: Int64, _ row: DeclaredProperty, _ machine: String, _ limit: Int64
  ) -> Diagnostic {
    Diagnostic(
      code: .machine.tooManyProcessors,
      "a machine of type `\(machine)` has at most \(limit) processors, not \(count)",
      at: .init(row.span, "too many"),
      helps: [.init("make it at most \(limit), or choose another `machine`")])
  }
}

/// The codes of machine types.
package struct MachineCodes: DiagnosticTable {
  package init() {}

  let missingMachine = DiagnosticCode.ofHost(
    751, "machine that the host does not offer",
    "Architectures and machine types depend on the QEMU of the host: `virsh capabilities` lists "
      + "them.")
  let tooManyProcessors = DiagnosticCode.ofHost(
    752, "more processors than the machine type has",
    "The host's QEMU reports a maximum number of processors for each machine type.")
  let unreadableCapabilities = DiagnosticCode.ofHost(
    753, "capabilities that cannot be read",
    "libvirt's document of the host's capabilities is malformed XML, so the host's machine types are unknown."
  )
}

extension DiagnosticCode {
  /// The codes of machine types.
  package static let machine = MachineCodes()
}

/// The meaning of `hypervisor = auto` on a host.
public enum HypervisorChoice {
  /// Returns the domain type: `test` on libvirt's test driver, else the requested one, else `kvm`
  /// if the host offers it, else `qemu`.
  ///
  /// - Parameters:
  ///   - driver: the connection's driver, from `virConnectGetType`.
  ///   - option: the run's option, which overrides the environment.
  ///   - environment: the value of `VMSCRIPT_HYPERVISOR`.
  ///   - capabilities: the XML of `virConnectGetCapabilities`; empty without a host.
  /// - Throws: a diagnostic if the capabilities decide and cannot be read.
  public static func resolve(
    driver: String, option: String?, environment: String?, capabilities: String
  ) throws(Diagnostic) -> String {
    if driver.lowercased() == "test" { return "test" }
    let asked = [option, environment].compactMap(\.self).first { !$0.isEmpty && $0 != "auto" }
    if let asked { return asked }
    do throws(MalformedXML) { return try offersKVM(capabilities) ? "kvm" : "qemu" } catch {
      throw HostMachinesMessages.unknownHypervisor(error)
    }
  }

  /// Whether any `guest/arch/domain` of the capabilities has the type `kvm`.
  private static func offersKVM(_ capabilities: String) throws(MalformedXML) -> Bool {
    guard !capabilities.isEmpty else { return false }
    let root = try XMLElement.parse(capabilities, root: "capabilities")
    return root.all("guest").flatMap { $0.all("arch") }.flatMap { $0.all("domain") }
      .contains { $0["type"] == "kvm" }
  }
}
