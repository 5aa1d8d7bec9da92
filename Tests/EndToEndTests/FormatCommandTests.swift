import Foundation
import TestSupport
import Testing

@Suite struct FormatCommandTests {
  private let messy = Array("let   a=1\n".utf8)

  @Test func standardInputGoesToStandardOutput() throws {
    let result = try vmscript("fmt", "-", input: messy)
    #expect(result.status == 0)
    #expect(result.output == "let a = 1\n")
    #expect(result.errors == "")
  }

  @Test func aFileIsFormattedInPlaceAndKeepsItsMode() throws {
    let folder = try ScratchFolder()
    let file = URL(fileURLWithPath: try folder.write("messy.vmscript", messy))
    try FileManager.default.setAttributes([.posixPermissions: 0o750], ofItemAtPath: file.path)

    let check = try vmscript("fmt", "--check", file.path)
    #expect(check.status == 1)
    #expect(check.output == "\(file.path)\n")
    #expect(try Data(contentsOf: file) == Data(messy))

    #expect(try vmscript("fmt", file.path).status == 0)
    #expect(try Data(contentsOf: file) == Data("let a = 1\n".utf8))
    let mode = try FileManager.default.attributesOfItem(atPath: file.path)[.posixPermissions]
    #expect((mode as? NSNumber)?.intValue == 0o750)

    let again = try vmscript("fmt", file.path, "--check")
    #expect(again.status == 0)
    #expect(again.output == "")
  }

  @Test func aScriptWithErrorsIsLeftAlone() throws {
    let result = try vmscript("fmt", "-", input: Array("let = 1\n".utf8))
    #expect(result.status == 2)
    #expect(result.output == "")
    #expect(result.errors.hasPrefix("error[VM01"))
  }
}
