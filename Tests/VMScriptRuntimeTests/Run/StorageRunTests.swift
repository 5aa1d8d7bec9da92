import Foundation
import Libvirt
import TestSupport
import Testing
import VMScript
import VMScriptSyntax

@testable import VMScriptPlan
@testable import VMScriptRuntime

/// Whole runs of scripts with storage: on libvirt's test driver, which keeps volumes as records, and
/// on a real libvirtd where there is one.
@Suite struct StorageRunTests {
  private static let uris = ["test:///default", IsolatedHost.uri].compactMap(\.self)

  /// A stack of its own on a host, with a folder beside the script.
  private struct Lab {
    let uri: String
    let stack = TestHost.name("lab").replacingOccurrences(of: ".", with: "-")
    let folder: ScratchFolder
    let connections: ConnectionPool

    init(_ uri: String) async throws {
      try await TestHost.keep()
      self.uri = uri
      folder = try ScratchFolder()
      connections = ConnectionPool(uri: uri, size: 2)
      var disk = [UInt8](repeating: 0, count: 1 << 20)
      (disk[510], disk[511]) = (0x55, 0xAA)
      // Its own content: stacks share a base of one content.
      disk.replaceSubrange(0..<8, with: stack.utf8.suffix(8))
      try folder.write("disk.raw", disk)
    }

    func domain(_ name: String) -> String { "\(stack)-\(name)" }

    /// Runs a script in which `$` is the stack's name, so that domains of two labs differ.
    func run(_ script: String, yes: Bool = true) async throws -> RunReport {
      let text = "stack \"\(stack)\"\n" + script.replacingOccurrences(of: "$", with: stack)
      let program = try Script.program(text, name: folder.file("lab.vmscript"))
      return await Runner.run(program, options: options(yes))
    }

    func destroy() async -> RunReport { await Runner.destroy(stack: stack, options: options(true)) }

    private func options(_ yes: Bool) -> RunOptions {
      RunOptions(uri: uri, assumeYes: yes, hypervisor: "qemu")
    }

    /// The stack's volumes with owner, role and backing file.
    func volumes() async throws -> [LiveStorage.Place] {
      try await LiveReader(pool: connections).read().storage.owned(by: stack)
    }

    func disk(_ domain: String, _ key: String) async throws -> VolumeInventory.Volume? {
      try await volumes().map(\.volume).first {
        $0.owned?.isOwned(by: self.domain(domain)) == true && $0.owned?.role == .disk(key)
      }
    }
  }

  private static let script = """
    image base { source = "disk.raw", format = qcow2 }
    image blank { format = raw, size = 4MiB }
    domain "$-web" {
      memory = 64MiB
      disk { image = base, size = 4MiB }
      disk data { size = 8MiB }
      cdrom { source = blank }
      cloud_init { run = ["true"] }
      state = stopped
    }
    clone "$-web" as "$-copy" { disk data { size = 16MiB }, state = stopped }
    clone "$-web" as "$-full" { full = true, state = stopped }
    """

  @Test(arguments: uris)
  func aRunMakesEverythingASecondNothingAndDestroyLeavesNothing(uri: String) async throws {
    let lab = try await Lab(uri)
    let first = try await lab.run(Self.script)
    #expect(first.outcome == .done, "\(first.diagnostics)")
    #expect(first.plan.changes.count == 5)
    let volumes = try await lab.volumes()
    // A base with its pin, an empty image, two disks and a seed for each domain.
    #expect(volumes.count == 3 + 3 * 3)
    let web = try #require(try await lab.disk("web", "disk1"))
    #expect(web.capacity == .known(4 << 20))
    #expect(try await lab.disk("copy", "disk1")?.backing == .known(web.path))
    #expect(try await lab.disk("copy", "data")?.capacity == .known(16 << 20))
    #expect(try await lab.disk("full", "disk1")?.backing == .absent)

    let second = try await lab.run(Self.script)
    #expect(second.outcome == .done && second.plan.isEmpty, "\(second.plan.changes)")
    let gone = await lab.destroy()
    #expect(gone.outcome == .done, "\(gone.diagnostics)")
    #expect(try await lab.volumes().isEmpty)
  }

  @Test(arguments: uris)
  func aRunCompletesOrRemovesWhatAnInterruptedRunLeft(uri: String) async throws {
    let lab = try await Lab(uri)
    _ = try await lab.run(Self.script)
    // As if it had been killed before the definition of one domain and amid the deletion of another.
    let removed = try #require(try await lab.disk("full", "data"))
    let pool = try #require(try await lab.volumes().first).pool
    let (copy, name) = (lab.domain("copy"), removed.name)
    try await lab.connections.run { connection in
      try connection.domain(named: copy)?.undefine()
      try connection.pool(named: pool)?.volume(named: name)?.delete()
    }
    let kept = try await lab.disk("copy", "data")?.path
    let next = try await lab.run(Self.script)
    #expect(next.outcome == .done, "\(next.diagnostics)")
    #expect(next.plan.changes.map(\.action) == [.create, .update])
    #expect(try await lab.disk("copy", "data")?.path == kept)
    #expect(try await lab.disk("full", "data") != nil)
    #expect(try await lab.run(Self.script).plan.isEmpty)

    try await lab.connections.run { try $0.domain(named: copy)?.undefine() }
    #expect(await lab.destroy().outcome == .done)
    #expect(try await lab.volumes().isEmpty)
  }

