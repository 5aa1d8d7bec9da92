import Foundation

/// A web server of the files in a folder, on the loopback. The first part of a path selects a
/// behaviour of `image_server.py`, such as `plain` or `cut`.
public final class ImageServer: Sendable {
  /// The folder of the files.
  public let folder: ScratchFolder
  private let process: Process
  private let input: Pipe
  private let port: Int
  private let isSecure: Bool

  /// Starts a server.
  public init(isSecure: Bool = false) throws {
    folder = try ScratchFolder()
    process = Process()
    input = Pipe()
    self.isSecure = isSecure
    let output = Pipe()
    let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("image_server.py").path
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments =
      ["python3", script, folder.path, folder.file(".log")] + (isSecure ? ["--tls"] : [])
    process.standardInput = input
    process.standardOutput = output
    try process.run()
    let line = output.fileHandleForReading.availableData
    guard let port = Int(String(decoding: line, as: UTF8.self).filter(\.isNumber)) else {
      throw CocoaError(.fileReadUnknown)
    }
    self.port = port
  }

  // The server ends with its standard input.
  deinit { try? input.fileHandleForWriting.close() }

  /// The address of a path, such as `plain/disk.qcow2`.
  public func url(_ path: String) -> String {
    "\(isSecure ? "https" : "http")://127.0.0.1:\(port)/\(path)"
  }

  /// The requests so far: method, path and range.
  public var requests: [String] {
    let log = (try? String(contentsOfFile: folder.file(".log"), encoding: .utf8)) ?? ""
    return log.split(separator: "\n").map(String.init)
  }

  /// The number of downloads of a path, without requests for its headers.
  public func downloads(of path: String) -> Int {
    requests.count { $0.hasPrefix("GET /\(path) ") }
  }
}
