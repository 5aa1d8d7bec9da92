import Foundation

/// The state of the kernel's device for virtual machines.
enum KVMDevice: Sendable, Equatable {
  /// There is no device.
  case absent
  /// This process cannot open it; the value is the system's reason.
  case closed(String)
  /// It opens, but the kernel makes no machine; the value is the system's reason.
  case failing(String)
  /// The kernel made a machine.
  case usable

  /// The request for the version of the interface, `_IO(KVMIO, 0x00)`.
  private static let versionRequest: UInt = 0xAE00
  /// The request for a new machine, `_IO(KVMIO, 0x01)`.
  private static let machineRequest: UInt = 0xAE01
  /// The only version of the interface.
  private static let version: Int32 = 12

  /// Makes an empty machine with the device at a path, and removes it again.
  static func probe(at path: String) -> KVMDevice {
    let device = open(path, O_RDWR | O_CLOEXEC)
    guard device >= 0 else {
      let number = errno
      return number == ENOENT ? .absent : .closed(reason(number))
    }
    defer { close(device) }
    // SAFETY: both requests take a number and touch no memory of this process.
    let version = ioctl(device, versionRequest, 0)
    guard version == Self.version else {
      return .failing(version < 0 ? reason(errno) : "its interface has the version \(version)")
    }
    let machine = ioctl(device, machineRequest, 0)
    guard machine >= 0 else { return .failing(reason(errno)) }
    close(machine)
    return .usable
  }

  private static func reason(_ number: Int32) -> String {
    // SAFETY: the text is copied before another call can change it.
    String(cString: strerror(number))
  }
}
