import Foundation
import Testing

@testable import VMScriptRuntime

@Suite struct ImageSourceTests {
  @Test func aRelativePathIsLookedForBesideTheScriptFirst() throws {
    let folder = try ScratchFolder()
    let path = try folder.write("a.raw", [1])
    #expect(ImageSource("a.raw", folder: folder.path) == .local(path))
    #expect(ImageSource("file:a.raw", folder: folder.path) == .local(path))
    #expect(ImageSource("file://" + path, folder: nil) == .local(path))
    #expect(ImageSource("a.raw", folder: nil) == .host("a.raw"))
  }

  @Test func aFileURLMayEscapeItsCharacters() throws {
    let folder = try ScratchFolder()
    let path = try folder.write("a b.raw", [1])
    let escaped = path.replacingOccurrences(of: " ", with: "%20")
    #expect(ImageSource("file://" + escaped, folder: nil) == .local(path))
  }

  @Test func volumesAndAddressesAreToldApart() {
    #expect(ImageSource("volume:fast/a/b", folder: nil) == .volume(pool: "fast", name: "a/b"))
    #expect(ImageSource("https://x.test/a", folder: nil) == .remote("https://x.test/a"))
    #expect(ImageSource("/no/such.qcow2", folder: nil) == .host("/no/such.qcow2"))
    #expect(ImageSource("volume:x", folder: nil) == .host("volume:x"))
  }
}
