import CLibvirt
import Foundation

/// A stream of the bytes of a volume, a screen or a console; aborts unless it is finished.
final class Stream {
  let pointer: OpaquePointer
  private var isFinished = false

  /// - Parameter isBlocking: whether sending and receiving wait for the host.
  init(_ connection: Connection, isBlocking: Bool = true) throws(LibvirtError) {
    let flags = isBlocking ? 0 : UInt32(VIR_STREAM_NONBLOCK.rawValue)
    guard let pointer = virStreamNew(connection.pointer, flags) else { throw .last() }
    self.pointer = pointer
  }

  deinit {
    // SAFETY: this object alone owns the handle, and this is its last use.
    if !isFinished { virStreamAbort(pointer) }
    virStreamFree(pointer)
  }

  /// Sends all bytes.
  func send(_ bytes: UnsafeRawBufferPointer) throws(LibvirtError) {
    var sent = 0
    while sent < bytes.count {
      // SAFETY: `sent` is below `count`, so the base address is not nil and the rest is readable.
      let rest = UnsafeRawBufferPointer(rebasing: bytes[sent...])
      let count = virStreamSend(
        pointer, rest.baseAddress?.assumingMemoryBound(to: CChar.self), rest.count)
      sent += Int(try Call.succeed(count))
    }
  }

  /// Sends bytes on a sparse stream; blocks of zeros are sent as holes.
  func send(sparsely bytes: UnsafeRawBufferPointer) throws(LibvirtError) {
    var rest = bytes[...]
    while !rest.isEmpty {
      // A run of blocks of one kind is sent at once.
      let isHole = Self.isZero(rest.prefix(Self.block))
      var length = 0
      while length < rest.count, Self.isZero(rest.dropFirst(length).prefix(Self.block)) == isHole {
        length += min(Self.block, rest.count - length)
      }
      if isHole {
        try skip(length)
      } else {
        try send(UnsafeRawBufferPointer(rebasing: rest.prefix(length)))
      }
      rest = rest.dropFirst(length)
    }
  }

  /// The smallest hole: what file systems and qcow2 images allocate at once.
  private static let block = 65_536

  private static func isZero(_ bytes: Slice<UnsafeRawBufferPointer>) -> Bool {
    guard bytes.first == 0 else { return bytes.isEmpty }
    let whole = UnsafeRawBufferPointer(rebasing: bytes)
    guard let start = whole.baseAddress else { return true }
    // SAFETY: both ranges lie in the bytes: each byte is compared with the next one.
    return memcmp(start, start + 1, whole.count - 1) == 0
  }

  /// Sends a hole of a number of bytes, on a sparse stream.
  private func skip(_ count: Int) throws(LibvirtError) {
    try Call.succeed(virStreamSendHole(pointer, Int64(count), 0))
  }

  /// Receives some bytes; returns zero at the end.
  func receive(into buffer: UnsafeMutableRawBufferPointer) throws(LibvirtError) -> Int {
    // SAFETY: libvirt writes at most `count` bytes.
    Int(
      try Call.succeed(
        virStreamRecv(
          pointer, buffer.baseAddress?.assumingMemoryBound(to: CChar.self), buffer.count)))
  }

  /// Waits until the host has received everything, which completes the transfer.
  func finish() throws(LibvirtError) {
    // libvirt regards the stream as finished even if this fails.
    isFinished = true
    try Call.succeed(virStreamFinish(pointer))
  }
}
