import Foundation
import Testing

@Suite struct InspectionTests {
  private let testHost = RunCommandTests.testHost

  @Test func aListShowsObjectsAndTheirOwners() throws {
    let host = try OwnedHost(stack: "lab", domains: ["web", "db"], networks: ["lan"])
    defer { host.remove() }
    let all = try vmscript("list", "--stack", "lab", "-c", host.uri)
    #expect(all.status == 0)
    #expect(
      all.output == """
        DOMAIN  STATE    STACK  ADDRESS
        db      running  lab    -
        web     running  lab    -

        NET  STATE    STACK  SUBNET
        lan  running  lab    10.99.0.0/24

        """)
  }

  @Test func aListOfAnotherStackIsEmpty() throws {
    let result = try vmscript("list", "--stack", "other", environment: testHost)
    #expect(result.status == 0)
    #expect(result.output == "")
    #expect(result.errors == "the stack other has no resources on this host\n")
    let document = try vmscript("list", "--stack", "other", "--json", environment: testHost)
    #expect(
      try JSONSerialization.jsonObject(with: Data(document.output.utf8)) as? [String: [String]]
        == ["domains": [], "networks": [], "images": []])
  }

  @Test func anObjectIsShown() throws {
    let result = try vmscript("show", "test", environment: testHost)
    #expect(result.status == 0)
    #expect(result.output.hasPrefix("kind       domain\nname       test\nstate      running\n"))
    #expect(result.output.contains("\nnics       mac aa:bb:cc:dd:ee:ff  net default\n"))
    #expect(try vmscript("show", "default", environment: testHost).output.contains("kind  "))
  }

  @Test func aNameThatNothingBearsIsAnError() throws {
    let result = try vmscript("show", "tset", environment: testHost)
    #expect(result.status == 1)
    #expect(result.errors.contains("error[VM0790]"))
    #expect(result.errors.contains("did you mean `test`?"))
  }

  @Test(arguments: [["list"], ["show", "x"], ["status", "Examples/hello.vmscript"]])
  func withoutAConnectionTheExitCodeIsFour(command: [String]) throws {
    let result = try vmscript(command + ["-c", "qemu+unix:///system?socket=/nowhere"])
    #expect(result.status == 4)
    #expect(result.output == "")
    #expect(result.errors.contains("error[VM0701]"))
  }

  @Test func aStatusPutsEachResourceBesideItsDeclaration() throws {
    let host = try OwnedHost(stack: "stdin", domains: ["same", "old"], networks: [])
    defer { host.remove() }
    let script = """
      domain same { memory = 64MiB }
      domain new { memory = 64MiB }
      print "unseen"
      """
    let result = try vmscript("status", "-", "-c", host.uri, input: Array(script.utf8))
    #expect(result.status == 0)
    #expect(
      result.output == """
        KIND    NAME  STATUS       DIFFERENCES
        domain  same  as declared  -
        domain  new   missing      -
        domain  old   undeclared   -

        """)
    let differs = try vmscript(
      "status", "--exit-code", "--json", "-", "-c", host.uri,
      input: Array("domain same { memory = 128MiB }\n".utf8))
    #expect(differs.status == 5)
    #expect(differs.output.contains("\"differs\""))
    #expect(differs.output.contains("\"memory\""))
  }
}
