import TestSupport
import Testing
import VMScript

@testable import VMScriptPlan
@testable import VMScriptRuntime

@Suite struct HostMachinesTests {
  private let machines = Result {
    try HostMachines(
      capabilities: """
        <capabilities><host><cpu><arch>x86_64</arch></cpu></host>
        <guest><os_type>hvm</os_type><arch name='x86_64'>
          <machine maxCpus='255'>pc-i440fx-7.2</machine>
          <machine canonical='pc-i440fx-7.2' maxCpus='255'>pc</machine>
          <machine canonical='pc-q35-7.2' maxCpus='288'>q35</machine>
          <domain type='qemu'/>
          <domain type='kvm'><machine maxCpus='1'>isapc</machine></domain>
        </arch></guest></capabilities>
        """)
  }

  @Test(
    arguments: [
      ("machine = \"q35\"", []), ("machine = \"isapc\"", []), ("arch = \"x86_64\"", []),
      ("machine = \"q36\"", [751]), ("arch = aarch64", [751]),
      ("cpus = 255", []), ("cpus = 256", [752]), ("machine = \"q35\", cpus = 288", []),
      ("machine = \"q35\", cpus = 289", [752]), ("cpus { sockets = 64, cores = 8 }", [752]),
    ])
  func anUnavailableMachineIsAnErrorOfThePlan(body: String, codes: [Int]) throws {
    let domain = try #require(try Script.declarations("domain a { \(body) }").first)
    #expect(try machines.get().problems(of: domain).map(\.code.number) == codes)
  }

  @Test func aHostWithoutAListOfMachinesIsNotChecked() throws {
    let domain = try #require(try Script.declarations("domain a { machine = \"x\" }").first)
    #expect(try HostMachines(capabilities: "<capabilities/>").problems(of: domain).isEmpty)
  }

  @Test func unreadableCapabilitiesAreAnError() {
    #expect(throws: MalformedXML.self) { try HostMachines(capabilities: "no XML") }
  }
}