  @Test(arguments: uris)
  func anotherImageNeedsConfirmation(uri: String) async throws {
    let lab = try await Lab(uri)
    func script(_ image: String) -> String {
      """
      image one { source = "disk.raw" }
      image two { source = "disk.raw", size = 2MiB }
      domain "$-web" { memory = 64MiB, disk { image = \(image) }, state = stopped }
      """
    }
    _ = try await lab.run(script("one"))
    let before = try await lab.disk("web", "disk1")
    let refused = try await lab.run(script("two"), yes: false)
    #expect(refused.outcome == .refused)
    #expect(try await lab.disk("web", "disk1") == before)
    let replaced = try await lab.run(script("two"))
    #expect(replaced.outcome == .done, "\(replaced.diagnostics)")
    #expect(try await lab.disk("web", "disk1")?.backing != before?.backing)
    #expect(try await lab.run(script("two")).plan.isEmpty)
    _ = await lab.destroy()
  }

  @Test(arguments: uris)
  func deletedDomainsTakeTheirVolumesAlong(uri: String) async throws {
    let lab = try await Lab(uri)
    _ = try await lab.run(Self.script)
    let refused = try await lab.run(Self.script + "\ndelete \"$-web\"")
    #expect(refused.diagnostics.map(\.code.number) == [510])
    let both = try await lab.run(Self.script + "\ndelete [\"$-web\", \"$-copy\"]")
    #expect(both.outcome == .done, "\(both.diagnostics)")
    #expect(try await lab.disk("web", "disk1") == nil)
    #expect(try await lab.disk("full", "disk1") != nil)
    _ = await lab.destroy()
    #expect(try await lab.volumes().isEmpty)
  }

  @Test(arguments: uris)
  func imagesOnImagesComeAndGoInOrder(uri: String) async throws {
    let lab = try await Lab(uri)
    let report = try await lab.run(
      """
      image low { size = 1MiB }
      image middle { backing = low }
      image high { backing = middle, size = 2MiB }
      """)
    #expect(report.outcome == .done, "\(report.diagnostics)")
    #expect(try await lab.volumes().count == 3)
    let gone = await lab.destroy()
    #expect(gone.outcome == .done, "\(gone.diagnostics)")
    #expect(try await lab.volumes().isEmpty)
  }

  @Test(arguments: uris)
  func imagesTellWhereAndWhatTheyAre(uri: String) async throws {
    let lab = try await Lab(uri)
    let script = """
      image base { source = "disk.raw" }
      output path = base.path
      output capacity = base.capacity
      output digest = base.digest
      """
    let report = try await lab.run(script)
    #expect(report.outcome == .done, "\(report.diagnostics)")
    let base = try await lab.volumes().map(\.volume).first { $0.capacity != .known(512) }
    #expect(report.outputs["path"]?.description == base?.path)
    #expect(report.outputs["capacity"]?.description == "1MiB")
    #expect(report.outputs["digest"]?.description.count == 64)
    _ = await lab.destroy()
  }

  @Test(arguments: uris)
  func aBaseIsNotStartedByAVerbEither(uri: String) async throws {
    let lab = try await Lab(uri)
    let script = """
      domain "$-web" { memory = 64MiB, disk { size = 1MiB }, state = stopped }
      clone "$-web" as "$-copy" { state = stopped }
      start "$-web"
      """
    #expect(try await lab.run(script).diagnostics.map(\.code.number) == [506])
    #expect(await lab.destroy().outcome == .done)
  }

  @Test func aWrongImageChangesNothing() async throws {
    let lab = try await Lab("test:///default")
    let report = try await lab.run(
      "image x { source = \"none.qcow2\" }\ndomain \"$-web\" { disk { size = 1GiB } }")
    #expect(report.diagnostics.map(\.code.number) == [601])
    #expect(try await !TestHost.exists(lab.domain("web")))
  }

  @Test func aSourceThatIsToRunCannotBeCloned() async throws {
    let lab = try await Lab("test:///default")
    let report = try await lab.run(
      """
      domain "$-web" { disk { size = 1GiB }, state = running }
      clone "$-web" as "$-copy" { }
      """)
    #expect(report.diagnostics.map(\.code.number) == [506])
  }
}
