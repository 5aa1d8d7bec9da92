import VMScript
import VMScriptSyntax

/// What `hypervisor = auto` means on a host.
public enum HypervisorChoice {
  /// The domain type: `test` on libvirt's test driver, else what was asked for, else `kvm` where the
  /// host offers it, else `qemu`.
  ///
  /// - Parameters:
  ///   - driver: the connection's driver, from `virConnectGetType`.
  ///   - option: the run's option, which wins over the environment's.
  ///   - environment: the value of `VMSCRIPT_HYPERVISOR`.
  ///   - capabilities: the XML of `virConnectGetCapabilities`; empty where there is no host.
  /// - Throws: a diagnostic where that is what decides, and cannot be read.
  public static func resolve(
    driver: String, option: String?, environment: String?, capabilities: String
  ) throws(Diagnostic) -> String {
    if driver.lowercased() == "test" { return "test" }
    let asked = [option, environment].compactMap(\.self).first { !$0.isEmpty && $0 != "auto" }
    if let asked { return asked }
    do throws(MalformedXML) { return try offersKVM(capabilities) ? "kvm" : "qemu" } catch {
      throw HostMachinesMessages.unknownHypervisor(error)
    }
  }

  /// Whether any `guest/arch/domain` of the capabilities has the type `kvm`.
  private static func offersKVM(_ capabilities: String) throws(MalformedXML) -> Bool {
    guard !capabilities.isEmpty else { return false }
    let root = try XMLElement.parse(capabilities, root: "capabilities")
    return root.all("guest").flatMap { $0.all("arch") }.flatMap { $0.all("domain") }
      .contains { $0["type"] == "kvm" }
  }
}
