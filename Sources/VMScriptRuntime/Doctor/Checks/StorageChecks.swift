import VMScriptPlan

/// The checks of pools, folders, free space, and what confines guests.
extension DoctorCheck {
  /// The free space below which a pool counts as full.
  static let leastSpace: Int64 = 64 << 20

  static let storageChecks: [DoctorCheck] = [
    DoctorCheck(
      name: "pool", group: .storage, signs: ["storage pool"], appliesToTestDriver: true,
      judgement: .libvirt { libvirt, facts, demands in
        demands.poolNames.map { name in
          let commands = HostCommands(facts)
          guard let pool = libvirt.pool(name) else {
            return .problem(DoctorMessages.missingPool(name, demands, commands))
          }
          guard pool.isActive else {
            return .problem(DoctorMessages.inactivePool(pool, demands, .pool(name), commands))
          }
          return .fine("`\(pool.name)` is active" + (pool.path.isEmpty ? "" : " at \(pool.path)"))
        }
      }),
    DoctorCheck(
      name: "free space", group: .storage, signs: ["No space left", "not enough space"],
      judgement: .libvirt { libvirt, facts, demands in
        demands.poolNames.compactMap { name in
          guard let pool = libvirt.pool(name), let available = pool.available else { return nil }
          if available < leastSpace { return .problem(DoctorMessages.fullPool(pool, available)) }
          let uploads = (demands.uploadsByPool[name] ?? []).compactMap { facts.machine?.sizes[$0] }
          let needed = uploads.reduce(demands.growth[name] ?? 0) { sum, size in
            sum.addingReportingOverflow(size).overflow ? .max : sum + size
          }
          guard needed <= available else {
            return .problem(DoctorMessages.littleSpace(pool, available, needed: needed))
          }
          return .fine("\(ReadableSize.text(available)) in `\(pool.name)`")
        }
      }),
    DoctorCheck(
      name: "folders", group: .storage,
      signs: ["Permission denied", "Could not open", "Cannot access storage file"],
      judgement: .machine { machine, facts, demands in
        let needed = demands.poolNames.compactMap { facts.libvirt?.pool($0)?.path }
        return machine.folders.sorted { $0.key < $1.key }.map { path, folders in
          let closed = folders.lazy.compactMap { folder in
            folder.rights.flatMap { rights in
              rights.allow(.enter, to: machine.emulatorUser) ? nil : (folder.path, rights)
            }
          }.first
          guard let (folder, rights) = closed else {
            return .fine("QEMU's user `\(machine.emulatorUser.name)` can reach \(path)")
          }
          return .problem(
            DoctorMessages.closedFolder(
              folder, rights, onTheWayTo: path,
              isDemanded: needed.contains(path) || demands.paths.contains(path),
              machine.emulatorUser, HostCommands(facts)))
        }
      }),
    DoctorCheck(
      name: "SELinux", group: .storage, signs: ["Permission denied", "SELinux", "security label"],
      judgement: .machine { machine, facts, _ in
        guard machine.isEnforcingSELinux ?? false else { return [] }
        return machine.folders.sorted { $0.key < $1.key }.compactMap { _, folders in
          guard let folder = folders.last, let label = folder.label,
            let type = label.split(separator: ":").dropFirst(2).first.map(String.init)
          else { return nil }
          guard imageLabels.contains(type) else {
            return .problem(DoctorMessages.unfitLabel(folder.path, label, HostCommands(facts)))
          }
          return .fine("\(folder.path) has the label of images")
        }
      }),
    DoctorCheck(
      name: "confinement", group: .storage, signs: ["AppArmor", "apparmor", "passt"],
      judgement: .libvirt { libvirt, facts, demands in
        let names = libvirt.confinements.filter { $0 != "dac" && $0 != "none" }
        if names.contains("apparmor"), demands.has(.program(.passt)),
          libvirt.version < HostVersion(9, 2)
        {
          return [.problem(DoctorMessages.confinedPasst(libvirt.version, demands))]
        }
        guard names.isEmpty else {
          return [.fine("\(names.joined(separator: ", ")) confines guests")]
        }
        let isIdle = facts.machine.map { $0.hasAppArmor || $0.isEnforcingSELinux != nil } ?? false
        return [
          .fine(
            isIdle
              ? "libvirt does not confine guests, although the kernel could"
              : "guests are not confined")
        ]
      }),
  ]

  /// The SELinux types of folders that guests may read images from.
  private static let imageLabels: Set<String> = [
    "virt_image_t", "virt_var_lib_t", "virt_content_t", "svirt_image_t", "svirt_home_t", "nfs_t",
    "cifs_t", "fusefs_t",
  ]
}
