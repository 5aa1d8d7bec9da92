import Libvirt
import VMScript
import VMScriptPlan
import VMScriptSyntax

/// The progress of a guest's start when a wait has timed out.
struct GuestReport: Sendable, Equatable {
  /// The stages of a start, in their order.
  enum Stage: String, CaseIterable, Sendable {
    case started
    /// The guest has sent a packet, so its interface is up.
    case network
    case address, agent
    case ssh = "SSH"
    case cloudInit = "cloud-init"
  }

  /// A network interface of the guest.
  struct Interface: Sendable, Equatable {
    /// The connection of an interface.
    enum Place: Sendable, Equatable {
      /// A network of libvirt.
      ///
      /// - Parameters:
      ///   - bridge: its device on the host, if libvirt made it.
      ///   - isActive: nil if libvirt could not tell.
      case network(String, bridge: String?, isActive: Bool?, hasDHCP: Bool)
      /// A bridge or a device of the host.
      case device(String)
      /// The user-mode network of QEMU, which has a DHCP server of its own.
      case user
    }

    let mac: String
    let place: Place
    /// Whether its cable is plugged in.
    var isLinkUp = true
    /// nil if the driver does not count packets.
    var traffic: Domain.InterfaceTraffic?
  }

  var state = ""
  var interfaces: [Interface] = []
  /// Whether each stage was reached; a stage that could not be looked at is missing.
  var stages: [Stage: Bool] = [:]
  /// The address of the guest.
  var address: IPAddress?
  /// The stage in which cloud-init is.
  var cloudInitStage: String?
  /// The errors of cloud-init.
  var cloudInitErrors: [String] = []
  /// The last lines of the console; empty if it was not followed or printed nothing.
  var console: [String] = []

  /// The report in lines.
  var notes: [String] {
    var notes = ["its state is \(state)"]
    let reached = Stage.allCases.filter { stages[$0] == true }
    let missing = Stage.allCases.filter { stages[$0] == false }
    if !missing.isEmpty {
      notes.append(
        "reached: \(Self.list(reached.map(words))); not reached: \(Self.list(missing.map(\.rawValue)))"
      )
    }
    if stages[.address] == false { notes += interfaces.map(\.words) }
    if let cloudInitStage { notes.append("cloud-init runs its stage `\(cloudInitStage)`") }
    notes += cloudInitErrors.map { "cloud-init reports: \($0)" }
    if !console.isEmpty {
      notes.append((["the last lines of the console:"] + console).joined(separator: "\n  "))
    }
    return notes
  }

  private static func list(_ words: [String]) -> String {
    words.isEmpty ? "nothing" : words.joined(separator: ", ")
  }

  private func words(_ stage: Stage) -> String {
    if stage == .address, let address { return "address \(address)" }
    return stage.rawValue
  }

  /// Returns the instruction for the first of the stages that was not reached; nil if all were.
  func help(_ name: String, for wanted: [Stage]) -> String? {
    guard let missing = wanted.first(where: { stages[$0] == false }) else { return nil }
    switch missing {
    case .started: return "start it: `\(StatementForm.verb("start", name))`"
    case .network:
      return
        "look at its console: `vmscript console \(name)`; a guest without an operating system, "
        + "or without a driver for the interface's `model`, sends nothing"
    case .address: return interfaces.compactMap(\.help).first ?? Interface.client
    case .agent: return "install `qemu-guest-agent` in the guest, and start it"
    case .ssh:
      return "install an SSH server in the guest, and open TCP port 22 in the guest's firewall"
    case .cloudInit: return nil
    }
  }
}

extension GuestReport.Interface {
  fileprivate static let client = "run a DHCP client in the guest, or set its address there"

  /// The interface and the reason why it may have no address.
  fileprivate var words: String {
    let connection =
      switch place {
      case .network(let name, _, _, _): "network `\(name)`"
      case .device(let name): "`\(name)`"
      case .user: "QEMU's user-mode network"
      }
    let subject = "its interface \(mac) on \(connection)"
    guard isLinkUp else { return "\(subject) has its link down" }
    switch place {
    case .network(_, _, false, _): return "\(subject) has no connection: the network is not active"
    case .network(_, _, _, hasDHCP: false):
      return "\(subject), which has no DHCP server, \(packets)"
    case .device: return "\(subject), where libvirt runs no DHCP server, \(packets)"
    case .network, .user: return "\(subject) \(packets), and has no lease"
    }
  }

