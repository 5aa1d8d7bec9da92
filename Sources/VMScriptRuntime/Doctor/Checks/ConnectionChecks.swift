/// The checks of the connection to libvirt.
extension DoctorCheck {
  /// The oldest version of libvirt that the tests run on.
  static let oldestLibvirt = HostVersion(9, 0)

  static let connectionChecks: [DoctorCheck] = [
    DoctorCheck(
      name: "libvirt", group: .connection, appliesToTestDriver: true,
      judgement: .connection { facts, _ in
        guard let libvirt = facts.libvirt else {
          return facts.refusal.map { [.problem($0)] } ?? []
        }
        guard libvirt.version >= oldestLibvirt else {
          return [.problem(DoctorMessages.oldLibvirt(libvirt.version, oldest: oldestLibvirt))]
        }
        let name = libvirt.name.isEmpty ? "" : " on \(libvirt.name)"
        return [.fine("version \(libvirt.version)\(name)")]
      }),
    DoctorCheck(
      name: "socket", group: .connection,
      judgement: .machine { machine, facts, _ in
        let (socket, commands) = (machine.socket, HostCommands(facts))
        switch socket.obstacle {
        // The connection shows that libvirt uses another socket.
        case .some where facts.libvirt != nil: return []
        case nil: return [.fine("\(socket.path) accepts `\(machine.user.name)`")]
        case .absent: return [.problem(DoctorMessages.noSocket(machine, commands))]
        case .silent(let reason):
          return [.problem(DoctorMessages.noListener(machine, reason, commands))]
        case .forbidden:
          return [
            .problem(
              DoctorMessages.closedSocket(socket.path, socket.rights, machine.user, commands))
          ]
        }
      }),
  ]
}
