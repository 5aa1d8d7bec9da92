import Foundation
import Libvirt
import Synchronization
import VMScript
import VMScriptPlan
import VMScriptSyntax

/// Copies of files and folders between this machine and a guest: an archive of tar(1) that the
/// agent or SSH carries.
struct GuestCopy: Sendable {
  let route: GuestRoute
  /// The domain's name.
  let name: String

  /// Unpacks an archive from the standard input into `$0`: a folder, or the file itself.
  private static let unpack = #"""
    set -e
    case $2 in
      folder) mkdir -p "$0"; exec tar -xof - -C "$0" ;;
    esac
    case $0 in */) mkdir -p "$0" ;; esac
    if [ -d "$0" ]; then exec tar -xof - -C "$0"; fi
    folder=$(dirname "$0")
    mkdir -p "$folder"
    part=$(mktemp -d "$folder/.vmscript.XXXXXX")
    trap 'rm -rf "$part"' EXIT
    tar -xof - -C "$part"
    mv -f "$part/$1" "$0"
    """#

  /// Writes an archive of `$0` to the standard output.
  private static let pack = #"exec tar -cf - -C "$(dirname "$0")" "$(basename "$0")""#

  /// Copies a file or a folder into the guest.
  ///
  /// A folder that ends with `/` stands for its content, as in rsync. A file keeps its name where
  /// `path` is a folder or ends with `/`.
  ///
  /// - Parameters:
  ///   - source: the path on this machine.
  ///   - path: the absolute path in the guest.
  func send(_ source: String, to path: String) async throws {
    try requireAbsolute(path)
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: source, isDirectory: &isFolder) else {
      throw ReachMessages.nothingToCopy(source, reason: "there is no such file or folder")
    }
    let url = URL(fileURLWithPath: source)
    let isContent = isFolder.boolValue && source.hasSuffix("/")
    let (folder, entry) =
      isContent ? (url.path, ".") : (url.deletingLastPathComponent().path, url.lastPathComponent)
    let scratch = try PrivateFolder()
    let archive = "\(scratch.path)/archive"
    let packed = try await tool("tar", ["-cf", archive, "-C", folder, "--", entry])
    guard packed.status == 0 else {
      throw ReachMessages.nothingToCopy(source, reason: packed.errors)
    }
    let input = try LocalFile(reading: archive)
    let result = try await run(
      [Self.unpack, path, url.lastPathComponent, isFolder.boolValue ? "folder" : "file"],
      input: input.descriptor, output: nil)
    guard result.status == 0 else { throw ReachMessages.copyFailed(path, of: name, result.errors) }
  }

  /// Copies a file or a folder out of the guest, which may be hostile: nothing is written outside of
  /// the destination.
  ///
  /// - Parameters:
  ///   - path: the absolute path in the guest.
  ///   - destination: the path on this machine; an existing folder gets the copy inside.
  func fetch(_ path: String, to destination: String) async throws {
    try requireAbsolute(path)
    let entry = URL(fileURLWithPath: path).lastPathComponent
    guard !entry.isEmpty, entry != "/" else {
      throw ReachMessages.copyFailed(path, of: name, "name a file or a folder")
    }
    var isFolder: ObjCBool = false
    let exists = FileManager.default.fileExists(atPath: destination, isDirectory: &isFolder)
    let isInside = exists && isFolder.boolValue || destination.hasSuffix("/")
    let url = URL(fileURLWithPath: destination)
    let target = isInside ? url.appendingPathComponent(entry) : url
    // Beside the target, so that the last step is one rename.
    let part = target.deletingLastPathComponent()
      .appendingPathComponent(".vmscript-\(UUID().uuidString)")
    do {
      try FileManager.default.createDirectory(
        at: part, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    } catch {
      throw ReachMessages.nothingToCopy(destination, reason: error.localizedDescription)
    }
    defer { try? FileManager.default.removeItem(at: part) }
    let archive = part.appendingPathComponent("archive").path
    let output = try LocalFile(writing: archive)
    let result = try await run([Self.pack, path], input: nil, output: output.descriptor)
    guard result.status == 0 else { throw ReachMessages.copyFailed(path, of: name, result.errors) }
    let content = part.appendingPathComponent("content")
    try FileManager.default.createDirectory(at: content, withIntermediateDirectories: false)
    let unpacked = try await tool(
      "tar", ["-xf", archive, "--no-same-owner", "-C", content.path, "--", entry])
    guard unpacked.status == 0 else {
      throw ReachMessages.copyFailed(path, of: name, unpacked.errors)
    }
    let found = content.appendingPathComponent(entry)
    guard rename(found.path, target.path) == 0 else {
      throw ReachMessages.nothingToCopy(target.path, reason: String(cString: strerror(errno)))
    }
  }

  private func requireAbsolute(_ path: String) throws(Diagnostic) {
    guard path.hasPrefix("/") else { throw ReachMessages.relativePath(path, in: name) }
  }

  /// Runs a script in the guest's shell; the first argument is its text, the second its `$0`.
  private func run(
    _ script: [String], input: Int32?, output: Int32?
  ) async throws -> (status: Int32, errors: String) {
    switch route {
    case .agent(let agent):
      let errors = Mutex<[UInt8]>([])
      let status = try await GuestCommand(
        agent: agent, command: ["/bin/sh", "-c"] + script, input: input
      ).run { stream, bytes in
        switch stream {
        case .out: if let output { try LocalFile.write(bytes, to: output) }
        case .err: errors.withLock { $0 = ($0 + bytes).suffix(4096) }
        }
      }
      return (status, errors.withLock { String(decoding: $0, as: UTF8.self) })
    case .ssh(let destination, let user):
      let words = (["/bin/sh", "-c"] + script).map(ShellWord.quoted)
      let command = destination.unattendedCommand(user: user, running: words)
      let result = try await tool(
        command[0], Array(command.dropFirst()), input: input, output: output)
      return (result.status, result.errors)
    }
  }

  private func tool(
    _ program: String, _ arguments: [String], input: Int32? = nil, output: Int32? = nil
  ) async throws -> ChildProcess.Result {
    try await BlockingWork.run { cancellation in
      try ChildProcess.run(
        program, arguments, input: input, output: output,
        limits: .init(seconds: 24 * 3600, memory: 1 << 32, fileSize: .max),
        cancellation: cancellation)
    }
  }
}

/// A word for the shell at the other end of SSH, which joins its arguments.
enum ShellWord {
  /// Returns the text as one word of a POSIX shell.
  static func quoted(_ text: String) -> String {
    "'" + text.replacingOccurrences(of: "'", with: #"'\''"#) + "'"
  }
}
