/// The format of a text in the configuration of another program.
///
/// A text that reaches such a configuration (dnsmasq, cloud-init, QEMU, the kernel) has a format in
/// its row of the schema, so that the program cannot misread it. To restrict a property, name the
/// format in its row; for a new format, add a case here.
public enum TextFormat: String, Sendable, CaseIterable {
  /// A host name, of one label or with its domain.
  case hostName
  /// The name that a DHCP server assigns to a machine: one DNS label that begins with a letter.
  case leaseName
  /// A DNS name, whose labels may contain `_`.
  case domainName
  /// The name of a service in an SRV record, without its `_`.
  case serviceName
  /// The text of a TXT record, as dnsmasq reads it.
  case txtValue
  /// The name of a network interface of a Linux host.
  case interfaceName
  /// One word of ASCII, such as a keymap.
  case token
  /// The name of a user account.
  case userName
  /// The path of a login shell, a field of `/etc/passwd`.
  case loginShell
  /// The name of a package, with the additions of package managers, such as a version.
  case packageName
  /// The name of a package in a list that commas separate, as virt-customize reads it.
  case customPackage
  /// A line of an `authorized_keys` file.
  case authorizedKey
  /// A model of a device, in lower case as libvirt reports it.
  case model
  /// One line of any characters.
  case line
  /// One line of any characters, or nothing.
  case optionalLine
  /// Lines of any characters, or nothing.
  case text
  /// The name of an object of libvirt.
  case objectName
  /// The serial number of a disk.
  case serialNumber
  /// The target of a drive.
  case target
  /// An address or a host name that a server listens on.
  case listenAddress
  /// The password of a VNC display, which the protocol truncates to eight bytes.
  case vncPassword
  /// The password of a SPICE display.
  case spicePassword
  /// The password of an account, whose hash libcrypt can compute.
  case accountPassword
  /// The name of a locale.
  case locale
  /// The name of a time zone: a file of the zone database.
  case timeZone
  /// The kind of an SSH host key, as cloud-init names it.
  case hostKeyKind
  /// An account of a key server, as ssh-import-id names it.
  case importID
  /// A day of the calendar.
  case date
  /// A path from the root of a guest.
  case absolutePath
  /// The path of a file on a medium, from its root.
  case mediumPath
  /// The volume label of an ISO image.
  case volumeLabel
  /// The path of a file that virt-customize writes to a guest.
  case customPath
  /// The permissions of a file.
  case fileMode
  /// The owner of a file, with or without its group.
  case fileOwner
  /// The vendor that a hypervisor reports.
  case vendorID
  /// The vendor that a processor reports.
  case processorVendor
  /// A set of processors or memory nodes.
  case cpuset
  /// A number in decimal digits.
  case digits
  /// The address of a PCI device.
  case pciAddress
  /// The vendor and the product of a USB device.
  case usbProduct
  /// A World Wide Name.
  case wwn
  /// The vendor that a SCSI disk reports.
  case diskVendor
  /// The product that a SCSI disk reports.
  case diskProduct

