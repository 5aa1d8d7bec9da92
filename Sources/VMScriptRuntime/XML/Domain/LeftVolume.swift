import VMScript
import VMScriptSyntax

/// A volume of the domain's own on a drive that its script no longer declares.
struct LeftVolume: Sendable {
  /// On the host.
  let path: String
  /// The block that it belonged to.
  let device: DeviceName
}

extension DomainXML {
  /// The volumes that go with drives which are no longer declared.
  static func leftVolumes(
    _ declaration: Declaration, context: XMLContext, definition: String
  ) throws(Diagnostic) -> [LeftVolume] {
    let root = try declaration.document(definition)
    let devices = DomainDevices(declaration, context: context, on: root)
    return devices.gone.compactMap { record in
      guard let element = record.element(in: root),
        devices.ownVolume(of: record, element) != nil,
        let path = element.text(at: "source/@file")
      else { return nil }
      return LeftVolume(path: path, device: record.name)
    }
  }
}
