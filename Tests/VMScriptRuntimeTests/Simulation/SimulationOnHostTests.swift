import Foundation
import Libvirt
import TestSupport
import Testing
import VMScript
import VMScriptSyntax

@testable import VMScriptPlan
@testable import VMScriptRuntime

/// The simulated host against the real ones: the same stacks end in the same documents.
@Suite(.serialized) struct SimulationOnHostTests {
  /// The pools and volumes that random stacks name, on a host where nobody else uses them.
  private struct Host {
    let uri: String
    let connections: ConnectionPool
    let folder: ScratchFolder
    /// Unique, and the stack's name.
    let name = TestHost.name("sim").lowercased().replacing("-", with: "_")
    let pool: String
    var state = SimulatedHost.State()

    init(_ uri: String) async throws {
      let (connections, folder, name) = (
        ConnectionPool(uri: uri, size: 2), try ScratchFolder(), name
      )
      (self.uri, self.connections, self.folder) = (uri, connections, folder)
      let (pool, folders) = try await connections.run { connection in
        if !connection.isTestDriver {
          try connection.definePool(
            xml:
              "<pool type='dir'><name>\(name)</name><target><path>\(folder.path)</path></target></pool>"
          ).start()
        }
        // The test driver has one pool alone.
        let pool = connection.isTestDriver ? "default-pool" : name
        for letter in ["a", "b"] {
          let volume = VolumeXML(name: "\(name)-\(letter)", format: .raw, capacity: 1 << 20)
          _ = try connection.pool(named: pool)?.createVolume(
            xml: volume.text(), allocatesMetadata: false)
        }
        // Disks go to the host's own pool where a stack names none.
        let pools = try connection.pools().filter { ["default", pool].contains($0.name) }
        let folders = try pools.map { pool in
          (pool.name, try XMLElement.parse(pool.xml()).text(at: "target/path") ?? "")
        }
        return (pool, Dictionary(folders) { first, _ in first })
      }
      self.pool = pool
      state.folders = folders
      state.volumes = folders.mapValues { _ in [] }
      state.volumes[pool] = ["a", "b"].map { letter in
        VolumeInventory.Volume(
          name: "\(name)-\(letter)", path: "\(folders[pool] ?? "")/\(name)-\(letter)",
          capacity: 1 << 20, format: "raw")
      }
      let network = "<network><name>default</name><uuid>\(RunFixture.foreign)</uuid></network>"
      state.networks["default"] = .init(
        uuid: RunFixture.foreign, definition: network, running: network)
    }

    /// The script of a stack with names and addresses of this host alone.
    func script(_ stack: RandomStack) -> String {
      return stack.script
        .replacing("net(\"default\")", with: "net(\"DEFAULT\")")
        .replacing(/\b(base_net|[dcnei]\d+)\b(?= \{| as)/) { "\(name)_\($0.output.1)" }
        .replacing(/as ([c]\d+)/) { "as \(name)_\($0.output.1)" }
        .replacing("net(\"base_net\")", with: "net(\"\(name)_base_net\")")
        .replacing("\"lab\"", with: "\"\(name)\"").replacing(/\blone-/) { _ in "\(name)-" }
        .replacing("\"default\"", with: "\"\(pool)\"").replacing(
          "volume:default", with: "volume:\(pool)"
        )
        .replacing("\"other\"", with: "\"\(pool)\"")
        .replacing("10.61.", with: "10.186.").replacing("10.62.", with: "10.187.")
        .replacing("DEFAULT", with: "default")
    }

    func close() async throws {
      _ = await Runner.destroy(
        stack: name, options: RunOptions(uri: uri, assumeYes: true, hypervisor: "qemu"))
      try await connections.run { [name, pool] connection in
        for letter in ["a", "b"] {
          try connection.pool(named: pool)?.volume(named: "\(name)-\(letter)")?.delete()
        }
        guard !connection.isTestDriver else { return }
        try connection.pool(named: pool)?.destroy()
        try connection.pool(named: pool)?.undefine()
      }
      await connections.close()
    }
  }

  /// Guests take their time to boot, so that fewer stacks are tried on a real host.
  static let samples: [(uri: String, seed: UInt64)] =
    (0..<12).map { ("test:///default", $0) }
    + [IsolatedHost.uri].compactMap(\.self).flatMap { uri in (0..<2).map { (uri, $0) } }

  @Test(arguments: samples)
  func aStackEndsInTheSameDocuments(uri: String, seed: UInt64) async throws {
    let host = try await Host(uri)
    let lab = try SimulatedLab()
    let simulated = SimulatedHost(host.state)
    var random = SeededGenerator(seed: 5000 + seed)
    var stack = RandomStack(&random)
    for _ in 0..<2 {
      let script = host.script(stack)
      stack = stack.edited(&random)
      let compiled = Engine().compilation(
        of: SourceText(name: lab.folder.file("lab.vmscript"), text: script))
      let program = try #require(compiled.program, "\(compiled.diagnostics)")
      let options = RunOptions(uri: uri, assumeYes: true, prune: true, hypervisor: "qemu")
      let real = await Runner.run(program, options: options)
      // A host may lack what a row needs, such as a kernel or huge pages.
      guard real.outcome == .done else { break }
      guard case .done = try await lab.run(script, on: simulated) else { break }
      let again = await Runner.plan(program, options: options)
      // The test driver never shows what was defined of a network that runs.
      let changes = again.plan.changes.filter { $0.kind != .net || !uri.hasPrefix("test:") }
      #expect(changes.map(\.name) == [], "\(script)")
      try await compare(simulated.state, on: host, script)
    }
    try await host.close()
  }

  private func compare(
    _ state: SimulatedHost.State, on host: Host, _ script: String
  ) async throws {
    for (name, machine) in state.machines {
      let text = try await host.connections.run { connection in
        try connection.domain(named: name)?.xml(inactive: true, secure: true)
      }
      let real = try Document(#require(text, "\(name)"), root: "domain")
      let expected = try Document(
        machine.definition.replacing("<domain type=\"qemu\"", with: "<domain type=\"test\""),
        root: "domain")
      let differences = PendingChanges.domain(definition: expected, running: real)
      // libvirt adds defaults of its own; what was written is there.
      let lacking = differences.filter { $0.to != nil && $0.path != "balloon device" }
      #expect(lacking.map(\.path) == [], "\(name)\n\(script)\n\(real.text)")
    }
    let networks = try await host.connections.run { connection in
      Set(try connection.networks().map(\.name))
    }
    #expect(networks.isSuperset(of: state.networks.keys))
  }
}
