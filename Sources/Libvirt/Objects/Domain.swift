import CLibvirt

/// A virtual machine, running or not.
///
/// Every call throws libvirt's error, with code `noDomain` if the domain no longer exists.
public struct Domain: HostObject {
  static func release(_ pointer: OpaquePointer) -> Int32 { virDomainFree(pointer) }
  static let kind = "domain"
  static let missing = LibvirtError.Code.noDomain

  let handle: Handle<Domain>

  /// The connection that the object belongs to.
  public var connection: Connection { handle.connection }

  /// The state of a domain, libvirt's `virDomainState`.
  public enum State: Int32, Sendable {
    /// Unknown.
    case noState = 0
    /// Running.
    case running
    /// Waiting for a resource.
    case blocked
    /// Paused by the user; stays in memory.
    case paused
    /// Shutting down.
    case shuttingDown
    /// Off.
    case shutOff
    /// Crashed.
    case crashed
    /// Suspended by its own power management.
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

  /// The current state (`virDomainGetState`).
  public func state() throws(LibvirtError) -> State {
    var state: Int32 = 0
    try call.succeed(virDomainGetState(pointer, &state, nil, 0))
    return State(rawValue: state) ?? .noState
  }

  /// Its `<domain>` document.
  ///
  /// - Parameters:
  ///   - inactive: the configuration of the next start, rather than the running one.
  ///   - secure: includes passwords.
  public func xml(inactive: Bool = false, secure: Bool = false) throws(LibvirtError) -> String {
    let flags =
      (inactive ? VIR_DOMAIN_XML_INACTIVE.rawValue : 0)
      | (secure ? VIR_DOMAIN_XML_SECURE.rawValue : 0)
    return try call.ownedString(virDomainGetXMLDesc(pointer, flags))
  }

  /// Whether the domain is running or paused (`virDomainIsActive`).
  public func isActive() throws(LibvirtError) -> Bool {
    try call.flag(virDomainIsActive(pointer))
  }

  /// Whether a stored definition exists (`virDomainIsPersistent`).
  public func isPersistent() throws(LibvirtError) -> Bool {
    try call.flag(virDomainIsPersistent(pointer))
  }

  /// Whether it starts when the host boots (`virDomainGetAutostart`).
  public func autostart() throws(LibvirtError) -> Bool {
    try call.flag { virDomainGetAutostart(pointer, $0) }
  }

  /// Sets whether it starts when the host boots (`virDomainSetAutostart`).
  ///
  /// - Throws: code `operationInvalid` for a domain without a stored definition.
  public func setAutostart(_ value: Bool) throws(LibvirtError) {
    try call.succeed(virDomainSetAutostart(pointer, value ? 1 : 0))
  }

  /// Whether the next start restores a saved state (`virDomainHasManagedSaveImage`).
  public func hasManagedSave() throws(LibvirtError) -> Bool {
    try call.flag(virDomainHasManagedSaveImage(pointer, 0))
  }

  /// The `<domain>` document of the saved state, with its passwords
  /// (`virDomainManagedSaveGetXMLDesc`).
  public func managedSaveXML() throws(LibvirtError) -> String {
    try call.ownedString(
      virDomainManagedSaveGetXMLDesc(pointer, UInt32(VIR_DOMAIN_SAVE_IMAGE_XML_SECURE.rawValue)))
  }
}

/// Starting, stopping and removing.
extension Domain {
  /// Starts the domain (`virDomainCreate`).
  ///
  /// - Throws: code `operationInvalid` if it is already running; the hypervisor's error if it does
  ///   not start.
  public func start() throws(LibvirtError) {
    try call.succeed(virDomainCreate(pointer))
  }

  /// Asks the guest to shut down, without waiting for it (`virDomainShutdown`).
  ///
  /// - Throws: code `operationInvalid` if it is off.
  public func shutdown() throws(LibvirtError) {
    try call.succeed(virDomainShutdown(pointer))
  }

  /// Turns the domain off at once; the definition stays (`virDomainDestroy`).
  ///
  /// - Throws: code `operationInvalid` if it is off.
  public func destroy() throws(LibvirtError) {
    try call.succeed(virDomainDestroy(pointer))
  }

  /// Asks the guest to reboot, without waiting for it (`virDomainReboot`).
  ///
  /// - Throws: code `operationInvalid` if it is off.
  public func reboot() throws(LibvirtError) {
    try call.succeed(virDomainReboot(pointer, 0))
  }

