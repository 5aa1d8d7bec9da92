import Foundation
import Testing

/// The libraries that a program loads with the language alone.
@Suite struct LinkingTests {
  @Test func theLanguageAloneLoadsNoLibvirt() throws {
    let host = productsFolder.appendingPathComponent("HostileHost")
    let libraries = try run(URL(fileURLWithPath: "/usr/bin/ldd"), [host.path])
    #expect(libraries.status == 0)
    #expect(libraries.output.contains("libc.so"))
    for name in ["libvirt", "libarchive", "libedit", "libxml2"] {
      #expect(!libraries.output.contains(name), "\(libraries.output)")
    }
    let command = try run(
      URL(fileURLWithPath: "/usr/bin/ldd"), [productsFolder.appendingPathComponent("vmscript").path]
    )
    #expect(command.output.contains("libvirt"))
  }

  /// libvirt loads libxml2 for itself; what counts is what a program names as its own need.
  @Test func onlyTestsLinkLibxml2() throws {
    for name in ["HostileHost", "vmscript"] {
      let program = productsFolder.appendingPathComponent(name).path
      let needed = try run(URL(fileURLWithPath: "/usr/bin/readelf"), ["--dynamic", program])
      #expect(needed.status == 0)
      #expect(needed.output.contains("libc.so"))
      #expect(!needed.output.contains("libxml2"), "\(needed.output)")
    }
  }
}
