import CLibvirt

/// A machine, running or not.
///
/// Every call throws libvirt's error, with code `noDomain` if it is gone meanwhile.
public struct Domain: HostObject {
  static func release(_ pointer: OpaquePointer) -> Int32 { virDomainFree(pointer) }
  static let kind = "domain"
  static let missing = LibvirtError.Code.noDomain

  let handle: Handle<Domain>

  /// The connection it belongs to.
  public var connection: Connection { handle.connection }

  /// What a domain is doing, libvirt's `virDomainState`.
  public enum State: Int32, Sendable {
    /// Not known.
    case noState = 0
    /// Running.
    case running
    /// Waiting for a resource.
    case blocked
    /// Stopped by the user, in memory.
    case paused
    /// About to be off.
    case shuttingDown
    /// Off.
    case shutOff
    /// Gone down by a failure.
    case crashed
    /// Sleeping by its own power management.
    case pmSuspended
  }

  /// Unique among the host's domains (`virDomainGetName`).
  public var name: String { Call.borrowedString(virDomainGetName(pointer)) }

  /// The UUID in lower case.
  public var uuid: String { Call.uuid { virDomainGetUUIDString(pointer, $0) } }

  /// The number of the running domain, nil while it is off.
  public var id: Int? {
    let id = virDomainGetID(pointer)
    return id == UInt32.max ? nil : Int(id)
  }

  /// What it is doing now (`virDomainGetState`).
  public func state() throws(LibvirtError) -> State {
    var state: Int32 = 0
    try call.succeed(virDomainGetState(pointer, &state, nil, 0))
    return State(rawValue: state) ?? .noState
  }

  /// Its `<domain>` document.
  ///
  /// - Parameters:
  ///   - inactive: as it will be at its next start, not as it is running.
  ///   - secure: with the passwords in it.
  public func xml(inactive: Bool = false, secure: Bool = false) throws(LibvirtError) -> String {
    let flags =
      (inactive ? VIR_DOMAIN_XML_INACTIVE.rawValue : 0)
      | (secure ? VIR_DOMAIN_XML_SECURE.rawValue : 0)
    return try call.ownedString(virDomainGetXMLDesc(pointer, flags))
  }

  /// Whether it is running or paused (`virDomainIsActive`).
  public func isActive() throws(LibvirtError) -> Bool {
    try call.flag(virDomainIsActive(pointer))
  }

  /// Whether it has a stored definition (`virDomainIsPersistent`).
  public func isPersistent() throws(LibvirtError) -> Bool {
    try call.flag(virDomainIsPersistent(pointer))
  }

  /// Whether it starts with the host (`virDomainGetAutostart`).
  public func autostart() throws(LibvirtError) -> Bool {
    try call.flag { virDomainGetAutostart(pointer, $0) }
  }

  /// Sets whether it starts with the host (`virDomainSetAutostart`).
  ///
  /// - Throws: code `operationInvalid` for a domain without a stored definition.
  public func setAutostart(_ value: Bool) throws(LibvirtError) {
    try call.succeed(virDomainSetAutostart(pointer, value ? 1 : 0))
  }

  /// Whether a saved state waits to be resumed at the next start (`virDomainHasManagedSaveImage`).
  public func hasManagedSave() throws(LibvirtError) -> Bool {
    try call.flag(virDomainHasManagedSaveImage(pointer, 0))
  }

  /// The `<domain>` document of the saved state, with its passwords (`virDomainManagedSaveGetXMLDesc`).
  public func managedSaveXML() throws(LibvirtError) -> String {
    try call.ownedString(
      virDomainManagedSaveGetXMLDesc(pointer, UInt32(VIR_DOMAIN_SAVE_IMAGE_XML_SECURE.rawValue)))
  }
}

/// Starting, stopping and removing.
extension Domain {
  /// Starts it (`virDomainCreate`).
  ///
  /// - Throws: code `operationInvalid` if it runs already; what the hypervisor said where it does
  ///   not come up.
  public func start() throws(LibvirtError) {
    try call.succeed(virDomainCreate(pointer))
  }

  /// Asks the guest to shut down; returns before it has (`virDomainShutdown`).
  ///
  /// - Throws: code `operationInvalid` if it is off.
  public func shutdown() throws(LibvirtError) {
    try call.succeed(virDomainShutdown(pointer))
  }

