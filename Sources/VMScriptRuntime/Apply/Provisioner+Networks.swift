import Libvirt
import VMScript

/// Networks: defined in place, started, removed.
extension Provisioner {
  /// Changed as it runs, or defined and restarted; then its guests are plugged in again.
  func bring(network change: Change) async throws {
    guard let declaration = declaration(of: change) else { return }
    let uuid = storage.live.networks[change.name]?.uuid
    var context = set.context(for: declaration, uuid: uuid, hypervisor: hypervisor)
    context.origin = storage.origin
    let update = NetworkUpdate(
      declaration: declaration, context: context, restarts: change.impact == .restart)
    let (warnings, guests) = try await pool.run { connection in
      (
        try update.apply(connection),
        try GuestPlug(network: declaration.name).plug(connection)
      )
    }
    warnings.forEach(warn)
    for guest in guests {
      guard let failure = guest.failure else { continue }
      warn(UpdateMessages.notPlugged(guest.name, into: declaration, reason: failure))
    }
    let hasNewSubnet = change.properties.contains { $0.name == "subnet" }
    if hasNewSubnet, !guests.isEmpty {
      warn(UpdateMessages.oldAddresses(guests.map(\.name), on: declaration))
    }
  }

  func delete(network name: String) async throws {
    let uuid = Identity.uuid(stack: set.stack, kind: .net, name: name)
    try await pool.run { connection in
      guard let network = try connection.network(uuid: uuid), network.name == name else { return }
      let isPersistent = try network.isPersistent()
      if try network.isActive() { try network.destroy() }
      if isPersistent { try network.undefine() }
    }
  }
}
