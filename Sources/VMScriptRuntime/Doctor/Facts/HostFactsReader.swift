import Foundation
import Libvirt
import VMScript
import VMScriptPlan
import VMScriptSyntax

/// Reads the facts about a host; changes nothing.
struct HostFactsReader: Sendable {
  /// The demands, which name the kinds of machines and the paths to read about.
  let demands: HostDemands

  /// Reads the facts through a connection, or those of this machine if there is no connection.
  ///
  /// - Throws: `CancellationError`.
  func read(uri: String?, patience: HostPatience) async throws(CancellationError) -> HostFacts {
    let known = Self.knownURI(uri)
    do throws(Diagnostic) {
      return try await BriefAccess(uri: uri, patience: patience).onHost("reading the host") {
        try await read($0)
      }
    } catch {
      guard error.code != .host.cancelled else { throw CancellationError() }
      var facts = HostFacts(uri: known, refusal: error)
      if HostFiles.isLocal(known), known.hasPrefix("qemu") {
        facts.machine = try await machine(of: facts)
      }
      return facts
    }
  }

  /// Returns the URI, else the one that libvirt selects for this user.
  static func knownURI(_ uri: String?) -> String {
    uri ?? (geteuid() == 0 ? "qemu:///system" : "qemu:///session")
  }

  /// Reads the facts through open connections.
  func read(_ pool: ConnectionPool) async throws -> HostFacts {
    var (facts, files) = try await pool.run { connection in
      (
        HostFacts(uri: connection.uri, libvirt: try libvirt(connection)),
        try HostFiles(connection)
      )
    }
    if files == .local { facts.machine = try await machine(of: facts) }
    return facts
  }

  /// Reads the facts of this machine. Reading files blocks.
  private func machine(of facts: HostFacts) async throws(CancellationError) -> MachineFacts {
    let reader = MachineFactsReader(facts: facts, demands: demands)
    do { return try await BlockingWork.run { _ in reader.read() } } catch {
      throw CancellationError()
    }
  }
}

/// The facts that libvirt reports.
extension HostFactsReader {
  private func libvirt(_ connection: Connection) throws -> HostFacts.Libvirt {
    var facts = HostFacts.Libvirt(
      driver: connection.driverType, version: HostVersion(connection.libraryVersion))
    facts.hypervisor = try unlessRefused(connection.hostVersion).map { HostVersion($0) }
    facts.name = try unlessRefused(connection.hostName) ?? ""
    let capabilities = try XMLElement.parse(connection.capabilities(), root: "capabilities")
    facts.read(capabilities: capabilities)
    if facts.driver == "QEMU" {
      for kind in demands.guestKinds { facts.firmware[kind] = try firmware(of: kind, connection) }
    }
    facts.networks = try LiveReader.read(connection.networks(), ObjectIdentity.init) { network in
      HostFacts.Network(
        try XMLElement.parse(network.xml(inactive: network.isPersistent()), root: "network"),
        isActive: try network.isActive(),
        autostart: try network.isPersistent() && network.autostart())
    }.known
    facts.pools = try LiveReader.read(connection.pools(), ObjectIdentity.init, pool).known
    return facts
  }

  /// Reads whether a kind of machine can boot from UEFI.
  private func firmware(of kind: GuestKind, _ connection: Connection) throws -> Fact<Bool> {
    do throws(LibvirtError) {
      let text = try connection.domainCapabilities(
        architecture: kind.architecture, machine: kind.machine)
      let root = try? XMLElement.parse(text, root: "domainCapabilities")
      let choices = root?.first("os")?.all("enum").first { $0["name"] == "firmware" }
      return .known(choices?.all("value").contains { $0.stringValue == "efi" } ?? false)
    } catch {
      guard !error.isConnectionLost else { throw error }
      return .unreadable(error.message)
    }
  }

  private func pool(_ pool: StoragePool) throws -> HostFacts.Pool {
    let description = try PoolDescription(xml: pool.xml())
    var facts = HostFacts.Pool(
      name: pool.name, isActive: try pool.isActive(), path: description.path,
      holdsDevices: description.holdsDevices)
    if facts.isActive { facts.available = Int64(clamping: try pool.info().available) }
    return facts
  }

  /// Returns nil for a call that the driver refuses.
  private func unlessRefused<T>(_ call: () throws(LibvirtError) -> T) throws(LibvirtError) -> T? {
    do throws(LibvirtError) { return try call() } catch {
      guard !error.isConnectionLost else { throw error }
      return nil
    }
  }
}

extension HostFacts.Libvirt {
  /// Reads a `<capabilities>` document.
  mutating func read(capabilities root: XMLElement) {
    architecture = root.text(at: "host/cpu/arch") ?? ""
    confinements = (root.first("host")?.all("secmodel") ?? []).compactMap { $0.text(at: "model") }
    for arch in root.all("guest").flatMap({ $0.all("arch") }) {
      guard let name = arch["name"] else { continue }
      types[name, default: []].formUnion(arch.all("domain").compactMap { $0["type"] })
    }
  }
}

extension HostFacts.Network {
  /// Reads a `<network>` document.
  init(_ root: XMLElement, isActive: Bool, autostart: Bool) {
    self.init(
      name: root.text(at: "name") ?? "", isActive: isActive, autostart: autostart,
      bridge: NetworkFacts.ownBridge(root), subnets: root.all("ip").compactMap(NetworkFacts.subnet),
      ipv6Subnets: root.all("ip").compactMap(NetworkFacts.ipv6Subnet))
  }
}