  /// The expected text, for the reference and for help.
  public var expectation: String {
    switch self {
    case .hostName: "a host name: labels of letters, digits and `-`, joined by dots"
    case .leaseName: "a DNS label: a letter, then letters, digits, `-` and `_`, at most 63"
    case .domainName: "a DNS name: labels of letters, digits, `-` and `_`, joined by dots"
    case .serviceName: "a service name: letters, digits and `-`, at most 63"
    case .txtValue:
      "one line of at most 255 bytes without `\"`, `,`, ` #`, and space at its ends"
    case .interfaceName: "an interface name: letters, digits, `.`, `-` and `_`, at most 15"
    case .token: "one word of letters, digits, `.`, `-` and `_`"
    case .userName:
      "a user name: a letter or `_`, then letters, digits, `.`, `-` and `_`, at most 32"
    case .loginShell: "an absolute path without spaces and `:`"
    case .packageName: "a package name without spaces or quotes, and without `-` at its start"
    case .customPackage:
      "a package name: letters, digits, `+`, `.`, `_`, `-`, `:`, `=`, `~` and `/`, without `-` at its start"
    case .authorizedKey: "one public key on one line, such as `ssh-ed25519 AAAA… name`"
    case .model: "a model in lower case: letters, digits, `-` and `_`"
    case .line: "one line without control characters"
    case .optionalLine: "one line without control characters, or an empty string"
    case .text: "text without control characters other than line breaks and tabs"
    case .objectName: "a name without `/`, quotes, `<`, `>`, `&` and control characters"
    case .serialNumber: "a serial number: letters, digits, spaces and any of `_-.+`, at most 36"
    case .target: "a target: `vd`, `sd`, `hd` or `fd` and one to three letters"
    case .listenAddress: "an address or a host name"
    case .vncPassword: "a password of at most 8 bytes without control characters"
    case .spicePassword: "a password of at most 60 bytes without control characters"
    case .accountPassword: "a password of at most 511 bytes without control characters"
    case .locale: "a locale: letters, digits, `_`, `.`, `-` and `@`"
    case .timeZone: "a time zone: names of letters, digits, `_`, `+` and `-`, joined by `/`"
    case .hostKeyKind:
      "`rsa`, `dsa`, `ecdsa` or `ed25519`, followed by `_private`, `_public` or `_certificate`"
    case .importID: "an account such as `gh:NAME` or `lp:NAME`"
    case .date: "a date: year, month and day, such as `2030-12-31`"
    case .absolutePath: "an absolute path without control characters"
    case .mediumPath: "a relative path of ASCII without `..`, of names of at most 64 characters"
    case .volumeLabel: "a volume label: letters, digits, `_` and `-`, at most 16"
    case .customPath:
      "the absolute path of a file, without `:`, without `..`, and without control characters"
    case .fileMode: "permissions of three or four octal digits, such as `0644`"
    case .fileOwner: "a user name, with or without `:` and a group name"
    case .vendorID: "at most 12 letters, digits, spaces and any of `_.-`"
    case .processorVendor: "12 letters, digits, spaces and any of `_.-`"
    case .cpuset: "numbers and ranges, such as `0-3,^2,8`"
    case .digits: "a number in decimal digits"
    case .pciAddress: "a PCI address such as `0000:01:00.0`"
    case .usbProduct: "vendor and product in hexadecimal digits, such as `046d:c52b`"
    case .wwn: "16 hexadecimal digits"
    case .diskVendor: "at most 8 printable characters of ASCII"
    case .diskProduct: "at most 16 printable characters of ASCII"
    }
  }

  /// Returns the reason why a text does not fit the format; nil if it fits.
  public func obstacle(to text: String) -> String? {
    // A key is often the whole content of a file, whose line has an end.
    let text =
      self == .authorizedKey && text.last?.isNewline == true ? String(text.dropLast()) : text
    if text.isEmpty { return admitsEmpty ? nil : "it is empty" }
    let size = text.utf8.count
    if size > maximumLength { return "it has \(size) bytes, more than \(maximumLength)" }
    if let scalar = text.unicodeScalars.first(where: { !allows($0) }) {
      return "it contains \(Self.name(of: scalar))"
    }
    return structuralObstacle(to: text)
  }

  private var admitsEmpty: Bool { self == .optionalLine || self == .text }

  private var maximumLength: Int {
    switch self {
    case .hostName, .domainName: 253
    case .leaseName, .serviceName, .token, .model: 63
    case .txtValue, .loginShell, .packageName, .customPackage: 255
    case .interfaceName: 15
    case .userName: 32
    case .authorizedKey: 16_384
    case .line, .optionalLine: 4096
    case .text: 65_536
    case .objectName: 200
    case .serialNumber: 36
    case .target: 5
    case .listenAddress: 253
    case .vncPassword: 8
    case .spicePassword: 60
    case .accountPassword: 511
    case .locale, .timeZone, .importID: 63
    case .hostKeyKind: 32
    case .date: 10
    case .absolutePath, .customPath: 4095
    case .mediumPath: 240
    case .volumeLabel: 16
    case .fileMode: 4
    case .fileOwner: 65
    case .vendorID, .processorVendor, .pciAddress: 12
    case .cpuset: 1024
    case .digits: 9
    case .usbProduct: 9
    case .wwn, .diskProduct: 16
    case .diskVendor: 8
    }
  }

