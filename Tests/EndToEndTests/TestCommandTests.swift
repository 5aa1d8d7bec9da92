import Foundation
import TestSupport
import Testing

/// `vmscript test` and `vmscript sweep` on libvirt's test driver.
@Suite struct TestCommandTests {
  private let scratch: ScratchFolder

  init() throws { scratch = try ScratchFolder() }

  private func test(_ arguments: String..., scripts: [String: String]) throws -> CommandResult {
    for (name, text) in scripts { try scratch.write(name, text) }
    return try vmscript(
      ["test"] + scripts.keys.sorted() + arguments + ["-c", "test:///default"],
      folder: scratch.url)
  }

  @Test func eachCheckIsALine() throws {
    let result = try test(
      scripts: [
        "a.vmscript": "domain a { memory = 64MiB }\ncheck a.state == \"running\", \"it runs\""
      ])
    #expect(result.status == 0, "\(result.errors)")
    #expect(result.errors.contains("  ok     it runs  0.0s\n"))
    #expect(result.errors.contains("a.vmscript: 1 check passed in "))
  }

  @Test func failuresAreWrittenForOtherPrograms() throws {
    let result = try test(
      "--junit", "results.xml",
      scripts: [
        "a.vmscript": "domain a { memory = 64MiB }\ncheck 1 == 2, \"no <&>\"\ncheck true",
        "b.vmscript": "domain b { memory = 64MiB }\ncheck b.state == \"running\"",
      ])
    #expect(result.status == 1)
    #expect(result.errors.contains("  FAILED no <&>  0.0s\n"))
    #expect(result.errors.contains("error[VM0313]: check failed: no <&>"))
    #expect(result.errors.contains("a.vmscript: FAILED: 1 of 2 checks failed in "))
    #expect(result.errors.contains("1 of 2 tests failed in "))
    let python = try run(
      URL(fileURLWithPath: "/usr/bin/env"),
      [
        "python3", "-c",
        """
        import sys, xml.etree.ElementTree as tree
        root = tree.parse(sys.argv[1]).getroot()
        print(root.get("tests"), root.get("failures"), [s.get("name") for s in root])
        print([(c.get("name"), c.get("line")) for c in root.iter("testcase") if len(c)])
        """, scratch.file("results.xml"),
      ])
    #expect(
      python.output == "7 1 ['a.vmscript', 'b.vmscript']\n[('no <&>', '2')]\n",
      "\(python.errors)")
    let folders = try FileManager.default.contentsOfDirectory(
      atPath: scratch.file("vmscript-test"))
    #expect(folders.count == 1 && folders.first?.hasPrefix("test-a-") == true)
  }

  @Test func theDocumentHasEveryCase() throws {
    let result = try test(
      "--json", "--parallel", "2",
      scripts: [
        "a.vmscript": "domain a { memory = 64MiB }\ncheck a.state == \"running\"",
        "b.vmscript": "domain b { memory = 64MiB }\ncheck 1 == 2",
      ])
    #expect(result.status == 1)
    let document = try JSON(result.output)
    #expect(document.items.map { $0["file"].text } == ["a.vmscript", "b.vmscript"])
    #expect(
      document[1]["cases"].items.map { $0["name"].text } == ["applied", "1 == 2", "destroyed"])
    #expect(document[1]["cases"][1]["location"].text == "b.vmscript:2")
  }

  @Test func errorsHaveTheirUsualStatus() throws {
    let syntax = try test(scripts: ["a.vmscript": "let = 1"])
    #expect(syntax.status == 2)
    let division = try test(scripts: ["a.vmscript": "domain a { memory = 64MiB }\nprint 1 / 0"])
    #expect(division.status == 2, "\(division.errors)")
    let offline = try vmscript(
      ["test", "a.vmscript", "-c", "qemu+unix:///system?socket=/nowhere"], folder: scratch.url)
    #expect(offline.status == 4)
    for wrong in [["--stack", "x"], ["--lifetime", "0s"], ["--parallel", "0"]] {
      #expect(try vmscript(["test", "a.vmscript"] + wrong, folder: scratch.url).status == 64)
    }
  }

  @Test func aHostWithoutTemporaryStacksIsNotSwept() throws {
    let sweep = try vmscript("sweep", "-c", "test:///default")
    #expect(sweep.status == 0)
    #expect(sweep.errors == "no stack on this host is past its lifetime\n")
    let list = try vmscript("sweep", "--list", "--json", "-c", "test:///default")
    #expect(try JSON(list.output)["stacks"].items.isEmpty)
  }
}
