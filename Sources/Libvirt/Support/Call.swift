import CLibvirt
import Foundation

/// Turns what libvirt's C calls return into values and typed errors.
enum Call {
  /// A status below zero is a failure.
  @discardableResult
  static func succeed(_ status: Int32) throws(LibvirtError) -> Int32 {
    guard status >= 0 else { throw .last() }
    return status
  }

  /// 1 is true, 0 false, anything below a failure.
  static func flag(_ status: Int32) throws(LibvirtError) -> Bool {
    try succeed(status) > 0
  }

  /// The same where the call writes its answer through a pointer.
  static func flag(_ call: (UnsafeMutablePointer<Int32>) -> Int32) throws(LibvirtError) -> Bool {
    var value: Int32 = 0
    try succeed(call(&value))
    return value != 0
  }

  /// A string that the caller has to free.
  static func ownedString(_ text: UnsafeMutablePointer<CChar>?) throws(LibvirtError) -> String {
    guard let text else { throw .last() }
    // SAFETY: libvirt hands over a NUL-terminated string from malloc; it is copied, then freed once.
    defer { free(text) }
    return String(cString: text)
  }

  /// A string that stays libvirt's.
  static func borrowedString(_ text: UnsafePointer<CChar>?) -> String {
    text.map { String(cString: $0) } ?? ""
  }

  /// The objects that a call lists behind an array that it allocates.
  ///
  /// - Parameter take: given each entry once, to keep or to free.
  static func list<Entry, Element>(
    _ call: (UnsafeMutablePointer<UnsafeMutablePointer<Entry?>?>) -> Int32,
    taking take: (Entry) -> Element
  ) throws(LibvirtError) -> [Element] {
    var array: UnsafeMutablePointer<Entry?>?
    let count = try succeed(call(&array))
    // SAFETY: libvirt allocated `count` entries; the array is freed here, its entries by `take`.
    defer { free(array) }
    return (0..<Int(count)).compactMap { array?[$0].map(take) }
  }

  /// A UUID in its usual spelling, read by one of libvirt's `GetUUIDString` calls.
  static func uuid(_ call: (UnsafeMutablePointer<CChar>) -> Int32) -> String {
    // SAFETY: VIR_UUID_STRING_BUFLEN, 37 bytes with the NUL, is what libvirt writes at most.
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(VIR_UUID_STRING_BUFLEN)) { buffer in
      guard let base = buffer.baseAddress, call(base) == 0 else { return "" }
      return String(cString: base)
    }
  }

  /// libvirt's flags for a change to the running machine, its stored definition, or both.
  static func impact(live: Bool, config: Bool) -> UInt32 {
    (live ? VIR_DOMAIN_AFFECT_LIVE.rawValue : 0)
      | (config ? VIR_DOMAIN_AFFECT_CONFIG.rawValue : 0)
  }
}
