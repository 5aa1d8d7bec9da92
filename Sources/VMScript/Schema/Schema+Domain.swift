extension Schema {
  static let domain = BlockSchema(
    "domain", "A virtual machine.",
    properties: [
      PropertySchema(
        "title", .string, "A short title.", format: .optionalLine, live: .title,
        xml: XMLPlace("title")),
      PropertySchema(
        "description", .string, "Free text about it.", format: .text, live: .description,
        xml: XMLPlace("description")),
      PropertySchema(
        "labels", .map(.string), "Free words by key.", format: .text, keyFormat: .line,
        live: .metadata),
      PropertySchema(
        "hypervisor", .word(["auto", "kvm", "qemu"]),
        "What runs it; auto takes KVM where the host has it.", standard: .string("auto")),
      PropertySchema(
        "uuid", .uuid, "Its UUID, in place of the derived one.", impact: .dataLoss,
        isInherited: false),
      PropertySchema(
        "arch", .word(architectures), "Processor architecture.", xml: XMLPlace("os/type/@arch")),
      PropertySchema(
        "machine", .string, "Machine type, such as `pc` or `q35`.", format: .token,
        xml: XMLPlace("os/type/@machine", .alias(["pc": "pc-i440fx-", "q35": "pc-q35-"]))),
      PropertySchema(
        "firmware", .word(["bios", "uefi"]), "Firmware it starts with.",
        xml: XMLPlace("os/@firmware", .words(["bios": "", "uefi": "efi"]))),
      PropertySchema(
        "boot", .list(.word(["disk", "cdrom", "network", "floppy"])),
        "What it boots from, first to last.",
        xml: XMLPlace(
          "os/boot/@dev",
          .each(["disk": "hd", "cdrom": "cdrom", "network": "network", "floppy": "fd"]))),
      PropertySchema(
        "kernel", .path, "Kernel on the host.", format: .line,
        xml: XMLPlace("os/kernel", .path)),
      PropertySchema(
        "initrd", .path, "Initial RAM disk on the host.", format: .line,
        xml: XMLPlace("os/initrd", .path)),
      PropertySchema(
        "cmdline", .string, "The kernel's command line.", format: .optionalLine,
        xml: XMLPlace("os/cmdline")),
      PropertySchema(
        "acpi", .bool, "ACPI, which an orderly shutdown needs.", standard: .bool(true),
        xml: XMLPlace("features/acpi", .presence)),
      PropertySchema("apic", .bool, "APIC.", xml: XMLPlace("features/apic", .presence)),
      PropertySchema(
        "pae", .bool, "Physical address extension.", xml: XMLPlace("features/pae", .presence)),
      PropertySchema(
        "clock", .word(["utc", "localtime"]), "What the guest's clock shows at its start.",
        standard: .string("utc"), xml: XMLPlace("clock/@offset")),
      PropertySchema(
        "on_poweroff", .word(["destroy", "restart"]),
        "Action when the guest powers off.", xml: XMLPlace("on_poweroff")),
      PropertySchema(
        "on_reboot", .word(["destroy", "restart"]),
        "Action when the guest reboots.", xml: XMLPlace("on_reboot")),
      PropertySchema(
        "on_crash", .word(["destroy", "restart", "preserve"]),
        "Action when the guest crashes.", xml: XMLPlace("on_crash")),
      PropertySchema(
        "agent", .bool, "A channel for the QEMU guest agent.",
        xml: XMLPlace(
          "devices/channel", .presence,
          with: [
            "@type": "unix", "target/@type": "virtio", "target/@name": "org.qemu.guest_agent.0",
          ])),
      PropertySchema(
        "tablet", .bool, "A USB tablet, for a pointer that follows the viewer's.",
        xml: XMLPlace(
          "devices/input", .presence, with: ["@type": "tablet", "@bus": "usb"])),
      PropertySchema(
        "rng", .bool, "A virtio source of randomness.",
        xml: XMLPlace(
          "devices/rng", .presence,
          with: ["@model": "virtio", "backend/@model": "random", "backend": "/dev/urandom"])),
      PropertySchema(
        "balloon", .word(["virtio", "none"]), "The memory balloon.",
        xml: XMLPlace("devices/memballoon/@model")),
      PropertySchema(
        "autostart", .bool, "Starts the domain when the host boots.", live: .autostart),
      PropertySchema(
        "state", .word(["running", "stopped"]),
        "Whether it runs; a domain that is cloned from is stopped unless said otherwise.",
        standard: .string("running"), live: .power),
      PropertySchema(
        "full", .bool, "Whether a clone copies the disks instead of overlaying them.",
        impact: .dataLoss),
    ],
    blocks: [cpus, memory] + devices + [cloudInit, xmlPatch])

  private static let cpus = BlockSchema(
    "cpus", "Virtual processors: a number, or a block.", shorthand: "max", xml: XMLPlace(""),
    properties: [
      PropertySchema(
        "max", .int(1...4096), "How many; the most that it may have where `current` is said.",
        xml: XMLPlace("vcpu")),
      PropertySchema(
        "current", .int(1...4096), "How many it has of them; more can be added while it runs.",
        live: .processors, xml: XMLPlace("vcpu/@current")),
      PropertySchema(
        "sockets", .int(1...4096), "Sockets.", xml: XMLPlace("cpu/topology/@sockets")),
      PropertySchema(
        "cores", .int(1...4096), "Cores a socket.", xml: XMLPlace("cpu/topology/@cores")),
      PropertySchema(
        "threads", .int(1...4096), "Threads a core.", xml: XMLPlace("cpu/topology/@threads")),
      PropertySchema(
        "model", .string, "`host-model`, `host-passthrough`, `maximum` or a model's name.",
        format: .token),
    ])

  private static let memory = BlockSchema(
    "memory", "Memory: a size, or a block.", shorthand: "max", xml: XMLPlace(""),
    properties: [
      PropertySchema(
        "max", .size, "How much; the most that it may have where `current` is said.",
        live: .memory, xml: XMLPlace("memory", .kibibytes)),
      PropertySchema(
        "current", .size, "How much it has of it; up to `max` it changes while it runs.",
        live: .memory, xml: XMLPlace("currentMemory", .kibibytes)),
      PropertySchema(
        "hugepages", .bool, "Whether it is backed by huge pages.",
        xml: XMLPlace("memoryBacking/hugepages", .presence)),
      PropertySchema(
        "locked", .bool, "Whether the host may not swap it out.",
        xml: XMLPlace("memoryBacking/locked", .presence)),
    ])

  private static let cloudInit = BlockSchema(
    "cloud_init", "What cloud-init does at the first start.",
    properties: [
      PropertySchema(
        "hostname", .string,
        "Host name. Without it, the domain's name; where that is no host name, one made from it.",
        format: .hostName, isInherited: false),
      PropertySchema(
        "packages", .list(.string), "Packages to install.", format: .packageName),
      PropertySchema("run", .list(.string), "Commands, run in order."),
    ],
    blocks: [
      BlockSchema(
        "user", "An account.", label: .required, labelFormat: .userName, repeats: true,
        properties: [
          PropertySchema(
            "keys", .list(.string), "SSH public keys that may log in.", format: .authorizedKey),
          PropertySchema("sudo", .bool, "Whether it may become root without a password."),
          PropertySchema(
            "password", .secret,
            "Its password, as it is typed or as a hash of crypt(5): `$id$salt$hash`.",
            format: .line),
          PropertySchema("shell", .string, "Its login shell.", format: .loginShell),
        ])
    ])

  private static let xmlPatch = BlockSchema(
    "xml", "A change of libvirt's XML that no property covers; the label is a path from the root.",
    label: .anyText, repeats: true,
    properties: [
      PropertySchema(
        "append", .string, "An element to put at the end of every element that the path leads to.",
        isRequired: true)
    ])

  /// The architectures that libvirt knows.
  private static let architectures = [
    "aarch64", "alpha", "armv6l", "armv7b", "armv7l", "cris", "i686", "ia64", "lm32",
    "loongarch64", "m68k", "microblaze", "microblazeel", "mips", "mips64", "mips64el", "mipsel",
    "openrisc", "parisc", "parisc64", "ppc", "ppc64", "ppc64le", "ppcemb", "riscv32", "riscv64",
    "s390", "s390x", "sh4", "sh4eb", "sparc", "sparc64", "unicore32", "x86_64", "xtensa",
    "xtensaeb",
  ]
}

