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
  /// The lifecycle events of all domains from now on.
  ///
  /// The stream ends when the connection is lost. Leaving it unregisters; the connection lives as
  /// long as the stream does.
  public func lifecycleEvents() throws(LibvirtError) -> AsyncStream<LifecycleEvent> {
    // SAFETY: libvirt calls it as the lifecycle callback that the event identifier stands for.
    try events(
      VIR_DOMAIN_EVENT_ID_LIFECYCLE,
      unsafeBitCast(lifecycleCallback, to: virConnectDomainEventGenericCallback.self))
  }
}

private let lifecycleCallback: virConnectDomainEventCallback = {
  _, domain, event, detail, opaque in
  guard let domain, let kind = LifecycleEvent.Kind(rawValue: event) else { return 0 }
  EventSink.deliver(
    LifecycleEvent(
      domain: Call.borrowedString(virDomainGetName(domain)),
      uuid: Call.uuid { virDomainGetUUIDString(domain, $0) }, kind: kind, detail: detail),
    to: opaque)
  return 0
}
