import CLibvirt

/// Something that happened to a domain.
public struct LifecycleEvent: Sendable, Hashable {
  /// What happened, libvirt's `virDomainEventType`.
  public enum Kind: Int32, Sendable {
    /// Its definition was stored or changed.
    case defined = 0
    /// Its definition was removed.
    case undefined
    /// It runs.
    case started
    /// It is paused.
    case suspended
    /// It goes on.
    case resumed
    /// It is off.
    case stopped
    /// The guest is going down.
    case shutdown
    /// The guest sleeps.
    case pmSuspended
    /// It went down by a failure.
    case crashed
  }

  /// The domain's name.
  public let domain: String
  /// The domain's UUID.
  public let uuid: String
  /// What happened.
  public let kind: Kind
  /// libvirt's reason, whose meaning depends on the kind.
  public let detail: Int32
}

extension Connection {
  /// The lifecycle events of all domains from now on (`virConnectDomainEventRegisterAny`).
  ///
  /// The stream ends when the connection is lost. Leaving it unregisters; the connection lives as
  /// long as the stream does.
  public func lifecycleEvents() throws(LibvirtError) -> AsyncStream<LifecycleEvent> {
    let (stream, continuation) = AsyncStream.makeStream(of: LifecycleEvent.self)
    // SAFETY: libvirt keeps one reference to the sink, given back by the free callback; where the
    // registration fails that is never called, so it is given back here.
    let reference = Unmanaged.passRetained(EventSink(continuation: continuation))
    let identifier = virConnectDomainEventRegisterAny(
      pointer, nil, Int32(bitPattern: VIR_DOMAIN_EVENT_ID_LIFECYCLE.rawValue),
      // SAFETY: libvirt calls it as the lifecycle callback that the event identifier stands for.
      unsafeBitCast(lifecycleCallback, to: virConnectDomainEventGenericCallback.self),
      reference.toOpaque(),
      { opaque in
        guard let opaque else { return }
        Unmanaged<EventSink>.fromOpaque(opaque).release()
      })
    guard identifier >= 0 else {
      reference.release()
      throw .last()
    }
    let key = watch.add(continuation)
    continuation.onTermination = { _ in
      // The call may wait for the other side, and the stream may end on any thread.
      housekeeping.submit { _ in
        self.watch.forget(key)
        _ = virConnectDomainEventDeregisterAny(self.pointer, identifier)
      }
    }
    return stream
  }
}

private final class EventSink: Sendable {
  let continuation: AsyncStream<LifecycleEvent>.Continuation

  init(continuation: AsyncStream<LifecycleEvent>.Continuation) {
    self.continuation = continuation
  }
}

private let lifecycleCallback: virConnectDomainEventCallback = {
  _, domain, event, detail, opaque in
  guard let domain, let opaque, let kind = LifecycleEvent.Kind(rawValue: event) else { return 0 }
  // SAFETY: libvirt holds a reference to the sink while the callback is registered; the domain is
  // libvirt's and only read during the call.
  let sink = Unmanaged<EventSink>.fromOpaque(opaque).takeUnretainedValue()
  sink.continuation.yield(
    LifecycleEvent(
      domain: Call.borrowedString(virDomainGetName(domain)),
      uuid: Call.uuid { virDomainGetUUIDString(domain, $0) }, kind: kind, detail: detail))
  return 0
}
