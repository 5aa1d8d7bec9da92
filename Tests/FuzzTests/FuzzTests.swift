import Foundation
import Testing

/// The endless run of `scripts/fuzz`, for a bounded number of runs: the seeds, and changes to
/// them that are the same in every run.
@Suite struct FuzzTests {
  @Test(arguments: FuzzTarget.allCases)
  func noInputCausesACrash(target: FuzzTarget) throws {
    let seeds = try Seeds.of(target)
    try #require(!seeds.isEmpty)
    // If the process ends here, the input that ended it is in this file.
    let last = FileManager.default.temporaryDirectory
      .appendingPathComponent(
        "vmscript-fuzz-last-\(target)-\(ProcessInfo.processInfo.processIdentifier)")
    func check(_ bytes: [UInt8]) throws {
      try Data(bytes).write(to: last)
      let problem = target.run(bytes)
      #expect(problem == nil, "\(String(decoding: bytes, as: UTF8.self).debugDescription)")
    }
    for seed in seeds { try check(seed) }
    var mutations = Mutations(seed: 0x5EED)
    for run in 0..<Self.runs {
      try check(mutations.changed(seeds[run % seeds.count], others: seeds))
    }
    try FileManager.default.removeItem(at: last)
  }

  private static let runs =
    ProcessInfo.processInfo.environment["VMSCRIPT_FUZZ_RUNS"].flatMap(Int.init) ?? 400
}

/// The seeds of the fuzzers, which `scripts/fuzz` uses too.
enum Seeds {
  static func of(_ target: FuzzTarget) throws -> [[UInt8]] {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    let tests = folder.deletingLastPathComponent()
    switch target {
    case .lexer, .parser, .formatter, .evaluator, .editing, .library:
      return try files(in: tests.appendingPathComponent("Spec"), ending: ".vmscript")
    case .documents, .xml, .image:
      return try files(in: folder.appendingPathComponent("Seeds/\(target)"), ending: "")
    }
  }

  private static func files(in folder: URL, ending: String) throws -> [[UInt8]] {
    try FileManager.default.subpathsOfDirectory(atPath: folder.path).sorted()
      .filter { $0.hasSuffix(ending) }
      .compactMap { FileManager.default.contents(atPath: folder.path + "/" + $0).map(Array.init) }
  }
}
