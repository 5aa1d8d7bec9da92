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
        "firmware", .word(["bios", "uefi", "uefi_secure"]),
        "The firmware; `uefi_secure` starts only what Microsoft signed.",
        xml: XMLPlace("os", .firmware)),
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
    ] + machineRows,
    blocks: [cpus, memory, numa] + machineBlocks + devices + [cloudInit, customize, xmlPatch])

  /// The devices in the order of the reference.
  private static let devices =
    [
      disk, cdrom, floppy, nic,
    ] + displays + otherDevices

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
    ] + processorRows, blocks: processorBlocks)

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
    ] + memoryRows, blocks: memoryBlocks)

  /// The architectures that libvirt knows.
  private static let architectures = [
    "aarch64", "alpha", "armv6l", "armv7b", "armv7l", "cris", "i686", "ia64", "lm32",
    "loongarch64", "m68k", "microblaze", "microblazeel", "mips", "mips64", "mips64el", "mipsel",
    "openrisc", "parisc", "parisc64", "ppc", "ppc64", "ppc64le", "ppcemb", "riscv32", "riscv64",
    "s390", "s390x", "sh4", "sh4eb", "sparc", "sparc64", "unicore32", "x86_64", "xtensa",
    "xtensaeb",
  ]
}
