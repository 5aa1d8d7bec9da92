import Foundation
import Testing

/// The files that `scripts/install` installs below a prefix.
@Suite(.enabled(if: sanitizer == nil, "nothing is installed with a sanitizer"))
struct InstallTests {
  @Test(arguments: [
    "bin/vmscript", "lib/libvmscript.so", "lib/libvmscript.so.0", "include/vmscript.h",
    "lib/pkgconfig/vmscript.pc", "share/man/man1/vmscript.1",
    "share/bash-completion/completions/vmscript", "share/zsh/site-functions/_vmscript",
    "share/fish/vendor_completions.d/vmscript.fish", "share/vmscript/grammar/vmscript.ebnf",
  ])
  func everyFileIsInstalled(path: String) throws {
    let file = try Prefix.shared.get().file(path)
    #expect(try !Data(contentsOf: file).isEmpty)
  }

  @Test func theProgramRuns() throws {
    let program = try Prefix.shared.get().file("bin/vmscript")
    #expect(try Prefix.succeed(program, ["eval", "-e", "output a = 1"]) == "{\n  \"a\": 1\n}\n")
  }

  @Test func everythingHasTheVersionOfTheHeader() throws {
    let prefix = try Prefix.shared.get()
    let header = try String(contentsOf: prefix.file("include/vmscript.h"), encoding: .utf8)
    let version = ["MAJOR", "MINOR", "PATCH"].compactMap { part in
      header.split(separator: "\n").first { $0.hasPrefix("#define VMS_VERSION_\(part) ") }?
        .split(separator: " ").last
    }.joined(separator: ".")
    #expect(try Prefix.succeed(prefix.file("bin/vmscript"), ["--version"]) == "\(version)\n")
    for (path, line) in [
      ("lib/pkgconfig/vmscript.pc", "Version: \(version)\n"),
      ("share/man/man1/vmscript.1", "\"VMScript \(version)\"\n"),
    ] {
      #expect(try String(contentsOf: prefix.file(path), encoding: .utf8).contains(line))
    }
    #expect(try !Data(contentsOf: prefix.file("lib/libvmscript.so.\(version)")).isEmpty)
  }

  @Test func theManualHasEverySubcommand() throws {
    let page = try Prefix.shared.get().file("share/man/man1/vmscript.1")
    let text = try String(contentsOf: page, encoding: .utf8)
    for name in ["run", "plan", "destroy", "check", "eval", "fmt", "explain"] {
      #expect(text.contains(".SS vmscript \(name)\n"))
    }
  }

  @Test func wrongUsageIsRefused() throws {
    let install = packageFolder.appendingPathComponent("scripts/install")
    for arguments in [["relative"], ["/a", "/b"], ["--built"]] {
      #expect(try run(install, arguments).status == 64)
    }
  }

  @Test func theLibraryShowsNothingButItsFunctions() throws {
    let library = try Prefix.shared.get().file("lib/libvmscript.so")
    let symbols = try Prefix.succeed(
      URL(fileURLWithPath: "/usr/bin/env"), ["nm", "-D", "--defined-only", library.path])
    let names = symbols.split(separator: "\n").compactMap { $0.split(separator: " ").last }
    #expect(names.allSatisfy { $0.hasPrefix("vms_") })
    let header = try String(
      contentsOf: try Prefix.shared.get().file("include/vmscript.h"), encoding: .utf8)
    let declared = header.split(separator: "\n").filter { $0.hasPrefix("VMS_API ") }.compactMap {
      $0.split(separator: "(").first?.split { " *".contains($0) }.last
    }
    #expect(declared.sorted() == names.sorted())
  }

  @Test func theLibraryNeedsNeitherLibvirtNorSwift() throws {
    let library = try Prefix.shared.get().file("lib/libvmscript.so")
    let needed = try Prefix.succeed(URL(fileURLWithPath: "/usr/bin/env"), ["ldd", library.path])
    for name in ["libvirt", "libswift", "libFoundation", "not found"] {
      #expect(!needed.contains(name))
    }
  }
}
