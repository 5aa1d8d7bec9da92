import VMScript

/// What `hypervisor = auto` means on a host.
public enum HypervisorChoice {
  /// The domain type: `test` on libvirt's test driver, else what was asked for, else `kvm` where the
  /// host offers it, else `qemu`.
  ///
  /// - Parameters:
  ///   - driver: the connection's driver, from `virConnectGetType`.
  ///   - option: the run's option, which wins over the environment's.
  ///   - environment: the value of `VMSCRIPT_HYPERVISOR`.
  ///   - capabilities: the XML of `virConnectGetCapabilities`.
  public static func resolve(
    driver: String, option: String?, environment: String?, capabilities: String
  ) -> String {
    if driver.lowercased() == "test" { return "test" }
    let asked = [option, environment].compactMap(\.self).first { !$0.isEmpty && $0 != "auto" }
    return asked ?? (offersKVM(capabilities) ? "kvm" : "qemu")
  }

  /// Whether any `guest/arch/domain` of the capabilities has the type `kvm`.
  private static func offersKVM(_ capabilities: String) -> Bool {
    guard let root = try? XMLElement.parse(capabilities, root: "capabilities") else { return false }
    return root.all("guest").flatMap { $0.all("arch") }.flatMap { $0.all("domain") }
      .contains { $0["type"] == "kvm" }
  }
}