  private func allows(_ scalar: Unicode.Scalar) -> Bool {
    switch self {
    case .hostName: scalar.isASCIIAlphanumeric || scalar == "-" || scalar == "."
    case .leaseName: scalar.isASCIIAlphanumeric || scalar == "-" || scalar == "_"
    case .serviceName: scalar.isASCIIAlphanumeric || scalar == "-"
    case .domainName, .interfaceName, .token, .userName:
      scalar.isASCIIAlphanumeric || scalar == "-" || scalar == "_" || scalar == "."
    case .model:
      scalar.isASCIIAlphanumeric && !scalar.properties.isUppercase || scalar == "-" || scalar == "_"
    case .txtValue: !scalar.endsLineOrControls && scalar != "\"" && scalar != ","
    case .loginShell:
      scalar.isASCIIAlphanumeric || ["/", ".", "_", "-", "+"].contains(scalar)
    case .packageName:
      scalar.isASCIIAlphanumeric
        || ["+", "-", ".", "_", ":", "=", "~", "/", "@", "*", "^"].contains(scalar)
    case .customPackage:
      scalar.isASCIIAlphanumeric || "+-._:=~/".unicodeScalars.contains(scalar)
    case .authorizedKey: !scalar.endsLineOrControls
    case .customPath: !scalar.endsLineOrControls && scalar != ":"
    case .mediumPath: scalar.isASCIIAlphanumeric || "+-._/ $".unicodeScalars.contains(scalar)
    case .volumeLabel: scalar.isASCIIAlphanumeric || "_-".unicodeScalars.contains(scalar)
    case .line, .optionalLine, .vncPassword, .spicePassword, .accountPassword, .absolutePath:
      !scalar.endsLineOrControls
    case .locale: scalar.isASCIIAlphanumeric || "_.-@".unicodeScalars.contains(scalar)
    case .timeZone: scalar.isASCIIAlphanumeric || "_+-/".unicodeScalars.contains(scalar)
    case .hostKeyKind: ("a"..."z").contains(scalar) || "0123456789_".unicodeScalars.contains(scalar)
    case .importID: scalar.isASCIIAlphanumeric || "-_.:+".unicodeScalars.contains(scalar)
    case .date: ("0"..."9").contains(scalar) || scalar == "-"
    case .fileMode: ("0"..."7").contains(scalar)
    case .fileOwner: scalar.isASCIIAlphanumeric || "-_.:".unicodeScalars.contains(scalar)
    case .text:
      scalar == "\n" || scalar == "\r" || scalar == "\t"
        || (XMLCharacters.allows(scalar) && scalar.properties.generalCategory != .control)
    case .objectName: !scalar.endsLineOrControls && !"/\\<>&\"'".unicodeScalars.contains(scalar)
    case .serialNumber: scalar.isASCIIAlphanumeric || " _-.+".unicodeScalars.contains(scalar)
    case .target: ("a"..."z").contains(scalar)
    case .vendorID, .processorVendor:
      scalar.isASCIIAlphanumeric || " _.-".unicodeScalars.contains(scalar)
    case .cpuset: ("0"..."9").contains(scalar) || "-,^".unicodeScalars.contains(scalar)
    case .digits: ("0"..."9").contains(scalar)
    case .pciAddress: scalar.properties.isASCIIHexDigit || ":.".unicodeScalars.contains(scalar)
    case .usbProduct: scalar.properties.isASCIIHexDigit || scalar == ":"
    case .wwn: scalar.properties.isASCIIHexDigit
    case .diskVendor, .diskProduct:
      (" "..."~").contains(scalar) && !",<>&\"'".unicodeScalars.contains(scalar)
    case .listenAddress: scalar.isASCIIAlphanumeric || "-_.:%".unicodeScalars.contains(scalar)
    }
  }