extension Schema {
  static let devices: [BlockSchema] = [
    BlockSchema(
      "disk", "A disk: an overlay on an image, an existing volume, or new and empty.",
      label: .optional, repeats: true, identity: .target,
      xml: XMLPlace("devices/disk", with: ["@device": "disk"]), hotPlug: .bus,
      properties: [
        PropertySchema(
          "image", .resource([.image]), "The image that it is a private overlay on.",
          impact: .dataLoss),
        PropertySchema(
          "source", .either([.path, .resource([.image])]),
          "The very volume, file or block device that it is.", impact: .dataLoss),
        PropertySchema(
          "size", .size, "Virtual size, rounded up to whole MiB; it can grow.", live: .growth),
        PropertySchema(
          "format", .word(["raw", "qcow2"]),
          "Format of a new disk, or of a `source` whose content looks like an image.",
          impact: .dataLoss),
        PropertySchema(
          "pool", .string, "The storage pool of a new disk.", format: .objectName,
          impact: .dataLoss),
        PropertySchema(
          "moved_from", .resource([.domain]),
          "The domain that no longer declares this disk; its volume comes along with its content.",
          impact: .none, isInherited: false),
        PropertySchema(
          "moved_disk", .string,
          "The label that it had there, or `disk1` by position; the same as here if it is left out.",
          format: .line, impact: .none, isInherited: false),
        bus, dev,
        PropertySchema(
          "cache", .word(["none", "writeback", "writethrough", "directsync", "unsafe"]),
          "How the host caches it.", xml: XMLPlace("driver/@cache")),
        PropertySchema(
          "io", .word(["threads", "native", "io_uring"]), "How the host reads and writes it.",
          xml: XMLPlace("driver/@io")),
        PropertySchema(
          "discard", .word(["ignore", "unmap"]), "What becomes of blocks the guest discards.",
          xml: XMLPlace("driver/@discard")),
        PropertySchema(
          "serial", .string, "Serial number that the guest sees.", format: .serialNumber,
          xml: XMLPlace("serial")),
        PropertySchema(
          "rotation_rate", .either([.int(1...1), .int(1025...65_534)]),
          "Rotations a minute that the guest sees; 1 for a solid-state disk.",
          xml: XMLPlace("target/@rotation_rate")),
        PropertySchema(
          "readonly", .bool, "Whether the guest may only read it.",
          xml: XMLPlace("readonly", .presence)),
        PropertySchema(
          "shareable", .bool, "Whether several guests may have it.",
          xml: XMLPlace("shareable", .presence)),
      ], blocks: [iotune]),
    BlockSchema(
      "cdrom", "A CD-ROM drive.", label: .optional, repeats: true, identity: .target,
      xml: XMLPlace("devices/disk", with: ["@device": "cdrom"]), hotPlug: .bus,
      properties: [
        PropertySchema(
          "source", .either([.path, .resource([.image])]), "The medium; none for an empty drive.",
          live: .medium), bus, dev,
      ]),
    BlockSchema(
      "floppy", "A floppy drive; the guest only reads it.", label: .optional, repeats: true,
      identity: .target,
      xml: XMLPlace("devices/disk", with: ["@device": "floppy"]), hotPlug: .bus,
      properties: [
        PropertySchema(
          "source", .either([.path, .resource([.image])]), "The medium; none for an empty drive.",
          live: .medium), dev,
      ]),
    BlockSchema(
      "nic", "A network interface.", label: .optional, repeats: true, identity: .mac,
      xml: XMLPlace("devices/interface"), hotPlug: .port,
      properties: [
        PropertySchema("net", .resource([.net]), "The network it is on.", live: .device),
        PropertySchema(
          "bridge", .string, "The host's bridge it is on.", format: .interfaceName, live: .device),
        PropertySchema(
          "dev", .string, "The host's interface it is on, by macvtap.", format: .interfaceName),
        PropertySchema(
          "ip", .ip, "Its fixed address, which the DHCP server of its network gives it.",
          live: .lease, isInherited: false),
        PropertySchema(
          "mac", .mac, "Its address, in place of the derived one.", isInherited: false),
        PropertySchema(
          "model",
          .either([
            .word(["virtio", "e1000", "e1000e", "rtl8139", "igb", "vmxnet3", "ne2k_pci", "pcnet"]),
            .string,
          ]), "What the guest sees, such as virtio or e1000.", format: .model,
          standard: .string("virtio"), xml: XMLPlace("model/@type")),
        PropertySchema("vlan", .int(1...4094), "VLAN tag.", xml: XMLPlace("vlan/tag/@id")),
        PropertySchema(
          "mtu", .int(68...65_535), "Largest packet in bytes.", xml: XMLPlace("mtu/@size")),
        PropertySchema(
          "filter", .string, "Network filter on the host.", format: .objectName, live: .device,
          xml: XMLPlace("filterref/@filter")),
      ],
      blocks: [bandwidth("Limits of what goes through the interface.", live: .device)]),
    BlockSchema(
      "vnc", "A VNC display.", xml: XMLPlace("devices/graphics", with: ["@type": "vnc"]),
      // QEMU counts displays from this port on.
      properties: display(ports: 5900...65_535, password: .vncPassword)),
    BlockSchema(
      "spice", "A SPICE display.", xml: XMLPlace("devices/graphics", with: ["@type": "spice"]),
      properties: display(ports: 1...65_535, password: .spicePassword)),
    BlockSchema(
      "video", "The graphics card.", shorthand: "model", xml: XMLPlace("devices/video"),
      properties: [
        PropertySchema(
          "model", .word(["virtio", "vga", "qxl", "cirrus", "bochs", "none"]), "Its model.",
          xml: XMLPlace("model/@type"))
      ]),
    BlockSchema(
      "sound", "A sound card.", shorthand: "model", xml: XMLPlace("devices/sound"),
      properties: [
        PropertySchema(
          "model", .word(["ich9", "ich6", "ac97", "usb"]), "Its model.", xml: XMLPlace("@model"),
          isRequired: true)
      ]),
    BlockSchema(
      "watchdog", "Notices a guest that hangs.",
      xml: XMLPlace("devices/watchdog", with: ["@model": "i6300esb"]), hotPlug: .port,
      properties: [
        PropertySchema(
          "action", .word(["reset", "shutdown", "poweroff", "pause", "none"]),
          "What is done to the guest then.", xml: XMLPlace("@action"))
      ]),
    BlockSchema(
      "serial", "A serial port on a terminal of the host.",
      xml: XMLPlace("devices/serial", with: ["@type": "pty"])),
    BlockSchema(
      "console", "A console on a terminal of the host.",
      xml: XMLPlace("devices/console", with: ["@type": "pty"])),
  ]

