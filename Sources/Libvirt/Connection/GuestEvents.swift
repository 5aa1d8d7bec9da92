import CLibvirt

/// The agent inside a guest came or went.
public struct AgentEvent: Sendable, Hashable {
  /// The domain's name.
  public let domain: String
  /// Whether it answers from now on.
  public let isConnected: Bool
}

/// A guest let go of a device that it was asked to.
public struct DeviceRemovedEvent: Sendable, Hashable {
  /// The domain's name.
  public let domain: String
  /// libvirt's name of the device, such as `virtio-disk1`.
  public let alias: String
}

extension Connection {
  /// Guest agents that come and go, from now on; see ``lifecycleEvents()`` for the stream's life.
  public func agentEvents() throws(LibvirtError) -> AsyncStream<AgentEvent> {
    // SAFETY: libvirt calls it as the agent's callback that the event identifier stands for.
    try events(
      VIR_DOMAIN_EVENT_ID_AGENT_LIFECYCLE,
      unsafeBitCast(agentCallback, to: virConnectDomainEventGenericCallback.self))
  }

  /// Devices that guests let go of, from now on; see ``lifecycleEvents()`` for the stream's life.
  public func deviceRemovedEvents() throws(LibvirtError) -> AsyncStream<DeviceRemovedEvent> {
    // SAFETY: libvirt calls it as the removal's callback that the event identifier stands for.
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
