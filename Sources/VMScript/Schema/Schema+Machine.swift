/// The machine itself: firmware, boot, features, clock, power, and what only QEMU knows.
extension Schema {
  static let machineRows: [PropertySchema] = [
    .hostPath(
      "emulator", "devices/emulator", "The emulator's program, instead of the host's choice."),
    .text(
      "osinfo", "metadata/libosinfo:libosinfo/libosinfo:os/@id", .line,
      "The guest's operating system, as an identifier of libosinfo such as "
        + "`http://debian.org/debian/12`."),
    PropertySchema(
      "firmware_features", .map(.word(["yes", "no"])),
      "The features that a firmware must have or lack: `{ \"enrolled-keys\": no }`.",
      keyFormat: .token,
      xml: XMLPlace("os/firmware/feature", .entries(key: "@name", value: "@enabled"))),
    .hostPath("dtb", "os/dtb", "A device tree on the host."),
    .words(
      "smbios", "os/smbios/@mode", ["emulate", "host", "sysinfo"],
      "The source of the SMBIOS tables: QEMU, the host, or the block `sysinfo`."),
    .onOff(
      "vmport", "features/vmport/@state", "The port by which VMware's tools detect their host."),
    .onOff("smm", "features/smm/@state", "System management mode, which secure boot requires."),
    .onOff("pmu", "features/pmu/@state", "Performance counters."),
    .onOff("vmcoreinfo", "features/vmcoreinfo/@state", "Notes for a dump of a crashed guest."),
    .onOff("pvspinlock", "features/pvspinlock/@state", "Paravirtual spinlocks."),
    .presence("hap", "features/hap", "Hardware-assisted paging."),
    .words(
      "ioapic", "features/ioapic/@driver", ["kvm", "qemu"], "The implementation of the I/O APIC."),
    .words(
      "gic", "features/gic/@version", ["2", "3", "host"],
      "The version of the interrupt controller of ARM machines."),
    .int("iothreads", "iothreads", 1...1024, "The number of I/O threads for disks."),
    PropertySchema(
      "usb_redirection", .int(1...16),
      "The number of USB devices that a SPICE viewer can redirect.",
      xml: XMLPlace("devices/redirdev", .count, with: ["@bus": "usb", "@type": "spicevmc"])),
    .presence(
      "spice_agent", "devices/channel", "A channel for the agent of SPICE.",
      with: [
        "@type": "spicevmc", "target/@type": "virtio", "target/@name": "com.redhat.spice.0",
      ]),
  ]

  static let machineBlocks: [BlockSchema] = [
    loader, nvram, bootMenu, bios, sysinfo, clock, pm, kvm, hyperv, qemu,
  ]

  private static let loader = BlockSchema(
    "loader", "The firmware by its file, instead of the host's choice.", shorthand: "path",
    keepsRest: true,
    example:
      "loader { path = \"/usr/share/OVMF/OVMF_CODE_4M.fd\", type = pflash, readonly = true }",
    xml: XMLPlace("os/loader"),
    properties: [
      .hostPath("path", "", "The file on the host."),
      .words("type", "@type", ["rom", "pflash"], "The memory that holds it."),
      .yesNo("readonly", "@readonly", "Whether the guest cannot write it."),
      .yesNo("secure", "@secure", "Whether only system management mode may write the variables."),
      .yesNo("stateless", "@stateless", "Whether it has no variables."),
      .words(
        "format", "@format", ["raw", "qcow2"], "The format of the file.",
        since: LibvirtVersion(9, 2)),
    ])

  private static let nvram = BlockSchema(
    "nvram", "The variables of UEFI.", shorthand: "path", keepsRest: true,
    example: "nvram { template = \"/usr/share/OVMF/OVMF_VARS_4M.fd\" }",
    xml: XMLPlace("os/nvram"),
    properties: [
      .hostPath(
        "path", "", "The file on the host; a clone gets its own.", isInherited: false),
      .hostPath("template", "@template", "The file that a new one is copied from."),
      .words(
        "format", "@format", ["raw", "qcow2"], "The format of the file.",
        since: LibvirtVersion(9, 2)),
    ])

