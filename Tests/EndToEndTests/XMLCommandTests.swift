import Foundation
import FoundationXML
import Testing

@Suite struct XMLCommandTests {
  @Test func everyNetworkAndDomainIsPrinted() throws {
    let result = try vmscript("xml", "Examples/tour/07-networks.vmscript")
    #expect(result.status == 0)
    #expect(result.errors == "")
    let roots = try result.output.components(separatedBy: "\n\n").map { text in
      try #require(XMLDocument(xmlString: text).rootElement())
    }
    #expect(
      roots.compactMap { $0.elements(forName: "name").first?.stringValue }
        == ["nat1", "quiet", "routed", "lan", "direct", "multi"])
    #expect(roots.last?.attribute(forName: "type")?.stringValue == "qemu")
  }

  @Test func oneNameIsEnough() throws {
    let result = try vmscript(
      "xml", "Examples/tour/05-modules.vmscript", "production-api-1", "--set",
      "environment=production", "--set", "disks=3")
    #expect(result.status == 0)
    #expect(result.output.hasPrefix("<domain type='qemu'>"))
    #expect(result.output.contains("05-modules.production-api-1.data3."))
    #expect(!result.output.contains("\n\n"))
  }

  @Test func aHostSaysWhatItsHypervisorIs() throws {
    let result = try vmscript(
      "xml", "Examples/tour/07-networks.vmscript", "multi", "-c", "test:///default")
    #expect(result.output.hasPrefix("<domain type='test'>"))
    let chosen = try vmscript(
      "xml", "Examples/tour/07-networks.vmscript", "multi", "--hypervisor", "kvm")
    #expect(chosen.output.hasPrefix("<domain type='kvm'>"))
  }

  @Test func aCloneOfAHostsDomainBeginsWithIt() throws {
    let result = try vmscript(
      "xml", "-", "copy", "-c", "test:///default",
      input: Array("clone \"test\" as copy { title = \"A copy\" }\n".utf8))
    #expect(result.status == 0)
    #expect(result.output.contains("<name>copy</name>"))
    #expect(result.output.contains("<title>A copy</title>"))
    #expect(result.output.contains("<memory unit='KiB'>8388608</memory>"))
    #expect(!result.output.contains("6695eb01-f6a4-8304-79aa-97f2502e193f"))
  }

  @Test func aNameThatIsNotDeclaredIsAnError() throws {
    let result = try vmscript("xml", "Examples/tour/07-networks.vmscript", "mulit")
    #expect(result.status == 1)
    #expect(result.output == "")
    #expect(result.errors.contains("did you mean `multi`?"))
  }

  @Test func passwordsAreMasked() throws {
    let result = try vmscript(
      "xml", "-", input: Array("domain a { vnc { password = \"hunter2\" } }\n".utf8))
    #expect(result.status == 0)
    #expect(result.output.contains("passwd='"))
    #expect(!result.output.contains("hunter2"))
  }

  @Test func theDocumentHoldsEachAsText() throws {
    struct Entry: Decodable {
      let kind: String
      let name: String
      let xml: String
    }
    let result = try vmscript("xml", "--json", "Examples/hello.vmscript")
    let entries = try JSONDecoder().decode([Entry].self, from: Data(result.output.utf8))
    #expect(entries.map(\.name) == ["lab", "hello"])
    #expect(entries[0].xml.contains("<network>"))
  }

  @Test func aHostThatDoesNotAnswerIsNoConnection() throws {
    let result = try vmscript(
      "xml", "Examples/hello.vmscript", "-c", "qemu+unix:///system?socket=/nowhere")
    #expect(result.status == 4)
  }
}
