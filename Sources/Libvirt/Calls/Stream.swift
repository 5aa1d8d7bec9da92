import CLibvirt

/// A channel for bytes, of a volume, a screen or a console; aborted unless it is finished.
final class Stream {
  let pointer: OpaquePointer
  private var isFinished = false

  /// - Parameter isBlocking: whether sending and receiving wait for the other side.
  init(_ connection: Connection, isBlocking: Bool = true) throws(LibvirtError) {
    let flags = isBlocking ? 0 : UInt32(VIR_STREAM_NONBLOCK.rawValue)
    guard let pointer = virStreamNew(connection.pointer, flags) else { throw .last() }
    self.pointer = pointer
  }

  deinit {
    // SAFETY: the handle was given to this object alone, and this is its last use.
    if !isFinished { virStreamAbort(pointer) }
    virStreamFree(pointer)
  }

  /// Sends all of the bytes.
  func send(_ bytes: UnsafeRawBufferPointer) throws(LibvirtError) {
    var sent = 0
    while sent < bytes.count {
      // SAFETY: `sent` is below `count`, so the base address is there and the rest is readable.
      let rest = UnsafeRawBufferPointer(rebasing: bytes[sent...])
      let count = virStreamSend(
        pointer, rest.baseAddress?.assumingMemoryBound(to: CChar.self), rest.count)
      sent += Int(try Call.succeed(count))
    }
  }

  /// Sends a hole of so many bytes, on a stream that takes them.
  func skip(_ count: Int) throws(LibvirtError) {
    try Call.succeed(virStreamSendHole(pointer, Int64(count), 0))
  }

  /// Receives some bytes; zero is the end.
  func receive(into buffer: UnsafeMutableRawBufferPointer) throws(LibvirtError) -> Int {
    // SAFETY: libvirt writes at most `count` bytes.
    Int(
      try Call.succeed(
        virStreamRecv(
          pointer, buffer.baseAddress?.assumingMemoryBound(to: CChar.self), buffer.count)))
  }

  /// Waits for the other side to have everything; only now is a transfer done.
  func finish() throws(LibvirtError) {
    // libvirt takes the stream as ended whether or not this succeeds.
    isFinished = true
    try Call.succeed(virStreamFinish(pointer))
  }
}
