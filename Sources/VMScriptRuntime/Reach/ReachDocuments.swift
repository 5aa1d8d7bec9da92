import VMScript
import VMScriptPlan

/// Documents about the guests of a host that ssh and Ansible read.
public struct ReachDocuments: Sendable {
  /// A guest that is running and has an address.
  private struct Guest: Sendable {
    let domain: HostInventory.Domain
    let destination: SSHDestination
  }

  private let guests: [Guest]
  /// The user to sign in as; nil leaves it to ssh.
  private let user: String?

  /// Creates the documents of the guests with an address.
  ///
  /// - Parameters:
  ///   - inventory: the objects of the host.
  ///   - host: the host's URI, which guests are reached through if it names another machine.
  ///   - user: the user to sign in as; nil leaves it to ssh.
  public init(_ inventory: HostInventory, host: String?, user: String?) {
    self.user = user
    guests = inventory.domains.compactMap { domain in
      guard let address = domain.addresses.first else { return nil }
      let destination = SSHDestination(
        address: address, uuid: domain.uuid, host: host ?? "")
      return destination.hasPlainHost ? Guest(domain: domain, destination: destination) : nil
    }
  }

  /// The entries of ssh_config(5), one for each guest that ssh can be called with the name of.
  ///
  /// A host key is stored under the domain's UUID, because addresses move from guest to guest.
  public var sshConfig: String {
    guests.filter { Self.isHostName($0.domain.name) }.map { guest in
      let lines: [String?] = [
        "Host \(guest.domain.name)",
        "  HostName \(guest.destination.address)",
        "  HostKeyAlias \(guest.destination.uuid)",
        user.map { "  User \($0)" },
        guest.destination.jump.map { "  ProxyJump \($0)" },
      ]
      return lines.compactMap(\.self).map { $0 + "\n" }.joined()
    }.joined(separator: "\n")
  }

  /// An inventory of Ansible in JSON: a group for each stack and for each label, named
  /// `KEY_VALUE`.
  public var inventory: Value {
    var variables: ValueMap = [:]
    var groups: [String: [String]] = [:]
    for guest in guests {
      let name = guest.domain.name
      var options = ["-o", "HostKeyAlias=\(guest.destination.uuid)"]
      if let jump = guest.destination.jump { options += ["-o", "ProxyJump=\(jump)"] }
      var values: ValueMap = [
        "ansible_host": .string(guest.destination.address.description),
        "ansible_ssh_common_args": .string(options.joined(separator: " ")),
      ]
      if let user { values["ansible_user"] = .string(user) }
      variables[name] = .map(values)
      let labels = guest.domain.labels.map { "\($0.key)_\($0.value)" }
      let names = Set(([guest.domain.stack].compactMap(\.self) + labels).map(Self.groupName))
      for group in names { groups[group, default: []].append(name) }
    }
    var document: ValueMap = [
      "_meta": .map(["hostvars": .map(variables)]),
      "all": .map(["hosts": .list(guests.map { .string($0.domain.name) })]),
    ]
    for (group, hosts) in groups.sorted(by: { $0.key < $1.key }) {
      document[group] = .map(["hosts": .list(hosts.map(Value.string))])
    }
    return .map(document)
  }

  /// Whether ssh reads a name as one host, and not as a pattern, an option or several hosts.
  private static func isHostName(_ name: String) -> Bool {
    !name.hasPrefix("-")
      && name.unicodeScalars.allSatisfy {
        $0.properties.isAlphabetic || $0.properties.numericType != nil
          || "-_.+".unicodeScalars.contains($0)
      }
  }

  /// Returns a name that Ansible accepts for a group: letters, digits and `_`, not first a digit.
  private static func groupName(_ text: String) -> String {
    let name = String(
      text.map { $0.isASCII && ($0.isLetter || $0.isNumber) || $0 == "_" ? $0 : "_" })
    return name.first?.isNumber == true || ["all", "ungrouped", "_meta"].contains(name)
      ? "_" + name : name
  }
}
