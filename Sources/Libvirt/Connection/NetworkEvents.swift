import CLibvirt

/// Something that happened to a network.
public struct NetworkEvent: Sendable, Hashable {
  /// What happened, libvirt's `virNetworkEventLifecycleType`.
  public enum Kind: Int32, Sendable {
    /// Its definition was stored or changed.
    case defined = 0
    /// Its definition was removed.
    case undefined
    /// It is up.
    case started
    /// It is down.
    case stopped
  }

  /// The network's name.
  public let network: String
  /// What happened.
  public let kind: Kind
}

extension Connection {
  /// The lifecycle events of all networks from now on; see ``lifecycleEvents()`` for the stream's
  /// life.
  public func networkEvents() throws(LibvirtError) -> AsyncStream<NetworkEvent> {
    try events { connection, sink, free in
      virConnectNetworkEventRegisterAny(
        connection, nil, Int32(bitPattern: VIR_NETWORK_EVENT_ID_LIFECYCLE.rawValue),
        // SAFETY: libvirt calls it as the lifecycle callback that the event identifier stands for.
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
