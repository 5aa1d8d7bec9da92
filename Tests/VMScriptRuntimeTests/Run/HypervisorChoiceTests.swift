import Testing
import VMScriptSyntax

@testable import VMScriptPlan
@testable import VMScriptRuntime

@Suite struct HypervisorChoiceTests {
  private let kvm = """
    <capabilities><guest><arch name='x86_64'><domain type='qemu'/><domain type='kvm'/></arch>
    </guest></capabilities>
    """
  private let qemu = """
    <capabilities><guest><arch name='x86_64'><domain type='qemu'/></arch></guest></capabilities>
    """

  @Test func autoTakesWhatTheHostOffers() throws {
    func auto(_ capabilities: String) throws -> String {
      try HypervisorChoice.resolve(
        driver: "QEMU", option: nil, environment: nil, capabilities: capabilities)
    }
    #expect(try auto(kvm) == "kvm")
    #expect(try auto(qemu) == "qemu")
    #expect(try auto("") == "qemu")
  }

  @Test func optionWinsOverEnvironmentOverHost() throws {
    func choice(_ option: String?, _ environment: String?) throws -> String {
      try HypervisorChoice.resolve(
        driver: "QEMU", option: option, environment: environment, capabilities: kvm)
    }
    #expect(try choice("xen", "qemu") == "xen")
    #expect(try choice(nil, "qemu") == "qemu")
    #expect(try choice("auto", "qemu") == "qemu")
    #expect(try choice(nil, "") == "kvm")
  }

  @Test func theTestDriverTakesItsOwnTypeOnly() throws {
    let choice = try HypervisorChoice.resolve(
      driver: "Test", option: "kvm", environment: "qemu", capabilities: kvm)
    #expect(choice == "test")
  }

  @Test func unreadableCapabilitiesAreNotTakenForQEMU() throws {
    let error = #expect(throws: Diagnostic.self) {
      try HypervisorChoice.resolve(
        driver: "QEMU", option: nil, environment: nil, capabilities: "<capabilities")
    }
    #expect(error?.code.number == 753)
    let asked = try HypervisorChoice.resolve(
      driver: "QEMU", option: "kvm", environment: nil, capabilities: "<capabilities")
    #expect(asked == "kvm")
  }
}
