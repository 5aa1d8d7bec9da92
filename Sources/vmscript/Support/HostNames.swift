import ArgumentParser
import VMScript
import VMScriptRuntime

/// What a host or a script offers to complete a word of the command line with.
enum HostNames {
  /// Names of domains.
  static var domains: CompletionKind { kind(domainNames) }

  /// Names of domains, networks and images.
  static var all: CompletionKind { kind(allNames) }

  /// Names of stacks that have something on the host.
  static var stacks: CompletionKind { kind(stackNames) }

  /// Names of the networks and domains that the script on the command line declares.
  static var declared: CompletionKind { kind(declaredNames) }

  /// The URIs of hosts that a machine usually has, with the environment's own.
  ///
  /// The environment is that of the shell at the time, not that in which the script was generated.
  static var hosts: CompletionKind {
    .custom { (_: [String], _: Int, _: String) async -> [String] in
      let own = HostURI.resolve(nil).map { [$0] } ?? []
      return unique(own + ["qemu:///system", "qemu:///session", "test:///default"])
    }
  }

  /// What a function finds for the words of the command line.
  private static func kind(
    _ names: @escaping @Sendable ([String]) async -> [String]
  ) -> CompletionKind {
    .custom { (words: [String], _: Int, _: String) async -> [String] in await names(words) }
  }

  private static func domainNames(_ words: [String]) async -> [String] {
    await on(words) { $0.domains.map(\.name) }
  }

  private static func allNames(_ words: [String]) async -> [String] {
    await on(words) {
      $0.domains.map(\.name) + $0.networks.map(\.name) + $0.images.map(\.name)
    }
  }

  private static func stackNames(_ words: [String]) async -> [String] {
    await on(words) {
      $0.domains.compactMap(\.stack) + $0.networks.compactMap(\.stack)
        + $0.images.compactMap(\.stack)
    }
  }

  private static func declaredNames(_ words: [String]) async -> [String] {
    guard let path = words.first(where: { $0.hasSuffix(".vmscript") }),
      let source = try? ScriptInput.file(path).read(),
      let program = Engine.commandLine.compilation(of: source).program
    else { return [] }
    let settings = zip(words, words.dropFirst()).compactMap { option, setting in
      let parts = setting.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      return option == "--set" && parts.count == 2 ? (String(parts[0]), String(parts[1])) : nil
    }
    let options = EvaluationOptions(
      parameters: Dictionary(settings) { $1 }, limits: Limits(memory: .gib(1), time: .seconds(2)))
    let outcome = program.evaluate(options, host: OfflineHost { _ in })
    let declared = outcome.declarations.declarations
    return unique(declared.filter { $0.kind == .domain || $0.kind == .net }.map(\.name))
  }

  /// What a host has; nothing where it cannot be asked.
  private static func on(
    _ words: [String], _ names: (HostInventory) -> [String]
  ) async -> [String] {
    let option = words.lastIndex { $0 == "--connect" || $0 == "-c" }
    let uri = option.flatMap { words.indices.contains($0 + 1) ? words[$0 + 1] : nil }
    do throws(Diagnostic) {
      return unique(names(try await Inspector.inventory(uri: uri)))
    } catch {
      return []
    }
  }

  private static func unique(_ names: [String]) -> [String] { Array(Set(names)).sorted() }
}
