/// The way a change of a property reaches a running object without a restart.
///
/// A row of the schema that takes effect live names one; the runtime performs each.
public enum LiveChange: Sendable, CaseIterable {
  /// The title of a domain.
  case title
  /// The free text about a domain.
  case description
  /// The mark of the stack, which holds the labels.
  case metadata
  /// The memory in use, up to the maximum.
  case memory
  /// The processors in use, up to the maximum.
  case processors
  /// An update of the device that has the property.
  case device
  /// Another medium in the drive.
  case medium
  /// The limits of what a guest reads and writes on a disk.
  case throttle
  /// A larger volume, in agreement with the guest.
  case growth
  /// The mark to start with the host, which libvirt keeps beside the definition.
  case autostart
  /// A start or a shutdown.
  case power
  /// A fixed lease of a network.
  case lease
  /// The range of a network's DHCP server.
  case dhcpRange
  /// A name that a network's DNS server answers.
  case dnsHost
  /// A TXT record of a network's DNS server.
  case dnsText
  /// An SRV record of a network's DNS server.
  case dnsService
}
