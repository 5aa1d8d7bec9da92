import Foundation
import Libvirt
import VMScript
import VMScriptPlan
import VMScriptSyntax

/// Access to a guest: its console, its screen and its SSH server.
///
///     try await GuestReach(uri: "qemu:///system").withConsole(of: "web") { console in print(console) }
public struct GuestReach: Sendable {
  private let host: any HostAccess

  /// Creates an access that connects to the host for each use.
  ///
  /// - Parameters:
  ///   - uri: the connection; nil selects `LIBVIRT_DEFAULT_URI`, else libvirt's own default.
  ///   - patience: the time limit for the host to answer.
  public init(uri: String?, patience: HostPatience = HostPatience()) {
    host = BriefAccess(uri: uri, patience: patience)
  }

  /// Creates an access over a session's own connections.
  public init(_ session: LiveSession) { host = session }

  /// Opens the guest's text console (`virDomainOpenConsole`) while `body` runs.
  ///
  /// - Parameters:
  ///   - name: the domain's name.
  ///   - takesOver: ends another session on the console.
  ///   - body: receives the console.
  /// - Returns: the result of `body`.
  /// - Throws: VM0790 if there is no such domain, VM0792 if it is off, VM0794 if it has no console, and
  ///   libvirt's errors.
  public func withConsole<T: Sendable>(
    of name: String, takesOver: Bool = false, _ body: @escaping @Sendable (Console) async -> T
  ) async throws(Diagnostic) -> T {
    try await host.onHost("opening the console of `\(name)`") { pool in
      let console = try await pool.run { connection in
        let domain = try running(name, connection)
        let devices = try XMLElement.parse(domain.xml(), root: "domain").first("devices")
        guard devices?.first("console") != nil || devices?.first("serial") != nil else {
          throw ReachMessages.noConsole(name)
        }
        return try domain.openConsole(takesOver: takesOver)
      }
      defer { console.close() }
      return await body(console)
    }
  }

  /// Takes a screenshot of the guest (`virDomainScreenshot`).
  ///
  /// - Throws: VM0790 if there is no such domain, VM0792 if it is off, and libvirt's errors, such as
  ///   for a guest without a video device.
  public func screenshot(of name: String) async throws(Diagnostic) -> Domain.Screenshot {
    try await looking("taking a screenshot of `\(name)`") { connection in
      try running(name, connection).screenshot()
    }
  }

  /// Returns the destination of the guest's SSH server.
  ///
  /// - Throws: VM0790 if there is no such domain, VM0792 if it is off, VM0793 if the host knows no
  ///   address of it, VM0808 if the host's own name is not a valid argument of ssh.
  public func ssh(to name: String) async throws(Diagnostic) -> SSHDestination {
    try await looking("looking for the address of `\(name)`") { connection in
      let domain = try running(name, connection)
      guard let destination = try SSHDestination(of: domain) else {
        throw ReachMessages.noAddress(name)
      }
      return destination
    }
  }

  /// The way in which a command runs in a guest.
  public enum Execution: Sendable {
    /// The agent ran it; its exit status.
    case finished(Int32)
    /// This command of ssh runs it.
    case bySSH([String])
  }

  /// Runs a command through the guest's agent if it answers and no user is given, else finds the
  /// command that runs it by SSH.
  ///
  /// - Parameters:
  ///   - command: the program and its arguments.
  ///   - name: the domain's name.
  ///   - user: the user to sign in as by SSH.
  ///   - input: the open file that becomes its standard input; nil for none.
  ///   - receive: receives the output of the agent's command as it comes.
  /// - Throws: VM0792 if the guest is off, VM0795 if there is no way in, VM0796 if the agent refuses.
  public func execute(
    _ command: [String], in name: String, user: String?, input: Int32?,
    _ receive: @escaping @Sendable (_ isError: Bool, _ bytes: [UInt8]) -> Void
  ) async throws(Diagnostic) -> Execution {
    try await host.onHost("running a command in `\(name)`") { pool in
      switch try await GuestRoute.to(name, user: user, pool, triesAgent: user == nil) {
      case .agent(let agent):
        let status = try await GuestCommand(agent: agent, command: command, input: input)
          .run { receive($0 == .err, $1) }
        return .finished(status)
      case .ssh(let destination, let user):
        return .bySSH(
          destination.command(
            user: user, running: command.map(ShellWord.quoted), options: SSHDestination.firstContact
          ))
      }
    }
  }

  /// Copies a file or a folder of this machine into a guest, through its agent or by SSH.
  ///
  /// - Throws: VM0798 if it cannot be copied, and the errors of ``execute(_:in:user:input:_:)``.
  public func send(
    _ source: String, to path: String, of name: String, user: String?
  ) async throws(Diagnostic) {
    try await host.onHost("copying to `\(name)`") { pool in
      let route = try await GuestRoute.to(name, user: user, pool, triesAgent: user == nil)
      try await GuestCopy(route: route, name: name).send(source, to: path)
    }
  }

