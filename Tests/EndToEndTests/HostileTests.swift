import Foundation
import Testing

/// Scripts that mean harm, each in a process of its own with a hard limit on its memory and its time:
/// they end in a diagnostic, and the program that evaluates them goes on.
@Suite struct HostileTests {
  /// The scripts of `Tests/Hostile`, whose first lines name the diagnostics that may end them.
  private static let scripts: [String] =
    ((try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? [])
    .filter { $0.hasSuffix(".vmscript") }.sorted()

  private static let folder = packageFolder.appendingPathComponent("Tests/Hostile")

  @Test(arguments: scripts)
  func aHostileScriptEndsInADiagnostic(name: String) throws {
    let file = Self.folder.appendingPathComponent(name)
    let first = try String(contentsOf: file, encoding: .utf8).prefix { $0 != "\n" }
    #expect(first.hasPrefix("#: VM0"))
    // On a slow machine any of them may run out of time first.
    let expected = first.split(separator: " ").dropFirst() + ["VM0417"]
    let result = try run(
      URL(fileURLWithPath: "/usr/bin/prlimit"),
      ["--as=2000000000", "--cpu=60", "--core=0", Self.host.path, file.path])
    #expect(result.status == 0, "\(result.errors)")
    #expect(expected.contains { result.output.contains("error[\($0)]") }, "\(result.output)")
    #expect(result.output.hasSuffix("\nstill there\n"))
    #expect(!result.output.contains("the secret word"))
  }

  private static let host = productsFolder.appendingPathComponent("HostileHost")
}
