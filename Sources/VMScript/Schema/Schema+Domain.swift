extension Schema {
  static let domain = BlockSchema(
    "domain", "A virtual machine.",
    properties: [
      PropertySchema(
        "title", .string, "A short title.", format: .optionalLine, live: .title,
        xml: XMLPlace("title")),
      PropertySchema(
        "description", .string, "A description.", format: .text, live: .description,
        xml: XMLPlace("description")),
      PropertySchema(
        "labels", .map(.string), "Any labels by key.", format: .text, keyFormat: .line,
        live: .metadata),
      PropertySchema(
        "hypervisor", .word(["auto", "kvm", "qemu"]),
        "The hypervisor; `auto` uses KVM if the host has it.", defaultValue: .string("auto")),
      PropertySchema(
        "uuid", .uuid, "The UUID, instead of the derived one.", impact: .dataLoss,
        isInherited: false),
      PropertySchema(
        "arch", .word(architectures), "Processor architecture.", xml: XMLPlace("os/type/@arch")),
      PropertySchema(
        "machine", .string, "Machine type, such as `pc` or `q35`.", format: .token,
        xml: XMLPlace("os/type/@machine", .alias(["pc": "pc-i440fx-", "q35": "pc-q35-"]))),
      PropertySchema(
        "firmware", .word(["bios", "uefi"]), "The firmware.",
        xml: XMLPlace("os/@firmware", .words(["bios": "", "uefi": "efi"]))),
      PropertySchema(
        "boot", .list(.word(["disk", "cdrom", "network", "floppy"])),
        "The boot devices, in order.",
        xml: XMLPlace(
          "os/boot/@dev",
          .each(["disk": "hd", "cdrom": "cdrom", "network": "network", "floppy": "fd"]))),
      PropertySchema(
        "kernel", .path, "A kernel on the host.", format: .line,
        xml: XMLPlace("os/kernel", .path)),
      PropertySchema(
        "initrd", .path, "An initial RAM disk on the host.", format: .line,
        xml: XMLPlace("os/initrd", .path)),
      PropertySchema(
        "cmdline", .string, "The kernel's command line.", format: .optionalLine,
        xml: XMLPlace("os/cmdline")),
      PropertySchema(
        "acpi", .bool, "ACPI, required for an orderly shutdown.", defaultValue: .bool(true),
        xml: XMLPlace("features/acpi", .presence)),
      PropertySchema("apic", .bool, "APIC.", xml: XMLPlace("features/apic", .presence)),
      PropertySchema(
        "pae", .bool, "Physical address extension.", xml: XMLPlace("features/pae", .presence)),
      PropertySchema(
        "clock", .word(["utc", "localtime"]), "The time of the guest's clock at its start.",
        defaultValue: .string("utc"), xml: XMLPlace("clock/@offset")),
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
        "tablet", .bool, "A USB tablet, so that the pointer follows the viewer's.",
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
        "protect", .bool,
        "Refuses to delete the domain, or to lose data on its disks, until this is removed; a clone does "
          + "not inherit it.", live: .metadata, isInherited: false),
      PropertySchema(
        "state", .word(["running", "stopped"]),
        "Whether it runs; the source of a clone defaults to `stopped`.",
        defaultValue: .string("running"), live: .power),
      PropertySchema(
        "ignition", .either([.map(.any), .string]),
        "The Ignition configuration that the guest applies at its first boot: a map, or JSON text."),
      PropertySchema(
        "full", .bool, "Whether a clone copies the disks instead of overlaying them.",
        impact: .dataLoss),
    ],
    blocks: [cpus, memory] + devices + [cloudInit, customize, xmlPatch])

  private static let cpus = BlockSchema(
    "cpus", "Virtual processors: a number, or a block.", shorthand: "max", xml: XMLPlace(""),
    properties: [
      PropertySchema(
        "max", .int(1...4096), "The number of processors; the maximum if `current` is set.",
        xml: XMLPlace("vcpu")),
      PropertySchema(
        "current", .int(1...4096), "The processors in use; more can be added while it runs.",
        live: .processors, xml: XMLPlace("vcpu/@current")),
      PropertySchema(
        "sockets", .int(1...4096), "The number of sockets.", xml: XMLPlace("cpu/topology/@sockets")),
      PropertySchema(
        "cores", .int(1...4096), "Cores per socket.", xml: XMLPlace("cpu/topology/@cores")),
      PropertySchema(
        "threads", .int(1...4096), "Threads per core.", xml: XMLPlace("cpu/topology/@threads")),
      PropertySchema(
        "model", .string, "`host-model`, `host-passthrough`, `maximum` or a model's name.",
        format: .token),
    ])

  private static let memory = BlockSchema(
    "memory", "Memory: a size, or a block.", shorthand: "max", xml: XMLPlace(""),
    properties: [
      PropertySchema(
        "max", .size, "The amount; the maximum if `current` is set.",
        live: .memory, xml: XMLPlace("memory", .kibibytes)),
      PropertySchema(
        "current", .size, "The memory in use; it can change up to `max` while it runs.",
        live: .memory, xml: XMLPlace("currentMemory", .kibibytes)),
      PropertySchema(
        "hugepages", .bool, "Whether it is backed by huge pages.",
        xml: XMLPlace("memoryBacking/hugepages", .presence)),
      PropertySchema(
        "locked", .bool, "Whether the host may not swap it out.",
        xml: XMLPlace("memoryBacking/locked", .presence)),
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
      "disk", "A disk: an overlay on an image, an existing volume, or a new empty disk.",
      label: .optional, repeats: true, identity: .target,
      xml: XMLPlace("devices/disk", with: ["@device": "disk"]), hotPlug: .bus,
      properties: [
        PropertySchema(
          "image", .resource([.image]), "The image that backs it as a private overlay.",
          impact: .dataLoss),
        PropertySchema(
          "source", .either([.path, .resource([.image])]),
          "The volume, file or block device to use directly.", impact: .dataLoss),
        PropertySchema(
          "size", .size, "The virtual size, rounded up to whole MiB; it can grow.", live: .growth),
        PropertySchema(
          "format", .word(["raw", "qcow2"]),
          "The format of a new disk, or of a `source` whose content looks like an image.",
          impact: .dataLoss),
        PropertySchema(
          "pool", .string, "The storage pool of a new disk.", format: .objectName,
          impact: .dataLoss),
        PropertySchema(
          "moved_from", .resource([.domain]),
          "The domain that no longer declares this disk; the volume moves with its content.",
          impact: .none, isInherited: false),
        PropertySchema(
          "moved_disk", .string,
          "The previous label, or `disk1` by position; defaults to the label here.",
          format: .line, impact: .none, isInherited: false),
        bus, dev,
        PropertySchema(
          "cache", .word(["none", "writeback", "writethrough", "directsync", "unsafe"]),
          "The cache mode of the host.", xml: XMLPlace("driver/@cache")),
        PropertySchema(
          "io", .word(["threads", "native", "io_uring"]), "The I/O mode of the host.",
          xml: XMLPlace("driver/@io")),
        PropertySchema(
          "discard", .word(["ignore", "unmap"]), "The treatment of blocks that the guest discards.",
          xml: XMLPlace("driver/@discard")),
        PropertySchema(
          "serial", .string, "The serial number in the guest.", format: .serialNumber,
          xml: XMLPlace("serial")),
        PropertySchema(
          "rotation_rate", .either([.int(1...1), .int(1025...65_534)]),
          "The rotations per minute in the guest; 1 for a solid-state disk.",
          xml: XMLPlace("target/@rotation_rate")),
        PropertySchema(
          "readonly", .bool, "Whether it is read-only for the guest.",
          xml: XMLPlace("readonly", .presence)),
        PropertySchema(
          "shareable", .bool, "Whether several guests may use it.",
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
      "floppy", "A floppy drive, read-only for the guest.", label: .optional, repeats: true,
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
        PropertySchema("net", .resource([.net]), "The network.", live: .device),
        PropertySchema(
          "bridge", .string, "A bridge of the host to attach to.", format: .interfaceName,
          live: .device),
        PropertySchema(
          "dev", .string, "An interface of the host to attach to, by macvtap.",
          format: .interfaceName),
        PropertySchema(
          "ip", .ip, "The fixed address, assigned by the DHCP server of its network.",
          live: .lease, isInherited: false),
        PropertySchema(
          "mac", .mac, "The MAC address, instead of the derived one.", isInherited: false),
        PropertySchema(
          "model",
          .either([
            .word(["virtio", "e1000", "e1000e", "rtl8139", "igb", "vmxnet3", "ne2k_pci", "pcnet"]),
            .string,
          ]), "The model of the card, such as `virtio` or `e1000`.", format: .model,
          defaultValue: .string("virtio"), xml: XMLPlace("model/@type")),
        PropertySchema("vlan", .int(1...4094), "The VLAN tag.", xml: XMLPlace("vlan/tag/@id")),
        PropertySchema(
          "mtu", .int(68...65_535), "The largest packet in bytes.", xml: XMLPlace("mtu/@size")),
        PropertySchema(
          "filter", .string, "A network filter on the host.", format: .objectName, live: .device,
          xml: XMLPlace("filterref/@filter")),
      ],
      blocks: [bandwidth("Limits on the traffic of the interface.", live: .device)]),
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
          "model", .word(["virtio", "vga", "qxl", "cirrus", "bochs", "none"]), "The model.",
          xml: XMLPlace("model/@type"))
      ]),
    BlockSchema(
      "sound", "A sound card.", shorthand: "model", xml: XMLPlace("devices/sound"),
      properties: [
        PropertySchema(
          "model", .word(["ich9", "ich6", "ac97", "usb"]), "The model.", xml: XMLPlace("@model"),
          isRequired: true)
      ]),
    BlockSchema(
      "watchdog", "A watchdog for a hanging guest.",
      xml: XMLPlace("devices/watchdog", with: ["@model": "i6300esb"]), hotPlug: .port,
      properties: [
        PropertySchema(
          "action", .word(["reset", "shutdown", "poweroff", "pause", "none"]),
          "The action when the guest hangs.", xml: XMLPlace("@action"))
      ]),
    BlockSchema(
      "serial", "A serial port on a terminal of the host.",
      xml: XMLPlace("devices/serial", with: ["@type": "pty"])),
    BlockSchema(
      "console", "A console on a terminal of the host.",
      xml: XMLPlace("devices/console", with: ["@type": "pty"])),
  ]

  private static let iotune = BlockSchema(
    "iotune", "Limits on the guest's reads and writes per second.", xml: XMLPlace("iotune"),
    properties: [
      ("total", "Bytes read and written", "Requests"), ("read", "Bytes read", "Read requests"),
      ("write", "Bytes written", "Write requests"),
    ].flatMap { direction, bytes, requests in
      [
        PropertySchema(
          "\(direction)_bytes_sec", .size, "\(bytes) per second.", live: .throttle,
          xml: XMLPlace("\(direction)_bytes_sec", .bytes)),
        PropertySchema(
          "\(direction)_iops_sec", .int(1...1_000_000_000), "\(requests) per second.",
          live: .throttle, xml: XMLPlace("\(direction)_iops_sec")),
      ]
    })

  private static let bus = PropertySchema(
    "bus", .word(["virtio", "scsi", "sata", "ide", "usb"]), "The bus.",
    xml: XMLPlace("target/@bus"))

  private static let dev = PropertySchema(
    "dev", .string, "The target, such as `vda`.", format: .target,
    xml: XMLPlace("target/@dev"))

  private static func display(
    ports: ClosedRange<Int64>, password: TextFormat
  ) -> [PropertySchema] {
    [
      PropertySchema(
        "listen", .string, "The address of the host to listen on.", format: .listenAddress,
        xml: XMLPlace("@listen", .address)),
      PropertySchema("port", .int(ports), "The port.", xml: XMLPlace("@port")),
      PropertySchema(
        "password", .secret, "The password for viewers.", format: password, live: .device,
        xml: XMLPlace("@passwd")),
      PropertySchema(
        "keymap", .string, "The keyboard layout.", format: .token, xml: XMLPlace("@keymap")),
    ]
  }
}

/// The properties of the buses of drives.
package enum DriveBus {
  /// The default bus of each kind of drive.
  package static let defaults = ["disk": "virtio", "cdrom": "sata", "floppy": "fdc"]

  /// The buses that accept drives while a machine runs, through a PCI port or a controller.
  package static let ports: Set<String> = ["virtio"]
  /// The types of the controllers that accept drives while a machine runs, each with the bus's
  /// name.
  package static let controllers: Set<String> = ["scsi", "usb"]

  /// The number of drives on a bus of which a machine has only one.
  static let limits = ["ide": 4, "fdc": 2]

  /// Returns the prefix of the targets on a bus.
  package static func prefix(of bus: String) -> String {
    ["virtio": "vd", "ide": "hd", "fdc": "fd"][bus] ?? "sd"
  }

  /// The target of the cloud-init seed: the last of its bus, so that it never displaces a disk.
  package static let seedTarget = "vdz"
}
