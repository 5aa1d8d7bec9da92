import Foundation
import Libvirt
import VMScript
import VMScriptPlan
import VMScriptSyntax

/// A log file of a guest on this machine.
public struct GuestLog: Sendable {
  /// The kinds of logs.
  public enum Kind: String, Sendable {
    /// QEMU's messages and its command line.
    case qemu
    /// The output of a console or serial port.
    case console
  }

  /// The kind.
  public let kind: Kind
  /// The path of the file.
  public let path: String
  /// The end of its content.
  public let text: String

  /// The number of bytes that are read, from the end of the file.
  static let limit = 1 << 20

  /// `{"kind", "path", "text"}`.
  public var document: Value {
    .map(["kind": .string(kind.rawValue), "path": .string(path), "text": .string(text)])
  }
}

extension GuestReach {
  /// Reads the logs of a guest: QEMU's, and those of its consoles that have a log file.
  ///
  /// - Throws: VM0790 if there is no such domain, VM0782 if the host is another machine, VM0783 if
  ///   no log can be read, and libvirt's errors.
  public func logs(of name: String) async throws(Diagnostic) -> [GuestLog] {
    try await looking("reading the logs of `\(name)`") { connection in
      guard let domain = try connection.domain(named: name) else {
        let names = try connection.domains().map(\.name)
        throw InspectionMessages.nothingNamed(name, closest: closest(to: name, among: names))
      }
      switch try HostFiles(connection) {
      case .local: break
      case .remote: throw ReachMessages.logsOfOtherHost(name, connection.uri)
      case .none: throw ReachMessages.noLog(name, [])
      }
      let devices = try XMLElement.parse(domain.xml(), root: "domain").first("devices")
      let consoles = ((devices?.all("serial") ?? []) + (devices?.all("console") ?? []))
        .compactMap { $0.text(at: "log/@file") }
      let own = Self.logFolder(of: connection.uri).map { "\($0)/\(name).log" }
      let files: [(GuestLog.Kind, String)] =
        [own].compactMap(\.self).map { (.qemu, $0) }
        + consoles.reduce(into: []) { if !$0.contains($1) { $0.append($1) } }.map { (.console, $0) }
      var (logs, reasons): ([GuestLog], [String]) = ([], [])
      for (kind, path) in files {
        do {
          logs.append(GuestLog(kind: kind, path: path, text: try GuestLog.end(of: path)))
        } catch { reasons.append("`\(path)`: \(LocalFile.reason(of: error))") }
      }
      guard !logs.isEmpty else { throw ReachMessages.noLog(name, reasons) }
      return logs
    }
  }

  /// Returns the folder of QEMU's logs; nil for other hypervisors.
  private static func logFolder(of uri: String) -> String? {
    guard uri.hasPrefix("qemu") else { return nil }
    guard URLComponents(string: uri)?.path == "/session" else { return "/var/log/libvirt/qemu" }
    let environment = ProcessInfo.processInfo.environment
    let cache = environment["XDG_CACHE_HOME"] ?? "\(NSHomeDirectory())/.cache"
    return "\(cache)/libvirt/qemu/log"
  }
}

extension GuestLog {
  /// Reads the end of a file, from the start of a line on; blocks.
  fileprivate static func end(of path: String) throws -> String {
    let opened = try LocalFile(reading: path)
    defer { withExtendedLifetime(opened) {} }
    let file = FileHandle(fileDescriptor: opened.descriptor, closeOnDealloc: false)
    let size = try file.seekToEnd()
    let start = size > UInt64(limit) ? size - UInt64(limit) : 0
    try file.seek(toOffset: start)
    var content = try file.readToEnd() ?? Data()
    if start > 0, let newline = content.firstIndex(of: UInt8(ascii: "\n")) {
      content = content[(newline + 1)...]
    }
    return String(decoding: content, as: UTF8.self)
  }
}
