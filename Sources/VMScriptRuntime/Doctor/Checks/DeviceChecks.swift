import VMScriptSyntax

/// The checks of devices that are passed through.
extension DoctorCheck {
  static let deviceChecks: [DoctorCheck] = [
    DoctorCheck(
      name: "IOMMU", group: .devices, signs: ["IOMMU", "iommu", "vfio"],
      judgement: .machine { machine, _, demands in
        let (pci, wanted) = (machine.pci, demands.devices)
        guard pci.hasGroups else {
          return [
            .missing(
              DoctorMessages.noGroups(demands), "no groups; devices cannot be passed through",
              isDemanded: !wanted.isEmpty)
          ]
        }
        guard !wanted.isEmpty else { return [.fine("devices can be passed through")] }
        return wanted.map { address in
          guard let device = pci.devices[address] else {
            return .problem(DoctorMessages.noDevice(address, demands))
          }
          guard let group = device.group else {
            return .problem(DoctorMessages.ungroupedDevice(address, demands))
          }
          let others = pci.devices.filter { other, facts in
            facts.group == group && !facts.isBridge && !wanted.contains(other)
          }.keys.sorted()
          guard others.isEmpty else {
            return .problem(DoctorMessages.sharedGroup(address, group, with: others, demands))
          }
          return .fine("\(address) is alone in its group \(group)")
        }
      })
  ]
}
