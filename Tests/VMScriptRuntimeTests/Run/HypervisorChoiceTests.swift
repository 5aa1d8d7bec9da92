import Testing

@testable import VMScriptRuntime

@Suite struct HypervisorChoiceTests {
  private let kvm = """
    <capabilities><guest><arch name='x86_64'><domain type='qemu'/><domain type='kvm'/></arch>
    </guest></capabilities>
    """
  private let qemu = """
    <capabilities><guest><arch name='x86_64'><domain type='qemu'/></arch></guest></capabilities>
    """

  @Test func autoTakesWhatTheHostOffers() {
    func auto(_ capabilities: String) -> String {
      HypervisorChoice.resolve(
        driver: "QEMU", option: nil, environment: nil, capabilities: capabilities)
    }
    #expect(auto(kvm) == "kvm")
    #expect(auto(qemu) == "qemu")
    #expect(auto("") == "qemu")
  }

  @Test func optionWinsOverEnvironmentOverHost() {
    func choice(_ option: String?, _ environment: String?) -> String {
      HypervisorChoice.resolve(
        driver: "QEMU", option: option, environment: environment, capabilities: kvm)
    }
    #expect(choice("xen", "qemu") == "xen")
    #expect(choice(nil, "qemu") == "qemu")
    #expect(choice("auto", "qemu") == "qemu")
    #expect(choice(nil, "") == "kvm")
  }

  @Test func theTestDriverTakesItsOwnTypeOnly() {
    let choice = HypervisorChoice.resolve(
      driver: "Test", option: "kvm", environment: "qemu", capabilities: kvm)
    #expect(choice == "test")
  }
}
