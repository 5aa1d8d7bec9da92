import Foundation
import Testing

/// What a program loads that hosts the language alone.
@Suite struct LinkingTests {
  @Test func theLanguageAloneLoadsNoLibvirt() throws {
    let host = productsFolder.appendingPathComponent("HostileHost")
    let libraries = try run(URL(fileURLWithPath: "/usr/bin/ldd"), [host.path])
    #expect(libraries.status == 0)
    #expect(libraries.output.contains("libc.so"))
    for name in ["libvirt", "libarchive", "libedit"] {
      #expect(!libraries.output.contains(name), "\(libraries.output)")
    }
    let command = try run(
      URL(fileURLWithPath: "/usr/bin/ldd"), [productsFolder.appendingPathComponent("vmscript").path]
    )
    #expect(command.output.contains("libvirt"))
  }
}