  /// Returns faults that no single character shows.
  private func structuralObstacle(to text: String) -> String? {
    switch self {
    case .hostName, .domainName: return Self.labelObstacle(to: text)
    case .leaseName:
      if text.unicodeScalars.first?.properties.isAlphabetic != true {
        return "it does not begin with a letter"
      }
      if ["ignore", "infinite"].contains(text.lowercased()) {
        return "it is a keyword of dnsmasq's configuration"
      }
      return Self.labelObstacle(to: text)
    case .serviceName: return Self.labelObstacle(to: text)
    case .txtValue:
      if text.hasPrefix(" ") || text.hasSuffix(" ") { return "it begins or ends with a space" }
      if text.hasPrefix("#") || text.contains(" #") { return "`#` begins a comment there" }
      return nil
    case .interfaceName, .token, .model, .listenAddress:
      let isOption = text.hasPrefix("-") || text.hasPrefix(".")
      return isOption ? "it begins with `\(text.prefix(1))`" : nil
    case .userName:
      let first = text.unicodeScalars.first
      let begins = first == "_" || first?.properties.isAlphabetic == true
      return begins ? nil : "it does not begin with a letter or `_`"
    case .loginShell: return text.hasPrefix("/") ? nil : "it does not begin with `/`"
    case .packageName, .customPackage: return text.hasPrefix("-") ? "it begins with `-`" : nil
    case .target:
      let isKnown = ["vd", "sd", "hd", "fd"].contains { text.hasPrefix($0) } && text.count > 2
      return isKnown ? nil : "no bus has such a target"
    case .objectName:
      let isPadded = text.hasPrefix(" ") || text.hasSuffix(" ")
      return isPadded ? "it begins or ends with a space" : nil
    case .locale, .importID:
      let begins = text.unicodeScalars.first?.properties.isAlphabetic == true
      return begins ? nil : "it does not begin with a letter"
    case .timeZone:
      let parts = text.split(separator: "/", omittingEmptySubsequences: false)
      if parts.contains("") { return "it has an empty part" }
      return text.hasPrefix("-") ? "it begins with `-`" : nil
    case .hostKeyKind: return Self.hostKeyKinds.contains(text) ? nil : "there is no such kind"
    case .date: return Self.isDate(text) ? nil : "there is no such day"
    case .absolutePath: return text.hasPrefix("/") ? nil : "it does not begin with `/`"
    case .customPath: return Self.fileObstacle(to: text)
    case .mediumPath: return Self.mediumObstacle(to: text)
    case .fileMode: return text.utf8.count >= 3 ? nil : "it has fewer than three digits"
    case .fileOwner: return Self.ownerObstacle(to: text)
    case .vendorID, .diskVendor, .diskProduct:
      let isPadded = text.hasPrefix(" ") || text.hasSuffix(" ")
      return isPadded ? "it begins or ends with a space" : nil
    case .processorVendor:
      return text.count == 12 ? nil : "it has not 12 characters"
    case .cpuset:
      return text.wholeMatch(of: /\^?\d{1,4}(-\d{1,4})?(,\^?\d{1,4}(-\d{1,4})?)*/) == nil
        ? "it is no set of numbers" : nil
    case .digits: return text.count > 1 && text.hasPrefix("0") ? "it begins with `0`" : nil
    case .pciAddress:
      return text.wholeMatch(of: /([[:xdigit:]]{4}:)?[[:xdigit:]]{2}:[01][[:xdigit:]]\.[0-7]/)
        == nil
        ? "it is no such address" : nil
    case .usbProduct:
      return text.wholeMatch(of: /[[:xdigit:]]{4}:[[:xdigit:]]{4}/) == nil
        ? "it is no such pair" : nil
    case .wwn: return text.count == 16 ? nil : "it has not 16 digits"
    case .authorizedKey, .volumeLabel, .line, .optionalLine, .text, .serialNumber, .vncPassword,
      .spicePassword, .accountPassword:
      return nil
    }
  }

  private static let hostKeyKinds = Set(
    ["rsa", "dsa", "ecdsa", "ed25519"].flatMap { kind in
      ["private", "public", "certificate"].map { "\(kind)_\($0)" }
    })

