import Foundation
import TestSupport
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
    let playground = try Playground(file)
    // A sanitizer takes as many addresses as there are, and its time.
    let limits = sanitizer == nil ? ["--as=2000000000", "--cpu=60"] : ["--cpu=600"]
    let result = try run(
      URL(fileURLWithPath: "/usr/bin/prlimit"),
      limits + ["--core=0", Self.host.path, playground.script.path])
    #expect(result.status == 0, "\(result.errors)")
    #expect(expected.contains { result.output.contains("error[\($0)]") }, "\(result.output)")
    #expect(result.output.hasSuffix("\nstill there\n"))
    #expect(!result.output.contains("the secret word"))
  }

  /// An evaluation without room for its stack is an error, and waits for no thread.
  @Test(.enabled(if: sanitizer == nil, "a sanitizer needs more addresses"))
  func aMissingThreadIsReported() throws {
    let addresses = ["--as=\(1 << 29)", "--cpu=60"]
    let script = packageFolder.appendingPathComponent("Examples/embedding/lab.vmscript").path
    for (program, arguments) in [(Self.host, [script]), (vmscriptBinary, ["check", script])] {
      let result = try run(
        URL(fileURLWithPath: "/usr/bin/prlimit"), addresses + [program.path] + arguments)
      #expect((result.output + result.errors).contains("error[VM0419]: no thread could be started"))
    }
  }

  private static let host = productsFolder.appendingPathComponent("HostileHost")
}

/// A folder that a script may import from, with ways out of it, beside one that it must not see.
private struct Playground {
  let script: URL
  private let folder: ScratchFolder

  init(_ original: URL) throws {
    let files = FileManager.default
    folder = try ScratchFolder()
    let inside = folder.url.appendingPathComponent("inside")
    try folder.write("outside/secret.vmscript", "let word = \"the secret word\"\n")
    try folder.write("inside/lib/fine.vmscript", "let word = \"fine\"\n")
    try folder.write(
      "inside/lib/many.vmscript", (0..<20_000).map { "let v\($0) = 1\n" }.joined())
    try folder.write(
      "inside/lib/climbs.vmscript",
      "import \"../../outside/secret.vmscript\" as s\nlet word = s.word\n")
    script = inside.appendingPathComponent(original.lastPathComponent)
    try files.copyItem(at: original, to: script)
    for (name, target) in [
      ("link.vmscript", "../outside/secret.vmscript"), ("linked", "../outside"),
      ("zero.vmscript", "/dev/zero"),
    ] {
      try files.createSymbolicLink(
        atPath: inside.appendingPathComponent(name).path, withDestinationPath: target)
    }
    guard mkfifo(inside.appendingPathComponent("pipe.vmscript").path, 0o600) == 0 else {
      throw CocoaError(.fileWriteUnknown)
    }
  }
}
