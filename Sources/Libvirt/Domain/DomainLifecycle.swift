import CLibvirt

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