  /// Turns it off at once; the definition stays (`virDomainDestroy`).
  ///
  /// - Throws: code `operationInvalid` if it is off.
  public func destroy() throws(LibvirtError) {
    try call.succeed(virDomainDestroy(pointer))
  }

  /// Asks the guest to reboot; returns before it has (`virDomainReboot`).
  ///
  /// - Throws: code `operationInvalid` if it is off.
  public func reboot() throws(LibvirtError) {
    try call.succeed(virDomainReboot(pointer, 0))
  }

  /// Resets it as the button would (`virDomainReset`).
  ///
  /// - Throws: code `operationInvalid` if it is off.
  public func reset() throws(LibvirtError) {
    try call.succeed(virDomainReset(pointer, 0))
  }

  /// Pauses it; it stays in memory (`virDomainSuspend`).
  ///
  /// - Throws: code `operationInvalid` if it is off.
  public func suspend() throws(LibvirtError) {
    try call.succeed(virDomainSuspend(pointer))
  }

  /// Goes on after ``suspend()`` (`virDomainResume`).
  ///
  /// - Throws: code `operationInvalid` if it is not paused.
  public func resume() throws(LibvirtError) {
    try call.succeed(virDomainResume(pointer))
  }

  /// Gives it another name; its UUID stays (`virDomainRename`).
  ///
  /// - Throws: code `operationInvalid` if it runs or has a saved state; `domainExists` or
  ///   `operationFailed` where the name is taken.
  public func rename(to name: String) throws(LibvirtError) {
    try call.succeed(virDomainRename(pointer, name, 0))
  }

  /// Wakes it from the sleep of its own power management (`virDomainPMWakeup`).
  ///
  /// - Throws: code `operationInvalid` if it is off.
  public func wakeUp() throws(LibvirtError) {
    try call.succeed(virDomainPMWakeup(pointer, 0))
  }

  /// Saves the guest's memory and turns it off; the next start goes on from there
  /// (`virDomainManagedSave`).
  ///
  /// - Throws: code `operationInvalid` if it is off.
  public func managedSave() throws(LibvirtError) {
    try call.succeed(virDomainManagedSave(pointer, 0))
  }

  /// Drops the state that ``hasManagedSave()`` tells of; the next start boots the guest
  /// (`virDomainManagedSaveRemove`).
  public func dropManagedSave() throws(LibvirtError) {
    try call.succeed(virDomainManagedSaveRemove(pointer, 0))
  }

  /// Removes its definition, and of what belongs to it everything that the connected libvirt can
  /// remove: NVRAM, TPM state, a saved state, the metadata of snapshots and checkpoints
  /// (`virDomainUndefineFlags`).
  ///
  /// Its volumes stay.
  public func undefine() throws(LibvirtError) {
    let flags = UndefineFlags.known(
      libraryVersion: connection.libraryVersion, driverType: connection.driverType)
    try call.succeed(virDomainUndefineFlags(pointer, flags))
  }
}

/// Which flags of `virDomainUndefineFlags` a libvirt knows: an unknown one makes the call fail.
enum UndefineFlags {
  static func known(libraryVersion: UInt, driverType: String) -> UInt32 {
    table.filter { entry in
      libraryVersion >= entry.since && (driverType == "QEMU" || entry.isGeneral)
    }
    .reduce(0) { $0 | $1.flag.rawValue }
  }

  private struct Entry {
    let flag: virDomainUndefineFlagsValues
    let since: UInt
    /// Whether drivers other than QEMU's take it.
    let isGeneral: Bool
  }

  private static let table: [Entry] = [
    Entry(flag: VIR_DOMAIN_UNDEFINE_MANAGED_SAVE, since: 9_004, isGeneral: true),
    Entry(flag: VIR_DOMAIN_UNDEFINE_SNAPSHOTS_METADATA, since: 9_005, isGeneral: true),
    Entry(flag: VIR_DOMAIN_UNDEFINE_NVRAM, since: 1_002_009, isGeneral: false),
    Entry(flag: VIR_DOMAIN_UNDEFINE_CHECKPOINTS_METADATA, since: 5_006_000, isGeneral: false),
    Entry(flag: VIR_DOMAIN_UNDEFINE_TPM, since: 8_009_000, isGeneral: false),
  ]
}

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
