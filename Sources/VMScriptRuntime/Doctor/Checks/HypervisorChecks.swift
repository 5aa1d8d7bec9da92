import VMScriptPlan

/// The checks of QEMU, KVM and firmware.
extension DoctorCheck {
  static let hypervisorChecks: [DoctorCheck] = [
    DoctorCheck(
      name: "emulator", group: .hypervisor, signs: ["emulator"],
      judgement: .libvirt { libvirt, facts, demands in
        unique(demands.guestKinds) { $0.architecture ?? libvirt.architecture }.map { kind, name in
          guard libvirt.types[name]?.isEmpty == false else {
            return .problem(
              DoctorMessages.noEmulator(name, demands, .emulator(kind), HostCommands(facts)))
          }
          let version = libvirt.hypervisor.map { " \($0)" } ?? ""
          return .fine("\(libvirt.driver)\(version) for \(name)")
        }
      }),
    DoctorCheck(
      name: "KVM", group: .hypervisor, signs: ["KVM", "kvm"],
      judgement: .machine { machine, facts, demands in
        let (kvm, commands) = (machine.kvm, HostCommands(facts))
        switch kvm.device {
        case .usable:
          return [.fine("usable" + (kvm.isNested ? ", nested: this machine is a guest" : ""))]
        case .absent where kvm.isHidden: return [.problem(DoctorMessages.hiddenKVM(demands))]
        case .absent:
          return [
            .problem(
              kvm.extensionName.map { DoctorMessages.noModule($0, demands, commands) }
                ?? DoctorMessages.noExtension(demands))
          ]
        case .failing(let reason): return [.problem(DoctorMessages.failingKVM(reason, demands))]
        // The check of access judges it for the user that matters.
        case .closed: return [.fine("present, but not tested: this user cannot open it")]
        }
      }),
    DoctorCheck(
      name: "KVM access", group: .hypervisor, signs: ["/dev/kvm", "KVM", "kvm"],
      judgement: .machine { machine, facts, demands in
        guard let rights = machine.kvm.rights else { return [] }
        guard rights.allow([.read, .write], to: machine.emulatorUser) else {
          return [
            .problem(
              DoctorMessages.closedKVM(rights, machine.emulatorUser, demands, HostCommands(facts)))
          ]
        }
        return [.fine("QEMU's user `\(machine.emulatorUser.name)` can open /dev/kvm")]
      }),
    DoctorCheck(
      name: "acceleration", group: .hypervisor, signs: ["KVM", "kvm"],
      judgement: .libvirt { libvirt, facts, demands in
        let types = libvirt.types[libvirt.architecture] ?? []
        if types.contains("kvm") { return [.fine("libvirt offers KVM")] }
        // Without an emulator or a usable device, another check reports the cause.
        if types.isEmpty { return [] }
        if let machine = facts.machine {
          guard machine.kvm.device == .usable,
            machine.kvm.rights?.allow([.read, .write], to: machine.emulatorUser) ?? false
          else { return [] }
        }
        return [
          .problem(
            DoctorMessages.noAcceleration(
              libvirt.architecture, demands, HostCommands(facts), isHere: facts.machine != nil))
        ]
      }),
    DoctorCheck(
      name: "UEFI", group: .hypervisor, signs: ["firmware", "UEFI"],
      judgement: .libvirt { libvirt, facts, demands in
        demands.guestKinds.compactMap { kind in
          let isDemanded = demands.has(.firmware(kind))
          guard isDemanded || demands.guestKinds.count == 1,
            case .known(let isOffered)? = libvirt.firmware[kind]
          else { return nil }
          let name = kind.architecture ?? libvirt.architecture
          if isOffered { return .fine("firmware for \(name)") }
          return .missing(
            DoctorMessages.noFirmware(kind, name, demands, HostCommands(facts)),
            "no firmware for \(name)", isDemanded: isDemanded)
        }
      }),
  ]

  /// Returns the values with distinct keys, each with its key.
  private static func unique<Value, Key: Hashable>(
    _ values: [Value], by key: (Value) -> Key
  ) -> [(Value, Key)] {
    var seen: Set<Key> = []
    return values.compactMap { value in
      let key = key(value)
      return seen.insert(key).inserted ? (value, key) : nil
    }
  }
}
