import Foundation
import VMScriptSyntax

/// Regular files of this machine.
enum LocalFile {
  /// Bytes that a script's file may have.
  static let maximumSize = 1 << 28

  /// - Throws: a failure with its reason where there is no such file or it cannot be read.
  static func read(_ path: String, named name: String) throws(ImportFailure) -> SourceText {
    guard !path.isEmpty, !path.utf8.contains(0) else {
      throw ImportFailure("that is no path of a file")
    }
    let descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw ImportFailure(
        errno == EACCES ? "\(name) cannot be read" : "there is no file \(name)")
    }
    return SourceText(name: name, bytes: try read(descriptor, named: name))
  }

  /// The content of a regular file, which is closed in any case.
  static func read(_ descriptor: Int32, named name: String) throws(ImportFailure) -> [UInt8] {
    let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw ImportFailure("\(name) cannot be read") }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw ImportFailure("\(name) is no file and cannot be read")
    }
    guard status.st_size <= maximumSize else {
      throw ImportFailure("\(name) has more than \(ByteSize(bytes: Int64(maximumSize)))")
    }
    do { return Array(try handle.read(upToCount: maximumSize) ?? Data()) } catch {
      throw ImportFailure("\(name) cannot be read")
    }
  }
}
