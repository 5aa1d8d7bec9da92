import CLibvirt

/// Turning events of any kind into streams.
extension Connection {
  /// The events of one kind from now on (`virConnectDomainEventRegisterAny`).
  ///
  /// The stream ends when the connection is lost. Ending the iteration unregisters the callback.
  /// The stream keeps the connection open.
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

  /// The events of a registration.
  ///
  /// - Parameters:
  ///   - register: gives libvirt a callback with the sink as its opaque pointer and the function
  ///     that frees it; returns libvirt's identifier, negative on failure.
  ///   - deregister: removes the registration.
  func events<Event: Sendable>(
    register: (OpaquePointer, UnsafeMutableRawPointer, @escaping virFreeCallback) -> Int32,
    deregister: @escaping @Sendable (OpaquePointer, Int32) -> Int32
  ) throws(LibvirtError) -> AsyncStream<Event> {
    let (stream, continuation) = AsyncStream.makeStream(of: Event.self)
    // SAFETY: libvirt keeps one reference to the sink, which the free callback releases. If the
    // registration fails, libvirt never calls it, so this code does.
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
      // The call may wait for the host, and the stream may end on any thread.
      housekeeping.submit { _ in
        self.watch.forget(key)
        _ = deregister(self.pointer, identifier)
      }
    }
    return stream
  }
}

/// The object behind a callback's opaque pointer, which leads to the stream.
final class EventSink: Sendable {
  private let send: @Sendable (any Sendable) -> Void

  init<Event: Sendable>(_ continuation: AsyncStream<Event>.Continuation) {
    send = { event in
      if let event = event as? Event { continuation.yield(event) }
    }
  }

  /// Delivers an event to the stream of a callback's opaque pointer.
  static func deliver(_ event: some Sendable, to opaque: UnsafeMutableRawPointer?) {
    guard let opaque else { return }
    // SAFETY: libvirt holds a reference to the sink while the callback is registered.
    Unmanaged<EventSink>.fromOpaque(opaque).takeUnretainedValue().send(event)
  }
}

/// A change of a domain's lifecycle.
public struct LifecycleEvent: Sendable, Hashable {
  /// The kind of change, libvirt's `virDomainEventType`.
  public enum Kind: Int32, Sendable {
    /// The definition was stored or changed.
    case defined = 0
    /// The definition was removed.
    case undefined
    /// The domain started.
    case started
    /// The domain was paused.
    case suspended
    /// The domain was resumed.
    case resumed
    /// The domain is off.
    case stopped
    /// The guest is shutting down.
    case shutdown
    /// The guest is suspended by its own power management.
    case pmSuspended
    /// The domain crashed.
    case crashed
  }

  /// The domain's name.
  public let domain: String
  /// The domain's UUID.
  public let uuid: String
  /// The kind of change.
  public let kind: Kind
  /// libvirt's reason, whose meaning depends on the kind.
  public let detail: Int32
}

extension Connection {
  /// The lifecycle events of all domains from now on.
  ///
  /// The stream ends when the connection is lost. Ending the iteration unregisters the callback.
  /// The stream keeps the connection open.
  public func lifecycleEvents() throws(LibvirtError) -> AsyncStream<LifecycleEvent> {
    // SAFETY: libvirt calls it as the lifecycle callback of the event identifier.
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

/// The agent inside a guest connected or disconnected.
public struct AgentEvent: Sendable, Hashable {
  /// The domain's name.
  public let domain: String
  /// Whether the agent is connected now.
  public let isConnected: Bool
}

/// A guest released a device after a request to remove it.
public struct DeviceRemovedEvent: Sendable, Hashable {
  /// The domain's name.
  public let domain: String
  /// libvirt's name of the device, such as `virtio-disk1`.
  public let alias: String
}

extension Connection {
  /// Guest agents that connect and disconnect, from now on; see ``lifecycleEvents()`` for the
  /// stream's life.
  public func agentEvents() throws(LibvirtError) -> AsyncStream<AgentEvent> {
    // SAFETY: libvirt calls it as the agent's callback of the event identifier.
    try events(
      VIR_DOMAIN_EVENT_ID_AGENT_LIFECYCLE,
      unsafeBitCast(agentCallback, to: virConnectDomainEventGenericCallback.self))
  }

  /// Devices that guests release, from now on; see ``lifecycleEvents()`` for the stream's life.
  public func deviceRemovedEvents() throws(LibvirtError) -> AsyncStream<DeviceRemovedEvent> {
    // SAFETY: libvirt calls it as the removal's callback of the event identifier.
    try events(
      VIR_DOMAIN_EVENT_ID_DEVICE_REMOVED,
      unsafeBitCast(removalCallback, to: virConnectDomainEventGenericCallback.self))
  }
}

private let agentCallback: virConnectDomainEventAgentLifecycleCallback = {
  _, domain, state, _, opaque in
  guard let domain else { return }
  EventSink.deliver(
    AgentEvent(
      domain: Call.borrowedString(virDomainGetName(domain)),
      isConnected: state
        == Int32(
          bitPattern: VIR_CONNECT_DOMAIN_EVENT_AGENT_LIFECYCLE_STATE_CONNECTED.rawValue)),
    to: opaque)
}

private let removalCallback: virConnectDomainEventDeviceRemovedCallback = {
  _, domain, alias, opaque in
  guard let domain else { return }
  EventSink.deliver(
    DeviceRemovedEvent(
      domain: Call.borrowedString(virDomainGetName(domain)), alias: Call.borrowedString(alias)),
    to: opaque)
}

/// A change of a network's lifecycle.
public struct NetworkEvent: Sendable, Hashable {
  /// The kind of change, libvirt's `virNetworkEventLifecycleType`.
  public enum Kind: Int32, Sendable {
    /// The definition was stored or changed.
    case defined = 0
    /// The definition was removed.
    case undefined
    /// The network started.
    case started
    /// The network stopped.
    case stopped
  }

  /// The network's name.
  public let network: String
  /// The kind of change.
  public let kind: Kind
}

extension Connection {
  /// The lifecycle events of all networks from now on; see ``lifecycleEvents()`` for the stream's
  /// life.
  public func networkEvents() throws(LibvirtError) -> AsyncStream<NetworkEvent> {
    try events { connection, sink, free in
      virConnectNetworkEventRegisterAny(
        connection, nil, Int32(bitPattern: VIR_NETWORK_EVENT_ID_LIFECYCLE.rawValue),
        // SAFETY: libvirt calls it as the lifecycle callback of the event identifier.
        unsafeBitCast(networkCallback, to: virConnectNetworkEventGenericCallback.self), sink, free)
    } deregister: {
      virConnectNetworkEventDeregisterAny($0, $1)
    }
  }
}

private let networkCallback: virConnectNetworkEventLifecycleCallback = {
  _, network, event, _, opaque in
  guard let network, let kind = NetworkEvent.Kind(rawValue: event) else { return }
  EventSink.deliver(
    NetworkEvent(network: Call.borrowedString(virNetworkGetName(network)), kind: kind), to: opaque)
}
