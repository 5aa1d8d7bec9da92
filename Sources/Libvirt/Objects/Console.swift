import CLibvirt
import Synchronization

/// The text console of a running guest: a stream of its output, and a way to send input.
///
///     let console = try domain.openConsole()
///     console.send(Array("\n".utf8))
///     for await bytes in console.output { print(bytes.count) }
///
/// libvirt's event loop moves the bytes; no call blocks.
public final class Console: Sendable {
  /// The guest's output from now on; ends when the guest stops or the console closes.
  public let output: AsyncStream<[UInt8]>

  private let channel: Channel

  fileprivate init(_ stream: sending Stream) throws(LibvirtError) {
    let (output, continuation) = AsyncStream.makeStream(of: [UInt8].self)
    self.output = output
    channel = Channel(stream, continuation)
    try channel.start()
  }

  deinit { channel.close() }

  /// Sends bytes to the console, after those that were sent before; does not block.
  public func send(_ bytes: [UInt8]) { channel.send(bytes) }

  /// Closes the console, so that others can open it.
  public func close() { channel.close() }
}

extension Domain {
  /// Opens the first console of the running guest (`virDomainOpenConsole`).
  ///
  /// - Parameter takesOver: ends another session on the console.
  /// - Throws: libvirt's error if the guest is off, has no console, or another session uses it.
  public func openConsole(takesOver: Bool = false) throws(LibvirtError) -> Console {
    let stream = try Stream(connection, isBlocking: false)
    let flags = takesOver ? VIR_DOMAIN_CONSOLE_FORCE.rawValue : VIR_DOMAIN_CONSOLE_SAFE.rawValue
    do {
      try call.succeed(virDomainOpenConsole(pointer, nil, stream.pointer, flags))
    } catch  where error.code == .argumentUnsupported || error.code == .configurationUnsupported {
      // Not every device can be locked against a second session.
      try call.succeed(virDomainOpenConsole(pointer, nil, stream.pointer, 0))
    }
    return try Console(stream)
  }
}

/// The state behind libvirt's callback: the stream and the bytes still to send.
private final class Channel: Sendable {
  private struct State {
    /// nil after the console is closed.
    var stream: Stream?
    var unsent: [UInt8] = []
  }

  private let state: Mutex<State>
  private let output: AsyncStream<[UInt8]>.Continuation

  init(_ stream: sending Stream, _ output: AsyncStream<[UInt8]>.Continuation) {
    state = Mutex(State(stream: stream))
    self.output = output
  }

  private static let failures = VIR_STREAM_EVENT_ERROR.rawValue | VIR_STREAM_EVENT_HANGUP.rawValue
  private static let reading = VIR_STREAM_EVENT_READABLE.rawValue | failures
  private static let writing = VIR_STREAM_EVENT_WRITABLE.rawValue

  func start() throws(LibvirtError) {
    // SAFETY: libvirt keeps one reference to the channel, which the free callback releases. If the
    // registration fails, libvirt never calls it, so this code does.
    let reference = Unmanaged.passRetained(self)
    let status = state.withLock { state in
      virStreamEventAddCallback(
        state.stream?.pointer, Int32(Self.reading),
        { _, events, opaque in
          guard let opaque else { return }
          // SAFETY: libvirt holds a reference to the channel while the callback is registered.
          Unmanaged<Channel>.fromOpaque(opaque).takeUnretainedValue().handle(UInt32(events))
        }, reference.toOpaque(),
        { opaque in
          guard let opaque else { return }
          Unmanaged<Channel>.fromOpaque(opaque).release()
        })
    }
    guard status < 0 else { return }
    reference.release()
    throw .last()
  }

  func send(_ bytes: [UInt8]) {
    state.withLock { state in
      state.unsent += bytes
      Self.flush(&state)
    }
  }

  func close() {
    let stream = state.withLock { state in
      defer { state.stream = nil }
      return state.stream
    }
    // The callback holds this object; without it the stream aborts when it is released.
    if let stream { virStreamEventRemoveCallback(stream.pointer) }
    output.finish()
  }

  private func handle(_ events: UInt32) {
    let isOver = state.withLock { state in
      if events & Self.writing != 0 { Self.flush(&state) }
      return !receive(&state) || events & Self.failures != 0
    }
    if isOver { close() }
  }

  /// Receives the available bytes; returns false at the end.
  private func receive(_ state: inout State) -> Bool {
    guard let stream = state.stream else { return false }
    var buffer = [UInt8](repeating: 0, count: 16 * 1024)
    while true {
      // SAFETY: libvirt writes at most as many bytes as the buffer has. -2 means nothing for now.
      let count = buffer.withUnsafeMutableBytes {
        virStreamRecv(
          stream.pointer, $0.baseAddress?.assumingMemoryBound(to: CChar.self), $0.count)
      }
      guard count > 0 else { return count == -2 }
      output.yield(Array(buffer.prefix(Int(count))))
    }
  }

  /// Sends as many bytes as possible; the rest follows when libvirt reports that it can write.
  private static func flush(_ state: inout State) {
    guard let stream = state.stream else { return }
    while !state.unsent.isEmpty {
      // SAFETY: the bytes are read during the call.
      let count = state.unsent.withUnsafeBytes {
        virStreamSend(
          stream.pointer, $0.baseAddress?.assumingMemoryBound(to: CChar.self), $0.count)
      }
      guard count > 0 else { break }
      state.unsent.removeFirst(Int(count))
    }
    let wanted = state.unsent.isEmpty ? reading : reading | writing
    virStreamEventUpdateCallback(stream.pointer, Int32(wanted))
  }
}
