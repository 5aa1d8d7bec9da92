import CLibvirt

/// Changing a domain; `live` is the running machine, `config` the stored definition.
extension Domain {
  /// Adds a device, given as its element (`virDomainAttachDeviceFlags`).
  public func attachDevice(
    xml: String, live: Bool, config: Bool
  ) throws(LibvirtError) {
    try call.succeed(
      virDomainAttachDeviceFlags(pointer, xml, Call.impact(live: live, config: config)))
  }

  /// Removes the device that the element describes; a running guest may take its time
  /// (`virDomainDetachDeviceFlags`).
  public func detachDevice(
    xml: String, live: Bool, config: Bool
  ) throws(LibvirtError) {
    try call.succeed(
      virDomainDetachDeviceFlags(pointer, xml, Call.impact(live: live, config: config)))
  }

  /// Changes the device that the element describes (`virDomainUpdateDeviceFlags`).
  public func updateDevice(
    xml: String, live: Bool, config: Bool
  ) throws(LibvirtError) {
    try call.succeed(
      virDomainUpdateDeviceFlags(pointer, xml, Call.impact(live: live, config: config)))
  }

  /// Sets the memory in use, in KiB, within the maximum (`virDomainSetMemoryFlags`).
  public func setMemory(kibibytes: UInt, live: Bool, config: Bool) throws(LibvirtError) {
    try call.succeed(
      virDomainSetMemoryFlags(pointer, kibibytes, Call.impact(live: live, config: config)))
  }

  /// Sets the most memory it may have from its next start on, in KiB (`virDomainSetMemoryFlags`).
  public func setMaximumMemory(kibibytes: UInt) throws(LibvirtError) {
    let flags = Call.impact(live: false, config: true) | VIR_DOMAIN_MEM_MAXIMUM.rawValue
    try call.succeed(virDomainSetMemoryFlags(pointer, kibibytes, flags))
  }

  /// Sets the number of virtual processors, within the maximum (`virDomainSetVcpusFlags`).
  public func setCPUs(_ count: Int, live: Bool, config: Bool) throws(LibvirtError) {
    try call.succeed(
      virDomainSetVcpusFlags(
        pointer, UInt32(clamping: count), Call.impact(live: live, config: config)))
  }

  /// Sets the most virtual processors it may have from its next start on
  /// (`virDomainSetVcpusFlags`).
  public func setMaximumCPUs(_ count: Int) throws(LibvirtError) {
    let flags = Call.impact(live: false, config: true) | VIR_DOMAIN_VCPU_MAXIMUM.rawValue
    try call.succeed(virDomainSetVcpusFlags(pointer, UInt32(clamping: count), flags))
  }

  /// Grows a disk of the running machine.
  ///
  /// - Parameters:
  ///   - device: its target, such as `vda`, or its path.
  ///   - bytes: the new size.
  public func resizeBlock(_ device: String, bytes: UInt64) throws(LibvirtError) {
    try call.succeed(
      virDomainBlockResize(pointer, device, bytes, VIR_DOMAIN_BLOCK_RESIZE_BYTES.rawValue))
  }

  /// Limits what the guest reads and writes on a disk (`virDomainSetBlockIoTune`).
  ///
  /// - Parameters:
  ///   - limits: by libvirt's names of them, such as `total_bytes_sec`; zero lifts one.
  ///   - device: the target of the disk, such as `vda`.
  public func setBlockIOTune(
    _ limits: [String: UInt64], of device: String, live: Bool, config: Bool
  ) throws(LibvirtError) {
    var parameters: virTypedParameterPtr?
    var (count, capacity): (Int32, Int32) = (0, 0)
    // SAFETY: libvirt allocates the array, and frees as many parameters as it counted.
    defer { virTypedParamsFree(parameters, count) }
    for (name, limit) in limits.sorted(by: { $0.key < $1.key }) {
      try Call.succeed(
        virTypedParamsAddULLong(&parameters, &count, &capacity, name, limit))
    }
    try call.succeed(
      virDomainSetBlockIoTune(
        pointer, device, parameters, count, Call.impact(live: live, config: config)))
  }

  /// The element that a namespace keeps in the domain's metadata, nil where there is none
  /// (`virDomainGetMetadata`).
  public func metadata(namespace: String, inactive: Bool = true) throws(LibvirtError) -> String? {
    let flags = Call.impact(live: !inactive, config: inactive)
    let type = Int32(bitPattern: VIR_DOMAIN_METADATA_ELEMENT.rawValue)
    guard let text = virDomainGetMetadata(pointer, type, namespace, flags) else {
      let error = LibvirtError.last()
      guard error.code == .noDomainMetadata else { throw error }
      return nil
    }
    return try call.ownedString(text)
  }

  /// Sets or, with nil, removes the element that a namespace keeps in the domain's metadata.
  ///
  /// - Parameters:
  ///   - xml: the element, without the prefix.
  ///   - namespace: the namespace's URI.
  ///   - prefix: the prefix it is stored under.
  public func setMetadata(
    _ xml: String?, namespace: String, prefix: String, live: Bool, config: Bool
  ) throws(LibvirtError) {
    let type = Int32(bitPattern: VIR_DOMAIN_METADATA_ELEMENT.rawValue)
    try call.succeed(
      virDomainSetMetadata(
        pointer, type, xml, prefix, namespace, Call.impact(live: live, config: config)))
  }

  /// Sets the short title.
  public func setTitle(_ title: String, live: Bool, config: Bool) throws(LibvirtError) {
    try setText(title, VIR_DOMAIN_METADATA_TITLE, live: live, config: config)
  }

  /// Sets the free text about it.
  public func setDescription(_ text: String, live: Bool, config: Bool) throws(LibvirtError) {
    try setText(text, VIR_DOMAIN_METADATA_DESCRIPTION, live: live, config: config)
  }

  private func setText(
    _ text: String, _ type: virDomainMetadataType, live: Bool, config: Bool
  ) throws(LibvirtError) {
    try call.succeed(
      virDomainSetMetadata(
        pointer, Int32(bitPattern: type.rawValue), text, nil, nil,
        Call.impact(live: live, config: config)))
  }
}
