import VMScript

/// A volume of the domain's own on a drive that its script no longer declares.
package struct LeftVolume: Sendable {
  /// On the host.
  package let path: String
  /// The block that it belonged to.
  package let device: DeviceName
}

extension DomainDevices {
  /// The volumes that go with drives which are no longer declared.
  func leftVolumes(in root: XMLElement) -> [LeftVolume] {
    gone.compactMap { record in
      guard let element = record.element(in: root), ownVolume(of: record, element) != nil,
        let path = element.text(at: "source/@file")
      else { return nil }
      return LeftVolume(path: path, device: record.name)
    }
  }
}
