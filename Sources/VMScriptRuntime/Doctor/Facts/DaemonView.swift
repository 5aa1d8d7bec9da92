import Foundation

/// libvirt's socket on this machine.
enum DaemonSocket {
  /// Whether a URI selects libvirt for one user.
  static func isSession(_ uri: String) -> Bool {
    guard let path = URLComponents(string: uri)?.path else { return false }
    return path == "/session"
  }

  /// Returns the path of the socket that a URI selects.
  ///
  /// libvirt has one daemon for everything, or one for each driver. The socket that exists is used.
  static func path(_ uri: String, environment: [String: String]) -> String {
    let items = URLComponents(string: uri)?.queryItems ?? []
    if let given = items.first(where: { $0.name == "socket" })?.value { return given }
    let runtime = environment["XDG_RUNTIME_DIR"] ?? "/run/user/\(getuid())"
    let folder = isSession(uri) ? "\(runtime)/libvirt" : "/run/libvirt"
    let candidates = ["libvirt-sock", "virtqemud-sock"].map { "\(folder)/\($0)" }
    return candidates.first { FileManager.default.fileExists(atPath: $0) } ?? candidates[0]
  }
}

/// The files of this machine as libvirtd sees them.
///
/// libvirtd may run in namespaces of its own. The kernel shows its file system and its network to a
/// user who may inspect the process. Other users get this
/// process's own view.
struct DaemonView: Sendable {
  /// The folder that shows the root of libvirtd's file system; empty for this process's own.
  let root: String
  /// The folder of the kernel's network tables.
  let network: String
  /// The folders that libvirtd looks for programs in.
  let searchPath: [String]

  /// Folders of helpers that distributions keep outside of `PATH`.
  private static let helperFolders = [
    "/usr/libexec", "/usr/lib/qemu", "/usr/lib/libvirt", "/usr/lib",
  ]
  private static let standardPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

  init(root: String = "", network: String = "/proc/net", searchPath: [String] = []) {
    self.root = root
    self.network = network
    self.searchPath = searchPath
  }

  /// Creates the view of a process; nil selects this process's own.
  init(of process: Int32?) {
    let folder = process.map { "/proc/\($0)" }
    let path = folder.flatMap { folder in
      Self.text(at: "\(folder)/environ")?.split(separator: "\0").first { $0.hasPrefix("PATH=") }
    }
    searchPath =
      (path.map { String($0.dropFirst(5)) } ?? Self.standardPath).split(separator: ":")
      .map(String.init) + Self.helperFolders
    root = folder.map { "\($0)/root" }.flatMap { access($0 + "/.", R_OK) == 0 ? $0 : nil } ?? ""
    network =
      folder.map { "\($0)/net" }.flatMap { access($0 + "/route", R_OK) == 0 ? $0 : nil }
      ?? "/proc/net"
  }

  /// Returns the path by which this process opens a file of libvirtd's.
  func here(_ path: String) -> String { root + path }

  /// Returns the content of one of libvirtd's files; nil if it cannot be read.
  func text(at path: String) -> String? { Self.text(at: here(path)) }

  /// Returns the lines of one of the kernel's network tables.
  func networkTable(_ name: String) -> [String] {
    (Self.text(at: "\(network)/\(name)") ?? "").split(separator: "\n").map(String.init)
  }

  /// Returns the path of a program that libvirtd would find.
  func program(_ name: String) -> String? {
    searchPath.map { "\($0)/\(name)" }.first { access(here(walk(to: $0).end), X_OK) == 0 }
  }

  /// Returns the content of a file; nil if it cannot be read.
  static func text(at path: String) -> String? {
    try? String(contentsOfFile: path, encoding: .utf8)
  }
}

extension DaemonView {
  /// The most symbolic links on one path, as in the kernel.
  private static let maximumLinks = 40

  /// Returns the folders that a process passes on its way to a path, through symbolic links, from the
  /// root on; the last is the path itself if it is a folder.
  func folders(to path: String) -> [MachineFacts.Folder] {
    walk(to: path).folders.map { name in
      MachineFacts.Folder(
        path: name, rights: FileRights(at: here(name)), label: FileRights.label(of: here(name)))
    }
  }

  /// Follows a path through symbolic links. The kernel would follow an absolute link from this
  /// process's root.
  ///
  /// - Returns: the folders on the way, each once, and the path without links.
  private func walk(to path: String) -> (folders: [String], end: String) {
    var folders = ["/"]
    var rest = path.split(separator: "/").map(String.init)
    var links = 0
    var current = ""
    while !rest.isEmpty {
      let part = rest.removeFirst()
      if part == "." { continue }
      if part == ".." {
        current = String(current[..<(current.lastIndex(of: "/") ?? current.startIndex)])
        continue
      }
      let next = "\(current)/\(part)"
      if let target = try? FileManager.default.destinationOfSymbolicLink(atPath: here(next)) {
        links += 1
        guard links < Self.maximumLinks else { break }
        if target.hasPrefix("/") { current = "" }
        rest = target.split(separator: "/").map(String.init) + rest
        continue
      }
      current = next
      let isFolder = FileRights(at: here(next))?.isFolder ?? !rest.isEmpty
      guard isFolder else { break }
      if !folders.contains(next) { folders.append(next) }
    }
    return (folders, current)
  }
}