  private static let bootMenu = BlockSchema(
    "boot_menu", "The firmware's menu of boot devices: a truth value, or a block.",
    shorthand: "enable", example: "boot_menu { enable = true, timeout = 3000 }",
    xml: XMLPlace("os/bootmenu"),
    properties: [
      .yesNo("enable", "@enable", "Whether the firmware offers it."),
      .int("timeout", "@timeout", 0...65_535, "The wait for a key in milliseconds."),
    ])

  private static let bios = BlockSchema(
    "bios", "The settings of the BIOS.", example: "bios { use_serial = true }",
    xml: XMLPlace("os/bios"),
    properties: [
      .yesNo("use_serial", "@useserial", "Whether it writes to the first serial port."),
      .int(
        "reboot_timeout", "@rebootTimeout", -1...65_535,
        "The wait before a new try to boot in milliseconds; -1 for none."),
    ])

  private static let sysinfo = BlockSchema(
    "sysinfo", "The content of the SMBIOS tables, with `smbios = sysinfo`.",
    example: "sysinfo { system = { manufacturer: \"Acme\", product: \"Lab\" } }",
    xml: XMLPlace("sysinfo", with: ["@type": "smbios"]),
    properties: [
      table("bios", "bios/entry", "The BIOS: `vendor`, `version`, `date`, `release`."),
      table(
        "system", "system/entry",
        "The system: `manufacturer`, `product`, `version`, `serial`, `uuid`, `sku`, `family`."),
      table(
        "base_board", "baseBoard/entry",
        "The main board: `manufacturer`, `product`, `version`, `serial`, `asset`, `location`."),
      table(
        "chassis", "chassis/entry",
        "The chassis: `manufacturer`, `version`, `serial`, `asset`, `sku`."),
      PropertySchema(
        "oem_strings", .list(.string), "Free texts.", format: .line,
        xml: XMLPlace("oemStrings/entry", .each([:]))),
    ])

  private static func table(_ name: String, _ path: String, _ doc: String) -> PropertySchema {
    PropertySchema(
      name, .map(.string), doc, format: .line, keyFormat: .token,
      xml: XMLPlace(path, .entries(key: "@name", value: "")))
  }

  private static let clock = BlockSchema(
    "clock", "The guest's clock: its time at the start, or a block.", shorthand: "offset",
    example: "clock { offset = localtime, timer rtc { tickpolicy = catchup } }", xml: XMLPlace(""),
    properties: [
      PropertySchema(
        "offset", .word(["utc", "localtime", "timezone", "variable"]),
        "The time at its start.", defaultValue: .string("utc"), xml: XMLPlace("clock/@offset")),
      .text("timezone", "clock/@timezone", .timeZone, "The time zone of `offset = timezone`."),
      .words(
        "basis", "clock/@basis", ["utc", "localtime"], "The base of `offset = variable`."),
      .int(
        "adjustment", "clock/@adjustment", -2_147_483_648...2_147_483_647,
        "The distance from the base in seconds."),
    ],
    blocks: [
      BlockSchema(
        "timer", "A source of time.", repeats: true, identity: .properties(["name"]),
        subject: "name", example: "clock { timer hpet { present = false } }",
        xml: XMLPlace("clock/timer"),
        properties: [
          .words(
            "name", "@name",
            ["hpet", "hypervclock", "kvmclock", "pit", "platform", "rtc", "tsc", "armvtimer"],
            "The timer.", isRequired: true),
          .yesNo("present", "@present", "Whether the guest has it."),
          .words(
            "tickpolicy", "@tickpolicy", ["delay", "catchup", "merge", "discard"],
            "The treatment of missed ticks."),
          .words(
            "track", "@track", ["boot", "guest", "wall", "realtime"], "The clock that it follows."),
          .int("frequency", "@frequency", 1...4_294_967_295, "The frequency in Hz."),
          .words(
            "mode", "@mode", ["auto", "native", "emulate", "paravirt", "smpsafe"],
            "The implementation of the time-stamp counter."),
        ])
    ])

  private static let pm = BlockSchema(
    "pm", "The sleep states that the firmware offers.",
    example: "pm { suspend_to_mem = false, suspend_to_disk = false }", xml: XMLPlace("pm"),
    properties: [
      .yesNo("suspend_to_mem", "suspend-to-mem/@enabled", "Suspend to memory (S3)."),
      .yesNo("suspend_to_disk", "suspend-to-disk/@enabled", "Suspend to disk (S4)."),
    ])

