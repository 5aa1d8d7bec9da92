import Foundation
import FoundationXML
import Testing

/// A host of one test's own: an isolated libvirtd with the network and pool `default`, and things on
/// it that no stack made.
///
/// `scripts/test` says in the environment that this machine can run one, and where the guest is.
struct Host: Sendable {
  /// The state of the daemon; `images` in it is the pool's folder.
  let folder: String
  let uri: String

  /// The small guest that `scripts/guest` builds.
  static let guest = ProcessInfo.processInfo.environment["VMSCRIPT_TEST_GUEST"]

  /// The Debian guest with cloud-init that `scripts/debian-guest` builds; nil where it cannot be built.
  static let debianGuest = ProcessInfo.processInfo.environment["VMSCRIPT_TEST_DEBIAN_GUEST"]

  /// The Debian guest without cloud-init that `scripts/debian-guest` builds; nil where it cannot be
  /// built, or where virt-customize is missing.
  static let plainGuest = ProcessInfo.processInfo.environment["VMSCRIPT_TEST_PLAIN_GUEST"]

  /// The number of clones in tests of Debian guests, each of which takes minutes of a processor.
  static let clones =
    ProcessInfo.processInfo.environment["VMSCRIPT_TEST_CLONES"].flatMap { Int($0) } ?? 2

  static var canRun: Bool {
    guest != nil && ProcessInfo.processInfo.environment["VMSCRIPT_TEST_LIBVIRTD"] != nil
  }

  /// Starts one, gives it to `body`, and stops it however that ends.
  static func run(_ body: (Host) async throws -> Void) async throws {
    let folder = "/tmp/vmh-" + UUID().uuidString.prefix(8)
    try await script("start", folder)
    let host = Host(
      folder: folder, uri: "qemu+unix:///system?socket=\(folder)/run/libvirt-sock")
    let result: Result<Void, any Error>
    do {
      try await host.addUnrelated()
      result = .success(try await body(host))
    } catch { result = .failure(error) }
    // A task of its own, which the cancellation of a test that hangs does not reach.
    try await Task.detached {
      try await script("stop", folder)
      try FileManager.default.removeItem(atPath: folder)
    }.value
    try result.get()
  }

  /// Kills the daemon and starts it again; its guests go on running.
  func restart() async throws { try await Self.script("restart", folder) }

  /// Kills the daemon with every guest and starts it again, as after a power failure.
  func powerCycle() async throws {
    try await Self.script("stop", folder)
    try await Self.script("start", folder)
  }

  var poolFolder: String { folder + "/images" }

  /// The output of virsh, without blank lines.
  @discardableResult
  func virsh(_ arguments: String...) async throws -> String {
    let result = try await Subprocess.run("virsh", ["-q", "-c", uri] + arguments)
    try #require(result.status == 0, "virsh \(arguments.joined(separator: " ")): \(result.errors)")
    return result.output.split(separator: "\n").joined(separator: "\n")
  }

  /// The output of a list command of virsh, one item a line.
  func virshLines(_ arguments: String...) async throws -> [String] {
    let result = try await Subprocess.run("virsh", ["-q", "-c", uri] + arguments)
    try #require(result.status == 0, "virsh \(arguments.joined(separator: " ")): \(result.errors)")
    return result.output.split(separator: "\n")
      .map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
  }

  /// A domain's definition, of the running guest unless `inactive`.
  func domain(_ name: String, inactive: Bool = false) async throws -> XMLQuery {
    try XMLQuery(try await virsh(["dumpxml", name], inactive))
  }

  func network(_ name: String, inactive: Bool = false) async throws -> XMLQuery {
    try XMLQuery(try await virsh(["net-dumpxml", name], inactive))
  }

  /// The names of all domains but the unrelated one, sorted.
  func domains() async throws -> [String] {
    try await virshLines("list", "--all", "--name").filter { $0 != Self.unrelated }.sorted()
  }

  /// The names of the files in the pool's folder that do not belong to something unrelated, sorted.
  func volumes() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: poolFolder)
      .filter { !$0.hasPrefix(Self.unrelated) }.sorted()
  }

  /// Writes a script, or any file, into the host's scratch space; gives its path.
  func file(_ name: String, _ content: String) throws -> String {
    try file(name, Data(content.utf8))
  }

  func file(_ name: String, _ content: Data) throws -> String {
    let folder = folder + "/files"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try content.write(to: URL(fileURLWithPath: "\(folder)/\(name)"))
    return "\(folder)/\(name)"
  }

  /// Runs a command inside the daemon's namespaces: its mounts and its network.
  func inside(_ command: String...) async throws {
    let holder = try String(contentsOfFile: folder + "/pid", encoding: .utf8)
      .trimmingCharacters(in: .whitespacesAndNewlines)
    let result = try await Subprocess.run(
      "nsenter", ["--target", holder, "--mount", "--net"] + command)
    try #require(result.status == 0, "\(command.joined(separator: " ")): \(result.errors)")
  }

  private func virsh(_ arguments: [String], _ inactive: Bool) async throws -> String {
    let result = try await Subprocess.run(
      "virsh", ["-q", "-c", uri] + arguments + (inactive ? ["--inactive"] : []))
    try #require(result.status == 0, "virsh \(arguments.joined(separator: " ")): \(result.errors)")
    return result.output
  }

  static func script(_ verb: String, _ folder: String) async throws {
    let program = packageFolder.appendingPathComponent("scripts/libvirtd").path
    let result = try await Subprocess.run(program, [verb, folder])
    try #require(result.status == 0, "scripts/libvirtd \(verb): \(result.errors)")
  }
}