  private var packets: String {
    guard let traffic else { return "has unknown traffic" }
    guard traffic.sent > 0 else { return "has sent nothing" }
    return "has sent \(traffic.sent) packets and received \(traffic.received)"
  }

  /// The instruction that leads to an address; nil if this interface has no obstacle of its own.
  fileprivate var help: String? {
    guard isLinkUp else { return "plug its cable in: `link = up`" }
    switch place {
    case .network(let name, _, false, _): return "start the network `\(name)`"
    case .network(let name, _, _, hasDHCP: false):
      return "declare DHCP for the network `\(name)`, or set the guest's address in the guest: "
        + "`cloud_init` does"
    case .network(_, let bridge, _, _):
      let device = bridge.map { " on `\($0)`" } ?? ""
      return "\(Self.client); the host's firewall must accept UDP port 67\(device)"
    case .device(let name):
      return "provide a DHCP server on `\(name)`, or put the interface on a `net`"
    case .user: return Self.client
    }
  }
}

extension GuestReport {
  /// Examines a guest; reads what it can, and leaves out the rest.
  ///
  /// - Parameter notes: the leases of machines from before they booted, which do not count.
  static func of(
    _ name: String, _ targets: DomainTargets, notes: LeaseNotes, console: ConsoleWatch,
    at span: Span
  ) async throws -> GuestReport {
    var (report, hasAgent) = try await targets.with(name, span) { domain in
      try examine(domain, notes: notes)
    }
    report.console = console.lastLines(5)
    guard report.stages[.started] == true else { return report }
    if let address = report.address {
      let obstacle = try await PortProbe.obstacle(at: address, port: 22, greets: true)
      report.stages[.ssh] = obstacle == nil
    }
    if hasAgent, report.stages[.agent] == true {
      let agent = GuestAgent(pool: targets.pool, name: name)
      if let record = await CloudInitRecord.read(by: agent) {
        report.stages[.cloudInit] = record.stage == nil && record.errors.isEmpty
        report.cloudInitStage = record.stage
        report.cloudInitErrors = record.errors
      }
    }
    return report
  }

  private static func examine(
    _ domain: Domain, notes: LeaseNotes
  ) throws -> (report: GuestReport, hasAgent: Bool) {
    var report = GuestReport()
    report.state = LiveDomain.State(try domain.state()).rawValue
    let isActive = try domain.isActive()
    report.stages[.started] = isActive
    guard isActive, let root = try? XMLElement.parse(domain.xml(), root: "domain") else {
      return (report, false)
    }
    let elements = root.first("devices")?.all("interface") ?? []
    report.interfaces = elements.map { Interface($0, of: domain) }
    if !report.interfaces.isEmpty {
      let traffic = report.interfaces.compactMap(\.traffic)
      if !traffic.isEmpty { report.stages[.network] = traffic.contains { $0.sent > 0 } }
      report.address = try LiveAddresses.shown(of: domain, except: notes.unrenewed(of: domain))
        .first
      report.stages[.address] = report.address != nil
    }
    let hasAgent = DomainFacts(root).hasAgentChannel
    if hasAgent { report.stages[.agent] = try domain.isAgentConnected() }
    return (report, hasAgent)
  }
}

extension GuestReport.Interface {
  /// Reads an `<interface>` of a running domain.
  fileprivate init(_ element: XMLElement, of domain: Domain) {
    mac = element.text(at: "mac/@address") ?? ""
    isLinkUp = element.text(at: "link/@state") != "down"
    traffic = try? domain.traffic(ofInterface: element.text(at: "target/@dev") ?? mac)
    if let name = element.text(at: "source/@network") {
      let network = try? domain.connection.network(named: name)
      let root = network.flatMap { try? XMLElement.parse($0.xml(), root: "network") }
      place = .network(
        name, bridge: root?.text(at: "bridge/@name"), isActive: try? network?.isActive(),
        hasDHCP: root?.all("ip").contains { $0.first("dhcp") != nil } ?? true)
    } else if let device = element.text(at: "source/@bridge") ?? element.text(at: "source/@dev") {
      place = .device(device)
    } else {
      place = .user
    }
  }
}

extension WaitCondition {
  /// The stages of a guest's start that the condition depends on.
  var stages: [GuestReport.Stage] {
    switch self {
    case .ip: [.started, .network, .address]
    case .ssh: [.started, .network, .address, .ssh]
    case .port: [.started, .network, .address]
    case .agent: [.started, .agent]
    case .cloudInit: [.started, .agent, .cloudInit]
    case .ready: [.started, .agent]
    case .text: [.started]
    case .stopped, .expression: []
    }
  }
}
