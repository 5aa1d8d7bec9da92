/// The sizes of disks.
extension ByteSize {
  /// The unit of the sizes of disks: 1 MiB.
  ///
  /// libvirt counts some sizes in KiB, QEMU in sectors of 512 bytes, and a disk without a cache in
  /// sectors of up to 4 KiB. A multiple of this unit is the same size for all of them.
  public static let diskUnit = ByteSize.mib(1)

  /// The size of a disk that is declared with this size: rounded up to whole MiB.
  public var wholeDisk: ByteSize {
    let unit = Self.diskUnit.bytes
    let (padded, overflow) = bytes.addingReportingOverflow(unit - 1)
    return ByteSize(bytes: (overflow ? .max : padded) / unit * unit)
  }
}
