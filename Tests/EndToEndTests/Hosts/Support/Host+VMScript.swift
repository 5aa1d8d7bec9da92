import Foundation
import Testing

extension Host {
  /// Runs the built `vmscript` against this host.
  ///
  /// - Parameters:
  ///   - calls: where libvirt's client library logs the calls that are made.
  ///   - watch: acts in the middle; has a log of its own.
  ///   - machine: which machine it runs on, as far as the host can tell: each has a network namespace
  ///     and a digest cache of its own.
  ///   - environment: added to what all runs have.
  @discardableResult
  func vmscript(
    _ arguments: [String], calls: CallLog? = nil, watch: CallWatch? = nil,
    machine: String = "client",
    environment more: [String: String] = [:]
  ) async throws -> CommandResult {
    // Its digest cache is the test's own.
    let ofClient = "\(folder)/\(machine)"
    try FileManager.default.createDirectory(
      atPath: ofClient, withIntermediateDirectories: true,
      attributes: [.posixPermissions: 0o700])
    var environment = [
      "XDG_CACHE_HOME": ofClient, "XDG_RUNTIME_DIR": ofClient,
      "VMSCRIPT_HYPERVISOR": "qemu", "LIBVIRT_DEFAULT_URI": "test:///must-not-be-used",
    ]
    if let log = watch?.log ?? calls { environment.merge(log.environment) { $1 } }
    environment.merge(more) { $1 }
    // What follows `--` belongs to a command in a guest.
    let options = arguments.prefix { $0 != "--" }
    let command =
      [vmscriptBinary.path] + options + ["--connect", uri] + arguments.dropFirst(options.count)
    let words = try namespace(of: machine) + command
    return try await Subprocess.run(
      words[0], Array(words.dropFirst()), environment: environment
    ) { watch?.begin($0) }
  }

  /// The command before a program that runs on a machine of this name: the tests' own, the host, whose
  /// guests it reaches, or one without a network.
  private func namespace(of machine: String) throws -> [String] {
    switch machine {
    case "client": return []
    case "host":
      let holder = try String(contentsOfFile: folder + "/pid", encoding: .utf8)
      return [
        "nsenter", "--target", holder.trimmingCharacters(in: .whitespacesAndNewlines), "--net",
        "--",
      ]
    default: return ["unshare", "--net", "--"]
    }
  }

  /// Runs it and takes the one document of its standard output apart; it must end well.
  @discardableResult
  func json(_ arguments: [String], calls: CallLog? = nil) async throws -> JSON {
    let result = try await vmscript(arguments + ["--json"], calls: calls)
    try #require(
      result.status == 0,
      "vmscript \(arguments.joined(separator: " ")) ended with \(result.status): \(result.errors)")
    return try JSON(result.output)
  }

  /// A log of calls that does not exist yet.
  func newCallLog() -> CallLog { CallLog(path: "\(folder)/calls-\(UUID().uuidString)") }
}

/// A document as it comes, asked by keys and positions.
struct JSON {
  private let value: Any?

  init(_ text: String) throws {
    value = try JSONSerialization.jsonObject(with: Data(text.utf8), options: .fragmentsAllowed)
  }

  private init(value: Any?) { self.value = value }

  subscript(key: String) -> JSON { JSON(value: (value as? [String: Any])?[key]) }
  subscript(index: Int) -> JSON {
    let items = items
    return items.indices.contains(index) ? items[index] : JSON(value: nil)
  }

  var items: [JSON] { (value as? [Any] ?? []).map { JSON(value: $0) } }
  var text: String? { value as? String }
  var texts: [String] { items.compactMap(\.text) }
  var int: Int? { value as? Int }
  var bool: Bool? { value as? Bool }
}