  private static let kvm = BlockSchema(
    "kvm", "The features of KVM.", example: "kvm { hidden = true }", xml: XMLPlace("features/kvm"),
    properties: [
      .onOff("hidden", "hidden/@state", "Whether the guest cannot detect KVM."),
      .onOff(
        "hint_dedicated", "hint-dedicated/@state",
        "Whether the guest may rely on processors of its own."),
      .onOff("poll_control", "poll-control/@state", "Whether the guest controls polling."),
      .onOff("pv_ipi", "pv-ipi/@state", "Paravirtual interrupts between processors."),
    ])

  private static let hyperv = BlockSchema(
    "hyperv",
    "The interfaces of Hyper-V, which Windows uses: `true` for those that Microsoft and libvirt "
      + "recommend, or a block.",
    preset: [
      "relaxed", "vapic", "vpindex", "runtime", "synic", "stimer", "frequencies", "tlbflush", "ipi",
    ].map { ($0, .bool(true)) } + [("spinlocks", .int(8191))],
    example: "hyperv = true", xml: XMLPlace("features/hyperv"),
    properties: [
      PropertySchema(
        "mode", .word(["custom", "passthrough"]),
        "Whether the guest gets the declared interfaces or all that the host supports.",
        defaultValue: .string("custom"), xml: XMLPlace("@mode")),
      .onOff("relaxed", "relaxed/@state", "Relaxed timeouts of the guest's watchdog."),
      .onOff("vapic", "vapic/@state", "A virtual interrupt controller."),
      .int(
        "spinlocks", "spinlocks/@retries", 4095...2_147_483_647,
        "The number of tries before a waiting processor yields.", with: ["@state": "on"]),
      .onOff("vpindex", "vpindex/@state", "The numbers of virtual processors."),
      .onOff("runtime", "runtime/@state", "The time that a processor ran."),
      .onOff("synic", "synic/@state", "A synthetic interrupt controller."),
      .onOff("stimer", "stimer/@state", "Synthetic timers."),
      PropertySchema(
        "stimer_direct", .bool, "Direct interrupts of synthetic timers.",
        defaultValue: .bool(false), xml: XMLPlace("stimer/direct/@state", .onOff)),
      .onOff("reset", "reset/@state", "A reset by the hypervisor."),
      .text(
        "vendor_id", "vendor_id/@value", .vendorID, "The vendor that the guest sees.",
        with: ["@state": "on"]),
      .onOff("frequencies", "frequencies/@state", "The frequencies of the timers."),
      .onOff("reenlightenment", "reenlightenment/@state", "Notes of a migration."),
      .onOff("tlbflush", "tlbflush/@state", "A flush of other processors' caches of addresses."),
      .onOff("ipi", "ipi/@state", "Interrupts between processors."),
      .onOff("evmcs", "evmcs/@state", "An enlightened structure for nested machines on Intel."),
      .onOff("avic", "avic/@state", "Hardware-assisted interrupts."),
      PropertySchema(
        "emsr_bitmap", .bool, "An enlightened bitmap for nested machines.",
        xml: XMLPlace("emsr_bitmap/@state", .onOff), since: LibvirtVersion(10, 7)),
      PropertySchema(
        "xmm_input", .bool, "Arguments of calls in registers.",
        xml: XMLPlace("xmm_input/@state", .onOff), since: LibvirtVersion(10, 7)),
    ])

  private static let qemu = BlockSchema(
    "qemu", "Settings of QEMU that libvirt does not know, and does not check.",
    example: "qemu { args = [\"-fw_cfg\", \"name=opt/lab/role,string=web\"] }", xml: XMLPlace(""),
    properties: [
      PropertySchema(
        "args", .list(.string), "Further arguments of QEMU.", format: .line,
        xml: XMLPlace("qemu:commandline/qemu:arg/@value", .each([:]))),
      PropertySchema(
        "env", .map(.string), "Variables of QEMU's environment.", format: .line,
        keyFormat: .token,
        xml: XMLPlace("qemu:commandline/qemu:env", .entries(key: "@name", value: "@value"))),
    ])
}
