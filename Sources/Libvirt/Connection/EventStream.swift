import CLibvirt

/// How every kind of event becomes a stream.
extension Connection {
  /// The events of one kind from now on (`virConnectDomainEventRegisterAny`).
  ///
  /// The stream ends when the connection is lost. Leaving it unregisters; the connection lives as
  /// long as the stream does.
  ///
  /// - Parameter callback: libvirt's callback for the kind, which hands its opaque pointer to
  ///   ``EventSink/deliver(_:to:)`` with an event of the stream's type.
  func events<Event: Sendable>(
    _ kind: virDomainEventID, _ callback: virConnectDomainEventGenericCallback
  ) throws(LibvirtError) -> AsyncStream<Event> {
    try events { connection, sink, free in
      virConnectDomainEventRegisterAny(
        connection, nil, Int32(bitPattern: kind.rawValue), callback, sink, free)
    } deregister: {
      virConnectDomainEventDeregisterAny($0, $1)
    }
  }

  /// The events that a registration brings.
  ///
  /// - Parameters:
  ///   - register: gives libvirt a callback with the sink as its opaque pointer and the function that
  ///     frees it; returns libvirt's identifier, negative where that failed.
  ///   - deregister: takes the registration back.
  func events<Event: Sendable>(
    register: (OpaquePointer, UnsafeMutableRawPointer, @escaping virFreeCallback) -> Int32,
    deregister: @escaping @Sendable (OpaquePointer, Int32) -> Int32
  ) throws(LibvirtError) -> AsyncStream<Event> {
    let (stream, continuation) = AsyncStream.makeStream(of: Event.self)
    // SAFETY: libvirt keeps one reference to the sink, given back by the free callback; where the
    // registration fails that is never called, so it is given back here.
    let reference = Unmanaged.passRetained(EventSink(continuation))
    let identifier = register(
      pointer, reference.toOpaque(),
      { opaque in
        guard let opaque else { return }
        Unmanaged<AnyObject>.fromOpaque(opaque).release()
      })
    guard identifier >= 0 else {
      reference.release()
      throw .last()
    }
    let key = watch.add { continuation.finish() }
    continuation.onTermination = { _ in
      // The call may wait for the other side, and the stream may end on any thread.
      housekeeping.submit { _ in
        self.watch.forget(key)
        _ = deregister(self.pointer, identifier)
      }
    }
    return stream
  }
}

/// What libvirt's callbacks are given to find their stream.
final class EventSink: Sendable {
  private let send: @Sendable (any Sendable) -> Void

  init<Event: Sendable>(_ continuation: AsyncStream<Event>.Continuation) {
    send = { event in
      if let event = event as? Event { continuation.yield(event) }
    }
  }

  /// Puts an event into the stream that a callback's opaque pointer stands for.
  static func deliver(_ event: some Sendable, to opaque: UnsafeMutableRawPointer?) {
    guard let opaque else { return }
    // SAFETY: libvirt holds a reference to the sink while the callback is registered.
    Unmanaged<EventSink>.fromOpaque(opaque).takeUnretainedValue().send(event)
  }
}
