import Libvirt
import TestSupport
import Testing
import VMScript
import VMScriptSyntax

@testable import VMScriptPlan
@testable import VMScriptRuntime

/// Whole runs on libvirt's test driver, one after another for they share its network addresses.
@Suite(.serialized) struct RunnerTests {
  private let stack = TestHost.name("runs")
  private let net = TestHost.name("lab")
  private let domain = TestHost.name("hello")

  init() async throws { try await TestHost.keep() }

  private func script(memory: String = "256MiB", rest: String = "") -> String {
    """
    stack "\(stack)"
    net "\(net)" { subnet = 10.10.0.0/24 }
    domain "\(domain)" { memory = \(memory), nic { net = net("\(net)") } }
    \(rest)
    """
  }

  private func run(_ text: String, plan: Bool = false) async throws -> RunReport {
    let program = try Script.program(text)
    let options = RunOptions(uri: "test:///default", assumeYes: true)
    return plan
      ? await Runner.plan(program, options: options)
      : await Runner.run(program, options: options)
  }

  private func destroy() async -> RunReport {
    await Runner.destroy(
      stack: stack, options: RunOptions(uri: "test:///default", assumeYes: true))
  }

  @Test func aRunCreatesASecondChangesNothingAndDestroyLeavesNothing() async throws {
    let planned = try await run(script(), plan: true)
    #expect(planned.plan.changes.map(\.name) == [net, domain])
    #expect(try await !TestHost.exists(domain))

    let first = try await run(script(rest: "output state = domain(\"\(domain)\").state"))
    #expect(first.outcome == .done, "\(first.diagnostics)")
    #expect(first.plan.changes.allSatisfy { $0.result == .done })
    #expect(first.outputs["state"]?.description == "running")

    let second = try await run(script())
    #expect(second.outcome == .done && second.plan.isEmpty, "\(second.plan.changes)")

    let third = try await run(script(memory: "512MiB"))
    #expect(third.plan.changes.map(\.action) == [.update], "\(third.diagnostics)")
    #expect(try await run(script(memory: "512MiB")).plan.isEmpty)

    let gone = await destroy()
    #expect(gone.outcome == .done, "\(gone.diagnostics)")
    #expect(gone.plan.changes.count == 2)
    #expect(try await !TestHost.exists(domain))
    #expect(await destroy().plan.isEmpty)
  }

  @Test func onlyARunThatIsDoneHasOutputs() async throws {
    let failed = try await run("let n = 1\noutput n = n\ncheck n == 2\n")
    #expect(failed.outcome == .scriptErrors)
    #expect(failed.outputs.isEmpty)
  }

  @Test func aPasswordThatIsAsDeclaredIsNoChange() async throws {
    func script(_ password: String) -> String {
      """
      stack "\(stack)"
      domain "\(domain)" { memory = 64MiB, vnc { password = "\(password)" } }
      """
    }
    #expect(try await run(script("hunter2")).outcome == .done)
    #expect(try await run(script("hunter2"), plan: true).plan.isEmpty)
    let changed = try await run(script("hunter3"), plan: true)
    #expect(changed.plan.changes.flatMap(\.properties).map(\.path) == ["vnc password"])
    let document = changed.plan.document(sources: changed.sources).json()
    #expect(!document.contains("hunter"))
    #expect(await destroy().outcome == .done)
  }

  @Test func aForeignDomainIsLeftUntouched() async throws {
    try await TestHost.define(domain)
    let report = try await run("stack \"\(stack)\"\ndomain \"\(domain)\" { memory = 64MiB }")
    #expect(report.outcome == .failed)
    #expect(report.diagnostics.map(\.code.number) == [501])
    #expect(try await TestHost.exists(domain))
  }

  @Test func aHostThatDoesNotAnswerIsNoConnection() async throws {
    let program = try Script.program("stop \"a\"")
    let report = await Runner.run(program, options: RunOptions(uri: "test:///nowhere.xml"))
    #expect(report.outcome == .noConnection)
    #expect(report.diagnostics.map(\.code.number) == [701])
  }

  @Test func aScriptWithoutResourcesNeedsNoHost() async throws {
    let program = try Script.program("output a = 1")
    let report = await Runner.run(program, options: RunOptions(uri: "test:///nowhere.xml"))
    #expect(report.outcome == .done)
    #expect(report.outputs["a"]?.json() == "1")
  }
}

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
