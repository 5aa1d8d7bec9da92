import Synchronization
import TestSupport
import Testing
import VMScript
import VMScriptImages
import VMScriptSyntax

@testable import VMScriptPlan

/// A folder with the files of random stacks, and runs of them on simulated hosts.
struct SimulatedLab {
  /// The end of a run.
  enum Outcome: Equatable {
    case done(changes: Int)
    case crashed
    /// The script or the host rules it out, by the numbers of the codes.
    case refused([Int])
  }

  let folder: ScratchFolder
  /// It makes the media of files, and downloads nothing.
  private let images = ImageFetcher(downloads: false)

  init() throws {
    folder = try ScratchFolder()
    for (name, fill) in [("A.raw", 1), ("B.raw", 2)] as [(String, UInt8)] {
      var bytes = [UInt8](repeating: fill, count: 4096)
      (bytes[510], bytes[511]) = (0x55, 0xAA)
      try folder.write(name, bytes)
    }
  }

  /// What a script declares; nil for one that is refused without a host.
  func declarations(_ script: String) throws -> (set: DeclarationSet, sources: SourceMap)? {
    let text = SourceText(name: folder.file("lab.vmscript"), text: script)
    let compiled = Engine().compilation(of: text)
    let program = try #require(compiled.program, "\(compiled.diagnostics)\n\(script)")
    let outcome = program.evaluate()
    return outcome.succeeded ? (outcome.declarations, program.sources) : nil
  }

  func plan(
    _ script: String, on host: SimulatedHost
  ) async throws -> Planning.Outcome? {
    guard let (set, sources) = try declarations(script) else { return nil }
    return try await Planning(
      host: host, hypervisor: "qemu", sources: sources, adopt: false, origin: nil,
      waiting: { _ in }, images: images
    ).plan(set.ofLibvirt, prune: .everything)
  }

  func run(_ script: String, on host: SimulatedHost) async throws -> Outcome {
    guard let outcome = try await plan(script, on: host) else { return .refused([]) }
    let errors = outcome.diagnostics.filter { $0.severity == .error }
    guard errors.isEmpty else { return .refused(errors.map(\.code.number)) }
    let isOver = Mutex(false)
    let applied = await ChangeScheduler(jobs: 1, isFatal: { _ in true })
      .apply(outcome.plan.changes) { change throws(Diagnostic) in
        do {
          for step in change.steps { try await host.perform(step, of: change) }
        } catch {
          isOver.withLock { $0 = true }
          throw Diagnostic(code: DiagnosticCode(1), "\(error)")
        }
      }
    if isOver.withLock(\.self) { return .crashed }
    try #require(applied.diagnostics.isEmpty)
    for pool in outcome.plan.poolsWithReplacedContent {
      try await host.removeLeftovers(of: outcome.plan.stack, pool: pool)
    }
    return .done(changes: outcome.plan.changes.count)
  }
}
