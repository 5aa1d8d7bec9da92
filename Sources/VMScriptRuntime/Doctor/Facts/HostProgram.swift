/// A family of distributions, which share the names of packages.
enum Distribution: String, Sendable, CaseIterable {
  case debian, fedora, suse, arch, other

  /// Reads the fields `ID` and `ID_LIKE` of `/etc/os-release`.
  init(release: String) {
    let words = release.split(separator: "\n").flatMap { line -> [Substring] in
      guard let mark = line.firstIndex(of: "="), ["ID", "ID_LIKE"].contains(line[..<mark]) else {
        return []
      }
      return line[line.index(after: mark)...].filter { $0 != "\"" }.split(separator: " ")
    }
    let families: [(names: Set<Substring>, family: Distribution)] = [
      (["debian", "ubuntu"], .debian), (["fedora", "rhel", "centos"], .fedora),
      (["suse", "opensuse"], .suse), (["arch"], .arch),
    ]
    self = families.first { !$0.names.isDisjoint(with: words) }?.family ?? .other
  }

  /// The command that installs packages; nil if it is unknown.
  var installation: String? {
    switch self {
    case .debian: "apt install"
    case .fedora: "dnf install"
    case .suse: "zypper install"
    case .arch: "pacman -S"
    case .other: nil
    }
  }
}

/// The names of a package by family of distributions.
struct PackageNames: Sendable {
  let debian: String
  let fedora: String
  var suse: String?
  var arch: String?

  /// Returns the name in a family; the one of Debian if the family is unknown.
  func name(in distribution: Distribution) -> String {
    switch distribution {
    case .debian, .other: debian
    case .fedora: fedora
    case .suse: suse ?? fedora
    case .arch: arch ?? fedora
    }
  }
}

/// A program that libvirt or this program runs.
enum HostProgram: String, Sendable, CaseIterable {
  case imageTool = "qemu-img"
  case dnsmasq
  case swtpm
  case virtiofsd
  case passt
  case customization = "virt-customize"
  case signatures = "gpgv"

  /// A row of the table of programs.
  struct Row: Sendable {
    /// The use of the program, after "for".
    let purpose: String
    /// Whether libvirtd runs it, instead of this program.
    let isDaemons: Bool
    let packages: PackageNames
    /// A phrase of libvirt's errors that its absence causes.
    var sign: String?
  }

  /// The row of the program.
  var row: Row {
    switch self {
    case .imageTool:
      Row(
        purpose: "disks in the format qcow2", isDaemons: true,
        packages: .init(debian: "qemu-utils", fedora: "qemu-img"), sign: "qemu-img")
    case .dnsmasq:
      Row(
        purpose: "DHCP and DNS on virtual networks", isDaemons: true,
        packages: .init(debian: "dnsmasq-base", fedora: "dnsmasq"), sign: "dnsmasq")
    case .swtpm:
      Row(
        purpose: "emulated TPMs", isDaemons: true,
        packages: .init(debian: "swtpm swtpm-tools", fedora: "swtpm swtpm-tools", arch: "swtpm"),
        sign: "swtpm")
    case .virtiofsd:
      Row(
        purpose: "folders shared by virtiofs", isDaemons: true,
        packages: .init(debian: "virtiofsd", fedora: "virtiofsd"), sign: "virtiofsd")
    case .passt:
      Row(
        purpose: "networks without privileges", isDaemons: true,
        packages: .init(debian: "passt", fedora: "passt"), sign: "passt")
    case .customization:
      Row(
        purpose: "`customize`", isDaemons: false,
        packages: .init(debian: "libguestfs-tools", fedora: "guestfs-tools"))
    case .signatures:
      Row(
        purpose: "images by name, whose checksums are signed", isDaemons: false,
        packages: .init(debian: "gpgv", fedora: "gnupg2", suse: "gpg2", arch: "gnupg"))
    }
  }
}
