import Foundation
import TestSupport
import Testing
import VMScript

@testable import VMScriptPlan
@testable import VMScriptRuntime

/// The command of cloud-init.
private enum CloudInitTool {
  static let path = "/usr/bin/cloud-init"
  static let isInstalled = FileManager.default.isExecutableFile(atPath: path)

  /// Whether a file of user data fits the schema, and what the command says.
  static func verdict(on file: String) throws -> (isValid: Bool, text: String) {
    let process = Process()
    let pipe = Pipe()
    process.executableURL = URL(fileURLWithPath: path)
    process.arguments = ["schema", "--config-file", file]
    process.standardOutput = pipe
    process.standardError = pipe
    try process.run()
    let data = try pipe.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    return (process.terminationStatus == 0, String(decoding: data, as: UTF8.self))
  }
}

/// cloud-init itself accepts what is generated for it.
@Suite(.enabled(if: CloudInitTool.isInstalled, "cloud-init is not installed"))
struct CloudInitSchemaTests {
  /// The seeds of the specification script with every property.
  private func seeds() async throws -> [String: DomainSeed] {
    let script = URL(fileURLWithPath: #filePath)
      .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "Spec/properties/all-of-cloud-init.vmscript")
    let plan = try await StorageFixture().plan(
      try String(contentsOf: script, encoding: .utf8).replacing("#: stack spec", with: ""))
    try #require(plan.diagnostics.isEmpty, "\(plan.diagnostics)")
    return plan.domains.compactMapValues(\.seed)
  }

  @Test func everyPropertyFitsTheSchema() async throws {
    let folder = try ScratchFolder()
    let seeds = try await seeds()
    #expect(seeds.count == 3)
    for (name, seed) in seeds {
      let text = try #require(seed.files.text("user-data"))
      let path = try folder.write("\(name).yaml", Array(text.utf8))
      let said = try CloudInitTool.verdict(on: path)
      #expect(said.isValid, "\(name): \(said.text)\n\(text)")
    }
  }

  @Test(arguments: ["eni", "netplan", "networkd", "sysconfig"])
  func everyRendererTakesTheNetwork(renderer: String) async throws {
    let folder = try ScratchFolder()
    let seed = try #require(try await seeds()["web"])
    let text = try #require(seed.files.text("network-config"))
    let path = try folder.write("network-config", Array(text.utf8))
    let distribution = renderer == "sysconfig" ? "rhel" : "debian"
    try runTool(
      CloudInitTool.path,
      [
        "devel", "net-convert", "-p", path, "-k", "yaml", "-d", folder.file("out"), "-D",
        distribution, "-O", renderer,
      ])
    let rendered = try #require(FileManager.default.enumerator(atPath: folder.file("out")))
      .compactMap { $0 as? String }
      .compactMap { try? String(contentsOfFile: folder.file("out/\($0)"), encoding: .utf8) }
      .joined(separator: "\n")
    #expect(rendered.contains("10.9.0.5"), "\(rendered)")
    #expect(rendered.contains("eth0") && rendered.contains("eth1"), "\(rendered)")
    let mac = Identity.mac(stack: StorageFixture.stack, domain: "web", nic: "nic1").description
    if renderer != "eni" { #expect(rendered.lowercased().contains(mac), "\(rendered)") }
    if renderer == "netplan" { #expect(rendered.contains("dhcp-identifier: mac")) }
  }

  @Test func aMistakeIsFound() async throws {
    let folder = try ScratchFolder()
    let path = try folder.write("bad.yaml", Array("#cloud-config\npackages: 5\n".utf8))
    #expect(try !CloudInitTool.verdict(on: path).isValid)
  }
}
