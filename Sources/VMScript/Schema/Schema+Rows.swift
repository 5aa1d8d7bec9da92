/// Short forms of rows with a place in libvirt's XML.
extension PropertySchema {
  /// A truth value that libvirt writes as `on` or `off`.
  static func onOff(
    _ name: String, _ path: String, _ doc: String, with: [String: String] = [:],
    live: LiveChange? = nil, since: LibvirtVersion? = nil
  ) -> PropertySchema {
    PropertySchema(
      name, .bool, doc, live: live, xml: XMLPlace(path, .onOff, with: with), since: since)
  }

  /// A truth value that libvirt writes as `yes` or `no`.
  static func yesNo(
    _ name: String, _ path: String, _ doc: String, with: [String: String] = [:],
    since: LibvirtVersion? = nil
  ) -> PropertySchema {
    PropertySchema(name, .bool, doc, xml: XMLPlace(path, .yesNo, with: with), since: since)
  }

  /// A truth value that libvirt writes by an element.
  static func presence(
    _ name: String, _ path: String, _ doc: String, with: [String: String] = [:]
  ) -> PropertySchema {
    PropertySchema(name, .bool, doc, xml: XMLPlace(path, .presence, with: with))
  }

  /// One of a set of words.
  ///
  /// - Parameter spelled: libvirt's words, where they differ.
  static func words(
    _ name: String, _ path: String, _ words: [String], _ doc: String,
    spelled: [String: String] = [:], with: [String: String] = [:], isRequired: Bool = false,
    since: LibvirtVersion? = nil
  ) -> PropertySchema {
    PropertySchema(
      name, .word(words), doc,
      xml: XMLPlace(path, spelled.isEmpty ? .text : .words(spelled), with: with),
      isRequired: isRequired, since: since)
  }

  /// A whole number.
  static func int(
    _ name: String, _ path: String, _ range: ClosedRange<Int64>, _ doc: String,
    with: [String: String] = [:], live: LiveChange? = nil, isInherited: Bool = true,
    since: LibvirtVersion? = nil
  ) -> PropertySchema {
    PropertySchema(
      name, .int(range), doc, live: live, xml: XMLPlace(path, with: with),
      isInherited: isInherited, since: since)
  }

  /// A text in a format.
  static func text(
    _ name: String, _ path: String, _ format: TextFormat, _ doc: String,
    with: [String: String] = [:], isRequired: Bool = false, isInherited: Bool = true,
    since: LibvirtVersion? = nil
  ) -> PropertySchema {
    PropertySchema(
      name, .string, doc, format: format, xml: XMLPlace(path, with: with), isRequired: isRequired,
      isInherited: isInherited, since: since)
  }

  /// A path on the host.
  static func hostPath(
    _ name: String, _ path: String, _ doc: String, with: [String: String] = [:],
    isRequired: Bool = false, isInherited: Bool = true
  ) -> PropertySchema {
    PropertySchema(
      name, .string, doc, format: .absolutePath, xml: XMLPlace(path, .path, with: with),
      isRequired: isRequired, isInherited: isInherited)
  }

  /// The position of a device in the boot order.
  static let boot = PropertySchema(
    "boot", .int(1...65_535), "The position in the boot order, instead of the domain's `boot`.",
    xml: XMLPlace("boot/@order"))

  /// The option ROM of a PCI device.
  static let rom: [PropertySchema] = [
    .yesNo("rom", "rom/@enabled", "Whether the guest sees the device's option ROM."),
    .onOff("rom_bar", "rom/@bar", "Whether the ROM is in the guest's memory map."),
    .hostPath("rom_file", "rom/@file", "A file of the host in place of the device's ROM."),
  ]
}
