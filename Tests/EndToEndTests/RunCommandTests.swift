import Foundation
import Testing

@Suite struct RunCommandTests {
  /// The connection that needs no host: it lives in the process and starts afresh each time.
  static let testHost = ["LIBVIRT_DEFAULT_URI": "test:///default"]

  @Test(arguments: [["run"], []])
  func aScriptIsPutIntoEffect(command: [String]) throws {
    let result = try vmscript(
      command + ["Examples/tour/01-hello.vmscript"], environment: Self.testHost)
    #expect(result.status == 0)
    #expect(result.output.hasPrefix("hello is running\nuuid = \""))
    #expect(result.errors.contains("01-hello on test:///default: 2 to create"))
    #expect(result.errors.contains("✓ domain hello  created"))
    #expect(result.errors.contains("01-hello: 2 created in "))
  }

  @Test func verbsRunInOrder() throws {
    let result = try vmscript(
      ["run", "Examples/tour/06-verbs.vmscript"], environment: Self.testHost)
    #expect(result.status == 0)
    #expect(result.errors.contains("06-verbs: 1 created, 7 verbs run in "))
  }

  @Test func aPlanGoesToStandardOutputAndChangesNothing() throws {
    let result = try vmscript(
      ["plan", "Examples/hello.vmscript"], environment: Self.testHost)
    #expect(result.status == 0)
    #expect(result.output.contains("+ net lab\n+ domain hello\n"))
    #expect(result.output.contains("hello on test:///default: 2 to create\n"))
    #expect(result.errors == "")
  }

  @Test func aConnectionThatFailsSaysWhichWhyAndWhatToTry() throws {
    let result = try vmscript(["run", "-c", "test:///nowhere.xml", "Examples/hello.vmscript"])
    #expect(result.status == 4)
    #expect(result.output == "")
    #expect(result.errors.contains("cannot connect to `test:///nowhere.xml`"))
    #expect(result.errors.contains("libvirt says: "))
    #expect(result.errors.contains("--connect test:///default"))
  }

  @Test func destroyNeedsNoScript() throws {
    let result = try vmscript(["destroy", "--stack", "none"], environment: Self.testHost)
    #expect(result.status == 0)
    #expect(result.errors.hasPrefix("none: nothing to change in "))
  }
}
