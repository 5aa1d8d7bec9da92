import Foundation
import Testing

/// The scripts of the tour that need no real host, from the command line.
@Suite struct TourTests {
  private let testHost = RunCommandTests.testHost

  @Test(arguments: ["01-hello", "05-modules", "06-verbs", "07-networks"])
  func itIsPlannedAndRun(name: String) throws {
    let script = "Examples/tour/\(name).vmscript"
    let plan = try vmscript("plan", script, environment: testHost)
    #expect(plan.status == 0)
    #expect(plan.output.contains("\(name) on test:///default: "))
    #expect(plan.errors == "")
    let run = try vmscript(script, environment: testHost)
    #expect(run.status == 0)
    #expect(run.errors.contains("\n\(name): "))
  }

  @Test func theVerbsStandInThePlan() throws {
    let plan = try vmscript("plan", "Examples/tour/06-verbs.vmscript", environment: testHost)
    #expect(
      plan.output.contains(
        "+ domain tour  memory 128MiB, nic (net default)\n> suspend tour\n> resume tour\n"))
  }

  @Test func parametersChangeThePlan() throws {
    let script = "Examples/tour/05-modules.vmscript"
    let settings = ["--set", "environment=production", "--set", "disks=3"]
    #expect(try vmscript(["check", script] + settings).status == 0)
    let test = try vmscript("plan", script, environment: testHost)
    let production = try vmscript(["plan", script] + settings, environment: testHost)
    #expect(production.status == 0)
    #expect(test.output.contains("+ domain test-api-2     memory 256MiB, cpus 1"))
    #expect(production.output.contains("+ domain production-api-2     memory 8GiB"))
    #expect(test.output != production.output)
  }
}
