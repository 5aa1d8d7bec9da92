import Foundation
import Testing

@Suite struct CheckCommandTests {
  @Test(arguments: [
    "01-hello", "02-by-hand", "03-lab", "04-language", "05-modules", "06-verbs", "07-networks",
  ])
  func aTourScriptHasNoSyntaxError(name: String) throws {
    let result = try vmscript("check", "Examples/tour/\(name).vmscript")
    #expect(result.status == 0)
    #expect(result.output == "")
    #expect(result.errors == "")
  }

  @Test func aScriptWithErrorsExitsWithTwoAndNamesThePlace() throws {
    let result = try vmscript("check", "-", input: Array("let a = 1\nlet = 2\n".utf8))
    #expect(result.status == 2)
    #expect(result.output == "")
    #expect(result.errors.hasPrefix("error[VM01"))
    #expect(result.errors.contains("<stdin>:2:"))
  }

  @Test func everyErrorOfEveryFileIsReported() throws {
    let result = try vmscript(
      "check", "-", "no-such.vmscript", input: Array("let = 1\nlet = 2\n".utf8))
    #expect(result.status == 2)
    #expect(result.errors.contains("<stdin>:1:"))
    #expect(result.errors.contains("<stdin>:2:"))
    #expect(result.errors.contains("error[VM0801]: cannot read `no-such.vmscript`"))
    #expect(result.errors.contains("there is no such file"))
  }

  @Test(arguments: [
    ("/domain/nothing", 2), ("/domain/devices/disk", 2), ("/domain/devices/disk/source/x", 2),
    ("/domain/devices", 0), ("/domain/devices/interface[@type='network']/source", 0),
    ("/domain/devices/cdrom", 2), ("/domain/os/type", 0), ("/domain/devices/hub", 0),
  ])
  func aPatchThatFindsNothingIsAnError(path: String, status: Int32) throws {
    let script = """
      domain a {
        nic { net = "default" }
        xml "/domain/devices" { append = "<hub type='usb'/>" }
        xml "\(path)" { append = "<a/>" }
      }
      """
    let result = try vmscript("check", "-", input: Array(script.utf8))
    #expect(result.status == status, "\(result.errors)")
    #expect(result.errors.contains("error[VM0273]") == (status == 2))
  }

  @Test func aFolderIsNoScript() throws {
    let result = try vmscript("check", "Examples")
    #expect(result.status == 2)
    #expect(result.errors.contains("error[VM0801]: cannot read `Examples`"))
    #expect(result.errors.contains("it is a folder"))
  }

  @Test func diagnosticsAsJSONAreOneObjectOnALine() throws {
    let result = try vmscript("check", "-", "--json", input: Array("let = 1\n".utf8))
    #expect(result.status == 2)
    let lines = result.errors.split(separator: "\n")
    #expect(!lines.isEmpty)
    for line in lines {
      let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
      #expect(object?["severity"] as? String == "error")
      #expect(object?["line"] as? Int == 1)
    }
  }

  @Test func colourIsForTerminalsUnlessAskedFor() throws {
    let bad = Array("let = 1\n".utf8)
    #expect(try !vmscript("check", "-", input: bad).errors.contains("\u{1B}"))
    #expect(
      try vmscript("check", "-", "--color", "always", input: bad).errors.contains("\u{1B}"))
  }

  @Test(arguments: [
    [0xFF, 0xFE], [0x00], Array("let s = \"open".utf8), Array("net a {".utf8),
    Array("let s = \"\\(1\"".utf8), Array(repeating: UInt8(ascii: "("), count: 100_000),
  ])
  func binaryInputIsRefused(bytes: [UInt8]) throws {
    let result = try vmscript("check", "-", input: bytes)
    #expect(result.status == 2)
    #expect(result.errors.hasPrefix("error[VM01"))
  }

  @Test func lineEndsAndAByteOrderMarkAreFine() throws {
    let result = try vmscript(
      "check", "-", input: [0xEF, 0xBB, 0xBF] + Array("let a = 1\r\n".utf8))
    #expect(result.status == 0)
    #expect(result.errors == "")
  }
}
