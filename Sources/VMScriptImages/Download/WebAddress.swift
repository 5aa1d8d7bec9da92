import Foundation
import VMScriptPlan

/// The address of a file on a web server.
package struct WebAddress: Hashable, Sendable {
  /// The whole address, which may contain credentials.
  package let text: String
  /// The address for output: without a password, and without the values of a query.
  package let shown: String
  /// The name of the file, from the last part of the path; `image` if there is none.
  package let fileName: String

  /// Reads an address.
  ///
  /// - Throws: ``DownloadFailure/unfitAddress(_:)`` unless it is an HTTP or HTTPS address of a host.
  package init(_ text: String) throws(DownloadFailure) {
    let shown = MaskedAddress.text(text)
    let isPlain = text.utf8.allSatisfy { $0 > 32 && $0 != 127 }
    guard isPlain, let url = URL(string: text), let scheme = url.scheme?.lowercased(),
      ["http", "https"].contains(scheme), url.host?.isEmpty == false
    else { throw .unfitAddress(shown) }
    self.text = text
    self.shown = shown
    let name = url.path.split(separator: "/").last.map(String.init) ?? ""
    let isFit = !name.isEmpty && name.utf8.count <= 128 && !name.hasPrefix(".")
    fileName =
      isFit && name.utf8.allSatisfy({ $0 > 32 && $0 != 127 && $0 != UInt8(ascii: "/") })
      ? name : "image"
  }

  /// Creates the address of a file of this machine, for its place in the cache.
  init(file path: String) {
    (text, shown) = ("file:" + path, path)
    fileName = path.split(separator: "/").last.map(String.init) ?? "image"
  }

  /// Returns the address of another file beside this one, or an address of its own.
  package func beside(_ name: String) throws(DownloadFailure) -> WebAddress {
    if name.contains("://") { return try WebAddress(name) }
    let path = text.prefix { !"?#".contains($0) }
    let folder = path.lastIndex(of: "/").map { path[...$0] } ?? path
    return try WebAddress(folder + name)
  }
}