  private static let iotune = BlockSchema(
    "iotune", "Limits of what the guest reads and writes in a second.", xml: XMLPlace("iotune"),
    properties: [
      ("total", "Bytes read and written", "Requests"), ("read", "Bytes read", "Requests to read"),
      ("write", "Bytes written", "Requests to write"),
    ].flatMap { direction, bytes, requests in
      [
        PropertySchema(
          "\(direction)_bytes_sec", .size, "\(bytes) in a second.", live: .throttle,
          xml: XMLPlace("\(direction)_bytes_sec", .bytes)),
        PropertySchema(
          "\(direction)_iops_sec", .int(1...1_000_000_000), "\(requests) in a second.",
          live: .throttle, xml: XMLPlace("\(direction)_iops_sec")),
      ]
    })

  private static let bus = PropertySchema(
    "bus", .word(["virtio", "scsi", "sata", "ide", "usb"]), "The bus it is on.",
    xml: XMLPlace("target/@bus"))

  private static let dev = PropertySchema(
    "dev", .string, "Its name among the targets, such as `vda`.", format: .target,
    xml: XMLPlace("target/@dev"))

  private static func display(
    ports: ClosedRange<Int64>, password: TextFormat
  ) -> [PropertySchema] {
    [
      PropertySchema(
        "listen", .string, "The host's address it listens at.", format: .listenAddress,
        xml: XMLPlace("@listen", .address)),
      PropertySchema("port", .int(ports), "Its port.", xml: XMLPlace("@port")),
      PropertySchema(
        "password", .secret, "The password that a viewer needs.", format: password, live: .device,
        xml: XMLPlace("@passwd")),
      PropertySchema(
        "keymap", .string, "Keyboard layout.", format: .token, xml: XMLPlace("@keymap")),
    ]
  }
}

/// What is known of the buses of drives.
package enum DriveBus {
  /// The bus of each kind of drive where none is declared.
  package static let standard = ["disk": "virtio", "cdrom": "sata", "floppy": "fdc"]

  /// The buses that take drives while a machine runs: on a PCI port, or on the controller of a type.
  package static let ports: Set<String> = ["virtio"]
  /// The types of the controllers that take drives while a machine runs, each with the bus's name.
  package static let controllers: Set<String> = ["scsi", "usb"]

  /// How many drives there can be on a bus of which a machine has one.
  static let limits = ["ide": 4, "fdc": 2]

  /// How the targets on a bus begin.
  package static func prefix(of bus: String) -> String {
    ["virtio": "vd", "ide": "hd", "fdc": "fd"][bus] ?? "sd"
  }

  /// The target of the cloud-init seed: the last of its bus, so that disks never move for it.
  package static let seedTarget = "vdz"
}