  /// Resets the machine, like its reset button (`virDomainReset`).
  ///
  /// - Throws: code `operationInvalid` if it is off.
  public func reset() throws(LibvirtError) {
    try call.succeed(virDomainReset(pointer, 0))
  }

  /// Pauses the domain, which stays in memory (`virDomainSuspend`).
  ///
  /// - Throws: code `operationInvalid` if it is off.
  public func suspend() throws(LibvirtError) {
    try call.succeed(virDomainSuspend(pointer))
  }

  /// Resumes after ``suspend()`` (`virDomainResume`).
  ///
  /// - Throws: code `operationInvalid` if it is not paused.
  public func resume() throws(LibvirtError) {
    try call.succeed(virDomainResume(pointer))
  }

  /// Renames the domain; the UUID stays (`virDomainRename`).
  ///
  /// - Throws: code `operationInvalid` if it is running or has a saved state; `domainExists` or
  ///   `operationFailed` if the name is taken.
  public func rename(to name: String) throws(LibvirtError) {
    try call.succeed(virDomainRename(pointer, name, 0))
  }

  /// Wakes the guest from a suspension by its own power management (`virDomainPMWakeup`).
  ///
  /// - Throws: code `operationInvalid` if it is off.
  public func wakeUp() throws(LibvirtError) {
    try call.succeed(virDomainPMWakeup(pointer, 0))
  }

  /// Saves the guest's memory and turns it off; the next start resumes there
  /// (`virDomainManagedSave`).
  ///
  /// - Throws: code `operationInvalid` if it is off.
  public func managedSave() throws(LibvirtError) {
    try call.succeed(virDomainManagedSave(pointer, 0))
  }

  /// Discards the saved state that ``hasManagedSave()`` reports; the next start boots the guest
  /// (`virDomainManagedSaveRemove`).
  public func dropManagedSave() throws(LibvirtError) {
    try call.succeed(virDomainManagedSaveRemove(pointer, 0))
  }

  /// Removes the definition together with everything that the connected libvirt can remove: NVRAM,
  /// TPM state, a saved state, the metadata of snapshots and checkpoints
  /// (`virDomainUndefineFlags`).
  ///
  /// The volumes stay.
  public func undefine() throws(LibvirtError) {
    let flags = UndefineFlags.known(
      libraryVersion: connection.libraryVersion, driverType: connection.driverType)
    try call.succeed(virDomainUndefineFlags(pointer, flags))
  }
}

/// The flags of `virDomainUndefineFlags` that a libvirt supports; an unknown flag makes the call
/// fail.
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
    /// Whether drivers other than QEMU's accept it.
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
  /// Adds the device that an element describes (`virDomainAttachDeviceFlags`).
  public func attachDevice(
    xml: String, live: Bool, config: Bool
  ) throws(LibvirtError) {
    try call.succeed(
      virDomainAttachDeviceFlags(pointer, xml, Call.impact(live: live, config: config)))
  }

  /// Removes the device that an element describes; a running guest may take some time
  /// (`virDomainDetachDeviceFlags`).
  public func detachDevice(
    xml: String, live: Bool, config: Bool
  ) throws(LibvirtError) {
    try call.succeed(
      virDomainDetachDeviceFlags(pointer, xml, Call.impact(live: live, config: config)))
  }

  /// Changes the device that an element describes (`virDomainUpdateDeviceFlags`).
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

  /// Sets the maximum memory from the next start on, in KiB (`virDomainSetMemoryFlags`).
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

  /// Sets the maximum number of virtual processors from the next start on
  /// (`virDomainSetVcpusFlags`).
  public func setMaximumCPUs(_ count: Int) throws(LibvirtError) {
    let flags = Call.impact(live: false, config: true) | VIR_DOMAIN_VCPU_MAXIMUM.rawValue
    try call.succeed(virDomainSetVcpusFlags(pointer, UInt32(clamping: count), flags))
  }

  /// Grows a disk of the running domain.
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
  ///   - limits: values by libvirt's names, such as `total_bytes_sec`; zero removes a limit.
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

  /// The element of a namespace in the domain's metadata; nil if there is none
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

  /// Sets the element of a namespace in the domain's metadata; nil removes it.
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

  /// Sets the description.
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
