import Foundation

/// Things on the host that no stack made and that must come out of every run as they went in.
extension Host {
  /// The name of the unrelated domain and network, and the start of the volume's.
  static let unrelated = "unrelated"

  func addUnrelated() async throws {
    let network = try file(
      "unrelated-network.xml",
      """
      <network><name>\(Self.unrelated)</name>
      <ip address='10.77.0.1' netmask='255.255.255.0'/></network>
      """)
    try await virsh("net-define", network)
    try await virsh("net-start", Self.unrelated)
    try await virsh(
      "vol-create-as", "default", "\(Self.unrelated).qcow2", "16M", "--format", "qcow2")
    let domain = try file(
      "unrelated-domain.xml",
      """
      <domain type='qemu'><name>\(Self.unrelated)</name><memory unit='MiB'>32</memory>
      <os><type arch='x86_64' machine='pc'>hvm</type></os>
      <devices>
      <disk type='file' device='disk'><driver name='qemu' type='qcow2'/>
      <source file='\(poolFolder)/\(Self.unrelated).qcow2'/><target dev='vda' bus='virtio'/></disk>
      <interface type='network'><source network='\(Self.unrelated)'/></interface>
      </devices></domain>
      """)
    try await virsh("define", domain)
  }
}
