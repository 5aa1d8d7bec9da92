import Foundation
import TestSupport
import Testing

@testable import VMScriptPlan
@testable import VMScriptRuntime

@Suite struct ImageSourceTests {
  @Test func aRelativePathIsBesideTheScriptAndNowhereElse() throws {
    let folder = try ScratchFolder()
    let path = try folder.write("a.raw", [1])
    #expect(ImageSource("a.raw", folder: folder.path) == .local(path))
    #expect(ImageSource("file:a.raw", folder: folder.path) == .local(path))
    #expect(ImageSource("file://" + path, folder: nil) == .local(path))
    // Package.swift is in the folder that the tests work in.
    try #require(FileManager.default.fileExists(atPath: "Package.swift"))
    #expect(
      ImageSource("Package.swift", folder: folder.path) == .host(folder.file("Package.swift")))
    let here = FileManager.default.currentDirectoryPath + "/Package.swift"
    #expect(ImageSource("Package.swift", folder: nil) == .local(here))
  }

  @Test func aFileURLMayEscapeItsCharacters() throws {
    let folder = try ScratchFolder()
    let path = try folder.write("a b.raw", [1])
    let escaped = path.replacingOccurrences(of: " ", with: "%20")
    #expect(ImageSource("file://" + escaped, folder: nil) == .local(path))
  }

  @Test func volumesAndAddressesAreDistinguished() {
    #expect(ImageSource("volume:fast/a/b", folder: nil) == .volume(pool: "fast", name: "a/b"))
    #expect(ImageSource("https://x.test/a", folder: nil) == .remote("https://x.test/a"))
    #expect(ImageSource("/no/such.qcow2", folder: nil) == .host("/no/such.qcow2"))
    #expect(ImageSource("volume:x", folder: "/no/such") == .host("/no/such/volume:x"))
  }
}
