import Foundation

/// Access to the files of a host that libvirt does not list.
///
/// libvirt has no call that reads a file outside all pools. `virStorageVolDownload` needs a
/// volume, `virDomainBlockPeek` reads raw disks only, and a pool for the folder would be an object
/// that others see. So on this machine, the header of such a file is read directly. On any other
/// machine, its backing file is unknown unless its domain runs and the live document lists it.
package enum HostFiles: Sendable {
  /// The host is this machine.
  case local
  /// The host is another machine, or may be one.
  case remote
  /// The host has records of storage without files, as libvirt's test driver does.
  case none

  /// The result of reading a path.
  package enum Look: Equatable {
    case gone
    case there(backing: Fact<String>)
  }

  /// Whether a missing file here is also missing on the host.
  var canTellWhatIsGone: Bool { self == .local }

  /// Returns the target of a path's symbolic links; the path itself if it is unknown.
  package func resolved(_ path: String) -> String {
    guard case .local = self, path.hasPrefix("/") else { return path }
    if let real = Self.real(path) { return real }
    guard let slash = path.lastIndex(of: "/"), slash != path.startIndex,
      let folder = Self.real(String(path[..<slash]))
    else { return path }
    return folder == "/" ? String(path[slash...]) : folder + path[slash...]
  }

  private static func isFolder(_ path: Substring) -> Bool {
    var status = stat()
    return stat(path.isEmpty ? "/" : String(path), &status) == 0
      && status.st_mode & S_IFMT == S_IFDIR
  }

  /// Whether the files of a pool are visible from here.
  package func sees(_ pool: LiveStorage.Reading) -> Bool {
    guard case .local = self else { return false }
    return pool.volumes.contains { volume in
      var status = stat()
      return lstat(volume.path, &status) == 0
    }
  }

  private static func real(_ path: String) -> String? {
    guard let real = realpath(path, nil) else { return nil }
    // SAFETY: `realpath` returns a NUL-terminated string from malloc. It is copied, then freed.
    defer { free(real) }
    return String(cString: real)
  }

  /// Reads a file. Blocks.
  ///
  /// - Parameter format: the format in its domain's definition; nil if there is none.
  package func look(at path: String, format: String?) -> Look {
    switch self {
    case .none: return .gone
    case .remote:
      if format == "raw" { return .there(backing: .absent) }
      return .there(
        backing: .unreadable("it is in no storage pool, and its header cannot be read from here"))
    case .local: return Self.lookHere(at: path, format: format)
    }
  }

  private static func lookHere(at path: String, format: String?) -> Look {
    // A named pipe must not block, and a device must not be opened.
    let descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
    guard descriptor >= 0 else {
      let number = errno
      // If the whole folder is missing, the host may have another file system than this process.
      if number == ENOENT, isFolder(path.prefix(upTo: path.lastIndex(of: "/") ?? path.startIndex)) {
        return .gone
      }
      if format == "raw" { return .there(backing: .absent) }
      return .there(backing: .unreadable(String(cString: strerror(number))))
    }
    defer { close(descriptor) }
    if format == "raw" { return .there(backing: .absent) }
    var status = stat()
    guard fstat(descriptor, &status) == 0,
      [S_IFREG, S_IFBLK].contains(status.st_mode & S_IFMT)
    else { return .there(backing: .unreadable("it is neither a file nor a block device")) }
    var header = [UInt8](repeating: 0, count: ImageProbe.headerLength)
    // SAFETY: no more is read than the buffer holds.
    let count = header.withUnsafeMutableBytes { pread(descriptor, $0.baseAddress, $0.count, 0) }
    guard count >= 0 else {
      return .there(backing: .unreadable(String(cString: strerror(errno))))
    }
    return .there(backing: BackingName.read(Array(header.prefix(count)), of: path))
  }
}

/// The backing file's name in the header of an overlay.
enum BackingName {
  /// Reads the header of a file. Formats without overlays have no backing file.
  static func read(_ header: [UInt8], of path: String) -> Fact<String> {
    let reader = ByteReader(bytes: header)
    let place: (offset: UInt64?, length: UInt64?)
    if reader.big(0, 4) == 0x5146_49FB {  // qcow2, and qcow before it
      place = (reader.big(8, 8), reader.big(16, 4))
    } else if reader.big(0, 4) == 0x5145_4400 {  // QED: bit 0 of its features marks an overlay
      guard let features = reader.little(16, 8) else {
        return .unreadable("its header is cut short")
      }
      guard features & 1 != 0 else { return .absent }
      place = (reader.little(56, 4), reader.little(60, 4))
    } else {
      return .absent
    }
    guard let offset = place.offset, let length = place.length else {
      return .unreadable("its header is cut short")
    }
    guard offset != 0 else { return .absent }
    guard length <= 1023, let start = Int(exactly: offset),
      let name = reader.slice(start, Int(length))
    else { return .unreadable("its header is damaged") }
    return Self.path(String(decoding: name, as: UTF8.self), of: path)
  }

  /// Resolves a name to a path: absolute, relative to the overlay's folder, or in one of QEMU's
  /// longer spellings.
  static func path(_ name: String, of overlay: String) -> Fact<String> {
    if name.hasPrefix("json:") {
      guard let found = filename(inJSON: name.dropFirst("json:".count)) else {
        return .unreadable("it names what it backs onto in a way that is not understood: \(name)")
      }
      return Self.path(found, of: overlay)
    }
    let plain = name.hasPrefix("file:") ? String(name.dropFirst("file:".count)) : name
    if plain.hasPrefix("/") { return .known(PathNames.shortest(plain)) }
    // A network disk is not a file of the host.
    if plain.contains("://") { return .known(plain) }
    guard let slash = overlay.lastIndex(of: "/") else { return .known(plain) }
    return .known(PathNames.shortest(overlay[...slash] + plain))
  }

  private static func filename(inJSON text: Substring) -> String? {
    guard let object = try? JSONSerialization.jsonObject(with: Data(text.utf8)) else { return nil }
    var node = object as? [String: Any]
    // `{"driver": "qcow2", "file": {"driver": "file", "filename": …}}`, at any depth.
    while let current = node {
      if let name = (current["filename"] ?? current["file.filename"]) as? String { return name }
      node = current["file"] as? [String: Any]
    }
    return nil
  }
}

/// The machine that this process runs on.
package enum ThisMachine {
  /// The host name; empty if there is none.
  package static var hostName: String {
    var buffer = [CChar](repeating: 0, count: 256)
    guard gethostname(&buffer, buffer.count - 1) == 0 else { return "" }
    return String(
      decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}
