import VMScript
import VMScriptSyntax

/// The Ignition configuration of a guest, a file that QEMU passes to it as firmware configuration.
enum Ignition {
  /// The name under which Ignition finds its configuration.
  static let entry = "opt/com.coreos/config"

  /// Returns the file with a declared configuration. Secrets are revealed, as the guest needs them.
  static func file(_ value: Value) -> SeedFile {
    let text = value.text ?? value.json(indentation: nil, revealsSecrets: true)
    return SeedFile(name: "config.ign", text: text)
  }

  /// Returns the path of the configuration in a domain's document; nil if there is none.
  static func path(in root: XMLElement) -> String? { element(in: root)?["file"] }

  /// Writes the path of the configuration to a domain's document.
  ///
  /// - Parameter path: nil to remove a configuration that the stack made.
  static func write(
    _ path: String?, to root: XMLElement, of declaration: Declaration, stack: String
  ) {
    let present = element(in: root)
    if let path {
      guard present?["file"] != path else { return }
      present?.detach()
      let info = root.ensure("sysinfo", with: ["@type": "fwcfg"])
      info.add("entry", ["name": entry, "file": path])
    } else if isLeft(present?["file"], by: declaration, stack: stack) {
      present?.detach()
      for info in root.all("sysinfo") where info["type"] == "fwcfg" && info.children.isEmpty {
        info.detach()
      }
    }
  }

  /// Whether a path is a configuration that the stack made, and that the script no longer declares.
  static func isLeft(_ path: String?, by declaration: Declaration, stack: String) -> Bool {
    guard declaration.body["ignition"] == nil, let path, let name = VolumeName(ofFile: path),
      case .seed = name.role
    else { return false }
    return name.stack == stack && name.isOwned(by: declaration.name)
  }

  private static func element(in root: XMLElement) -> XMLElement? {
    root.all("sysinfo").lazy.filter { $0["type"] == "fwcfg" }
      .flatMap { $0.all("entry") }.first { $0["name"] == entry }
  }
}

extension LiveDomain {
  /// The path of the Ignition configuration; nil if there is none.
  var ignitionPath: String? { definition.read { Ignition.path(in: $0) } }
}

/// Comparison of the present Ignition configuration with the declared one.
extension StoragePlan {
  /// Returns the difference of a domain's configuration, if any. The name of the volume contains
  /// the digest of its content.
  func ignitionDifference(
    of declaration: Declaration, _ domain: LiveDomain
  ) -> PropertyDifference? {
    let present = domain.ignitionPath
    let hidden = present.map { _ in Value.secret(SecretText("")) }
    if let ignition = domains[declaration.name]?.ignition {
      let isThere = live.storage.place(at: ignition.path) != nil
      guard present != ignition.path || !isThere else { return nil }
      return PropertyDifference(
        name: "ignition", from: hidden, to: declaration.body["ignition"], impact: .nextStart,
        consequence: "at next start, only if it is the first boot of the guest's system")
    }
    guard Ignition.isLeft(present, by: declaration, stack: set.stack) else { return nil }
    return PropertyDifference(name: "ignition", from: hidden, to: nil, impact: .nextStart)
  }
}
