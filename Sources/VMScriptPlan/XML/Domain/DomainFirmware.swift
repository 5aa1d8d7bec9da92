import VMScript

/// The kind of firmware that libvirt chooses for a domain.
struct DomainFirmware {
  static let bios = "bios"
  private static let uefi = "uefi"
  private static let secure = "uefi_secure"
  /// The features of a firmware that starts only what Microsoft signed.
  private static let features = ["enrolled-keys", "secure-boot"]

  private let root: XMLElement

  /// - Parameter root: the domain.
  init(_ root: XMLElement) { self.root = root }

  /// The word of the language.
  var kind: String {
    guard root.text(at: "os/@firmware") == "efi" else { return Self.bios }
    return isEnabled("secure-boot") ? Self.secure : Self.uefi
  }

  private func isEnabled(_ feature: String) -> Bool {
    root.first("os")?.first("firmware")?.first("feature", with: ["@name": feature])?["enabled"]
      == "yes"
  }

  /// Writes a kind, in the words of the language.
  func set(_ kind: String) {
    let wasSecure = self.kind == Self.secure
    let os = root.ensure("os")
    os["firmware"] = kind == Self.bios ? nil : "efi"
    guard kind == Self.secure else {
      // A firmware that was declared otherwise keeps its features.
      guard wasSecure else { return }
      os.remove("firmware")
      if let loader = os.first("loader") {
        loader["secure"] = nil
        if loader.attributes.isEmpty, loader.stringValue.isEmpty { loader.detach() }
      }
      return
    }
    let firmware = os.ensure("firmware")
    for name in Self.features {
      let feature = firmware.ensure("feature", with: ["@name": name])
      feature["enabled"] = "yes"
    }
    os.ensure("loader")["secure"] = "yes"
    // Only system management mode may write the variables.
    root.setText("on", at: "features/smm/@state")
  }
}