  /// Returns whether a text is a day of the calendar as `YYYY-MM-DD`.
  private static func isDate(_ text: String) -> Bool {
    let fields = text.split(separator: "-", omittingEmptySubsequences: false)
    guard fields.map(\.utf8.count) == [4, 2, 2], let year = Int(fields[0]),
      let month = Int(fields[1]), let day = Int(fields[2]), (1...12).contains(month)
    else { return false }
    let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    let days = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    return (1...days[month - 1]).contains(day)
  }

  private static func fileObstacle(to path: String) -> String? {
    guard path.hasPrefix("/") else { return "it does not begin with `/`" }
    if path.hasSuffix("/") { return "it names a folder" }
    let parts = path.split(separator: "/")
    return parts.contains("..") || parts.contains(".") ? "it contains `.` or `..`" : nil
  }

  private static func mediumObstacle(to path: String) -> String? {
    let parts = path.split(separator: "/", omittingEmptySubsequences: false)
    if parts.contains("") { return "it has an empty name" }
    if parts.contains("..") || parts.contains(".") { return "it contains `.` or `..`" }
    // Joliet has no longer names.
    return parts.contains { $0.utf8.count > 64 }
      ? "one of its names has more than 64 characters" : nil
  }

  private static func ownerObstacle(to text: String) -> String? {
    let names = text.split(separator: ":", omittingEmptySubsequences: false)
    if names.count > 2 { return "it has more than one `:`" }
    return names.lazy.compactMap { TextFormat.userName.obstacle(to: String($0)) }.first
  }

  /// Checks that each label of a DNS name has 1 to 63 bytes, and neither begins nor ends with `-`.
  private static func labelObstacle(to text: String) -> String? {
    for label in text.split(separator: ".", omittingEmptySubsequences: false) {
      if label.isEmpty { return "it has an empty label" }
      if label.utf8.count > 63 { return "one of its labels has more than 63 bytes" }
      if label.hasPrefix("-") || label.hasSuffix("-") {
        return "one of its labels begins or ends with `-`"
      }
    }
    return nil
  }

  private static func name(of scalar: Unicode.Scalar) -> String {
    switch scalar {
    case "\n", "\r", "\u{85}", "\u{2028}", "\u{2029}": "a line break"
    case " ": "a space"
    case _ where scalar.endsLineOrControls:
      "the control character U+\(hexadecimal(scalar.value))"
    default: "`\(scalar)`"
    }
  }

  private static func hexadecimal(_ number: UInt32) -> String {
    let digits = String(number, radix: 16, uppercase: true)
    return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
  }
}

extension Unicode.Scalar {
  fileprivate var isASCIIAlphanumeric: Bool {
    switch self {
    case "a"..."z", "A"..."Z", "0"..."9": true
    default: false
    }
  }

  /// Whether it is a control or format character, or breaks a line.
  fileprivate var endsLineOrControls: Bool {
    switch properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator: true
    // XML 1.0 does not allow U+FFFE and U+FFFF.
    default: !XMLCharacters.allows(self)
    }
  }
}

/// A text that does not fit its format.
struct TextObstacle {
  /// The text; nil for a secret, which no message shows.
  let text: String?
  let reason: String
  let format: TextFormat
}

extension PropertySchema {
  /// Returns the first text of a value, including lists and maps, that does not fit the row's
  /// formats.
  func obstacle(in value: Value) -> TextObstacle? {
    switch value {
    case .string(let text): format.flatMap { Self.obstacle(to: text, $0, isSecret: false) }
    case .secret(let secret):
      format.flatMap { Self.obstacle(to: secret.revealed, $0, isSecret: true) }
    case .list(let items): items.lazy.compactMap(obstacle).first
    case .map(let entries):
      entries.lazy.compactMap { key, value in
        self.keyFormat.flatMap { Self.obstacle(to: key, $0, isSecret: false) }
          ?? self.obstacle(in: value)
      }.first
    default: nil
    }
  }

  private static func obstacle(
    to text: String, _ format: TextFormat, isSecret: Bool
  ) -> TextObstacle? {
    format.obstacle(to: text).map {
      TextObstacle(text: isSecret ? nil : text, reason: $0, format: format)
    }
  }
}