  /// Copies a file or a folder of a guest to this machine, through its agent or by SSH.
  ///
  /// - Throws: VM0798 if it cannot be copied, and the errors of ``execute(_:in:user:input:_:)``.
  public func fetch(
    _ path: String, of name: String, user: String?, to destination: String
  ) async throws(Diagnostic) {
    try await host.onHost("copying from `\(name)`") { pool in
      let route = try await GuestRoute.to(name, user: user, pool, triesAgent: user == nil)
      try await GuestCopy(route: route, name: name).fetch(path, to: destination)
    }
  }

  func looking<T: Sendable>(
    _ doing: String, _ look: @escaping @Sendable (Connection) throws -> T
  ) async throws(Diagnostic) -> T {
    try await host.onHost(doing) { pool in try await pool.run(look) }
  }
}

/// Returns a running domain.
///
/// - Throws: VM0790 if there is no such domain, VM0792 if it is off.
func running(_ name: String, _ connection: Connection) throws -> Domain {
  guard let domain = try connection.domain(named: name) else {
    let names = try connection.domains().map(\.name)
    throw InspectionMessages.nothingNamed(name, closest: closest(to: name, among: names))
  }
  guard try domain.isActive() else { throw ReachMessages.notRunning(name) }
  return domain
}

/// The address of a guest's SSH server and the route to it.
public struct SSHDestination: Sendable, Hashable {
  /// The guest's address on the host.
  public let address: IPAddress
  /// The domain's UUID, which identifies its host key, because addresses pass from guest to guest.
  public let uuid: String
  /// The libvirt host's URI.
  public let host: String

  init(address: IPAddress, uuid: String, host: String) {
    self.address = address
    self.uuid = uuid
    self.host = host
  }

  /// Finds the first address of a running guest; blocks.
  ///
  /// - Returns: nil if the host knows none.
  /// - Throws: VM0808 if the host's own name is not a valid argument of ssh.
  init?(of domain: Domain) throws {
    guard let address = try LiveAddresses.of(domain).first else { return nil }
    let uri = domain.connection.uri
    self.init(address: address, uuid: domain.uuid, host: uri)
    guard hasPlainHost else { throw ReachMessages.unfitHost(uri) }
  }

  /// Returns the command that connects, with `ssh` as its first word.
  ///
  /// The command jumps through a host that libvirt reaches by SSH (`qemu+ssh://`).
  ///
  /// - Parameters:
  ///   - user: the user to sign in as; nil leaves it to ssh.
  ///   - command: the command to run in the guest; empty for a shell.
  ///   - options: further options of ssh.
  public func command(
    user: String?, running command: [String] = [], options: [String] = []
  ) -> [String] {
    let place = address.description
    return ["ssh"] + options + ["-o", "HostKeyAlias=\(uuid)"] + (jump.map { ["-J", $0] } ?? [])
      + ["--", user.map { "\($0)@\(place)" } ?? place] + command
  }

  /// The options that accept the key of a guest at its first connection. A changed key is refused.
  static let firstContact = ["-o", "StrictHostKeyChecking=accept-new"]

  /// Returns the command that runs without a person: it asks nothing, and accepts the key of a guest
  /// that it sees for the first time.
  func unattendedCommand(user: String?, running command: [String]) -> [String] {
    self.command(
      user: user, running: command,
      options: ["-o", "BatchMode=yes", "-o", "ConnectTimeout=10"] + Self.firstContact)
  }

  /// Returns the user and the domain in `USER@NAME` or `NAME`.
  public static func parts(of text: String) -> (user: String?, domain: String) {
    guard let at = text.lastIndex(of: "@") else { return (nil, text) }
    return (String(text[..<at]), String(text[text.index(after: at)...]))
  }

  /// Whether ssh reads the host and the user of the host's URI as plain names.
  var hasPlainHost: Bool {
    guard let parts = URLComponents(string: host), parts.scheme?.hasSuffix("+ssh") == true else {
      return true
    }
    return [parts.host, parts.user].compactMap(\.self).allSatisfy { $0.isEmpty || Self.isPlain($0) }
  }

  /// The host to jump through, in the form of ssh's `-J`; nil if there is none.
  var jump: String? {
    guard let parts = URLComponents(string: host), let server = parts.host, !server.isEmpty,
      parts.scheme?.hasSuffix("+ssh") == true
    else { return nil }
    let user = parts.user.map { "\($0)@" } ?? ""
    let port = parts.port.map { ":\($0)" } ?? ""
    let place = server.contains(":") && !server.hasPrefix("[") ? "[\(server)]" : server
    return user + place + port
  }

  /// Whether ssh reads a user's or a host's name as a plain name, and not as an option, several hosts
  /// or shell syntax.
  private static func isPlain(_ name: String) -> Bool {
    !name.isEmpty && !name.hasPrefix("-")
      && name.utf8.allSatisfy {
        (48...57).contains($0) || (65...90).contains($0) || (97...122).contains($0)
          || "-._:[]%+".utf8.contains($0)
      }
  }
}

extension DeclarationSet {
  /// Returns the first user that a domain's `cloud_init` creates; nil if there is none.
  public func signInUser(of domain: String) -> String? {
    declarations.first { $0.kind == .domain && $0.name == domain }?
      .body.blocks.first { $0.schema.name == "cloud_init" }?
      .blocks.first { $0.schema.name == "user" }?.label
  }
}
