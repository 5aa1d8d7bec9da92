import CLibvirt

extension Domain {
  /// A picture of what the guest shows.
  public struct Screenshot: Sendable {
    /// The kind of picture as a media type, such as `image/png` or `image/x-portable-pixmap`.
    public let mediaType: String
    /// The picture's file.
    public let bytes: [UInt8]
  }

  /// Takes a picture of the running guest's screen (`virDomainScreenshot`).
  ///
  /// - Parameter screen: which one of several, from zero.
  public func screenshot(screen: UInt32 = 0) throws(LibvirtError) -> Screenshot {
    let stream = try Stream(connection)
    let mediaType = try call.ownedString(virDomainScreenshot(pointer, stream.pointer, screen, 0))
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 256 * 1024)
    while true {
      let received = buffer.withUnsafeMutableBytes { room in
        Result { () throws(LibvirtError) in try stream.receive(into: room) }
      }
      let count = try received.get()
      guard count > 0 else { break }
      bytes += buffer.prefix(count)
    }
    try stream.finish()
    return Screenshot(mediaType: mediaType, bytes: bytes)
  }
}
