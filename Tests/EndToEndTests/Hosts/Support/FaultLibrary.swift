import Foundation
import Testing

/// The library that is preloaded into `vmscript` and makes calls of libvirt's go wrong; its source,
/// `Tests/Faults/faults.c`, says how.
struct FaultLibrary: Sendable {
  /// Calls that are counted together.
  enum Kind: String, Sendable { case change, read }

  /// The effect of a fault on a call.
  enum Mode: String, CaseIterable, Sendable {
    case killBefore = "kill-before"
    case killAfter = "kill-after"
    case failBefore = "fail-before"
    case failAfter = "fail-after"
    case cut, lose, interrupt, delay
    /// The call never returns, so that no later run has anything to heal.
    case hang
  }

  /// One fault: at the call of a number, counted from 1 among those of its kind.
  struct Fault: Sendable, CustomStringConvertible {
    let kind: Kind
    let mode: Mode
    let call: Int

    var description: String { "\(mode.rawValue) at \(kind.rawValue) \(call)" }
  }

  private let path: String

  /// Builds it into a folder.
  init(in folder: String) throws {
    let header = try Self.header()
    try header.write(toFile: folder + "/calls.h", atomically: true, encoding: .utf8)
    path = folder + "/faults.so"
    let source = packageFolder.appendingPathComponent("Tests/Faults/faults.c").path
    let result = try run(
      URL(fileURLWithPath: "/usr/bin/env"),
      [
        "clang", "-std=gnu11", "-Wall", "-Werror", "-fPIC", "-shared", "-I\(folder)", source,
        "-ldl",
        "-o", path,
      ])
    try #require(result.status == 0, "\(result.errors)")
  }

  /// The environment in which a process counts its calls of a kind and meets a fault.
  ///
  /// - Parameter log: a file that gets a line for each counted call.
  func environment(counting kind: Kind, fault: Fault? = nil, log: String) -> [String: String] {
    [
      "LD_PRELOAD": path, "FAULT_KIND": kind.rawValue, "FAULT_LOG": log,
      "FAULT_AT": "\(fault?.call ?? 0)", "FAULT_MODE": fault?.mode.rawValue ?? "",
    ]
  }

  /// A line for each function of libvirt that the binding calls and that reaches the host.
  private static func header() throws -> String {
    let prototypes = try prototypes()
    let names = try used().filter { !isLocal($0) }
    let lines = try names.sorted().map { name in
      let returnsPointer = try #require(
        prototypes[name] as Bool?, "libvirt's headers lack \(name)")
      let kind = CallLog.isReading(name) ? "READ" : "CHANGE"
      return "CALL(\(name), \(returnsPointer ? "0" : "-1"), \(kind))"
    }
    try #require(lines.count > 80)
    return lines.joined(separator: "\n") + "\n"
  }

  /// The functions of libvirt that the binding names.
  private static func used() throws -> Set<String> {
    let binding = packageFolder.appendingPathComponent("Sources/Libvirt").path
    let files = try FileManager.default.subpathsOfDirectory(atPath: binding)
    return try files.filter { $0.hasSuffix(".swift") }.reduce(into: []) { names, file in
      let text = try String(contentsOfFile: "\(binding)/\(file)", encoding: .utf8)
      names.formUnion(text.matches(of: /\bvir[A-Z][A-Za-z]+(?=\()/).map { String($0.output) })
    }
  }

  /// Whether a function is the client's own affair: it sends nothing, or is about events.
  private static func isLocal(_ name: String) -> Bool {
    let own = ["virEvent", "virGet", "virSet", "virInit", "virConnectClose", "virConnectIsAlive"]
    let parts = [
      "Free", "GetName", "GetUUID", "GetID", "GetKey", "Callback", "EventRegister",
      "EventDeregister", "StreamNew", "StreamAbort", "KeepAlive", "GetURI", "GetType", "Info",
    ]
    return own.contains(where: name.hasPrefix)
      || parts.contains(where: name.contains)
        && !name.hasSuffix("GetInfo")
  }

  /// Whether each function of libvirt's headers returns a pointer, by its name.
  private static func prototypes() throws -> [String: Bool] {
    let result = try run(
      URL(fileURLWithPath: "/usr/bin/env"), ["pkg-config", "--variable=includedir", "libvirt"])
    let folder = result.output.trimmingCharacters(in: .whitespacesAndNewlines) + "/libvirt"
    let headers = try FileManager.default.contentsOfDirectory(atPath: folder)
    return try headers.filter { $0.hasSuffix(".h") }.reduce(into: [:]) { found, file in
      let text = try String(contentsOfFile: "\(folder)/\(file)", encoding: .utf8)
      for match in text.matches(of: /(\w+)\s*(\*?)\s*(vir[A-Z]\w+)[ \t]*\(/) {
        let (type, star, name) = (match.output.1, match.output.2, match.output.3)
        // A comment may name a function too.
        let returnsPointer = type.hasSuffix("Ptr") || !star.isEmpty
        found[String(name)] = returnsPointer || found[String(name)] ?? false
      }
    }
  }
}
