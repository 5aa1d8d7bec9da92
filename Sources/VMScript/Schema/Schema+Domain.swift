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
