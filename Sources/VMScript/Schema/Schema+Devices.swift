/// Devices of other kinds than drives, interfaces and displays.
extension Schema {
  static let otherDevices: [BlockSchema] =
    [
      watchdog, rng, balloon, tpm, panic, vsock, iommu, controller, input, sharedMemory, share,
    ] + characterDevices + hostDevices

  private static let watchdog = BlockSchema(
    "watchdog", "A watchdog for a hanging guest.", repeats: true, identity: .properties(["model"]),
    defaults: ["@model": "i6300esb"], example: "watchdog { action = reset }",
    xml: XMLPlace("devices/watchdog"), hotPlug: .port,
    properties: [
      .words(
        "model", "@model", ["i6300esb", "ib700", "diag288", "itco"],
        "The model; defaults to `i6300esb`."),
      .words(
        "action", "@action",
        ["reset", "shutdown", "poweroff", "pause", "none", "dump", "inject-nmi"],
        "The action when the guest hangs."),
    ])

  private static let rng = BlockSchema(
    "rng", "A virtio source of randomness: `true`, or a block.", repeats: true, preset: [],
    defaults: ["@model": "virtio"],
    innerDefaults: ["backend/@model": "random", "backend": "/dev/urandom"],
    example: "rng = true", xml: XMLPlace("devices/rng"),
    properties: [
      .words(
        "model", "@model", ["virtio", "virtio-transitional", "virtio-non-transitional"],
        "The model; defaults to `virtio`."),
      .hostPath(
        "source", "backend", "The device of the host; defaults to `/dev/urandom`.",
        with: ["@model": "random"]),
      .presence(
        "builtin", "backend", "Whether QEMU itself is the source.", with: ["@model": "builtin"]),
      .int("period", "rate/@period", 1...4_294_967_295, "The period of `bytes` in milliseconds."),
      PropertySchema(
        "bytes", .size, "The most randomness in each period.", xml: XMLPlace("rate/@bytes", .bytes)),
    ])

  private static let balloon = BlockSchema(
    "balloon", "The memory balloon: a model, or a block.", shorthand: "model",
    example: "balloon { model = virtio, stats_period = 10s }", xml: XMLPlace("devices/memballoon"),
    properties: [
      .words(
        "model", "@model", ["virtio", "virtio-transitional", "virtio-non-transitional", "none"],
        "The model."),
      .onOff(
        "autodeflate", "@autodeflate", "Whether it shrinks before the guest runs out of memory."),
      .onOff(
        "free_page_reporting", "@freePageReporting",
        "Whether the guest reports memory that it freed."),
      PropertySchema(
        "stats_period", .duration, "The time between two statistics of the guest.",
        xml: XMLPlace("stats/@period", .seconds)),
    ])

  private static let tpm = BlockSchema(
    "tpm",
    "A trusted platform module, by default emulated with a state of its own: `true`, or a block.",
    preset: [], defaults: ["backend/@type": "emulator"],
    example: "tpm { model = \"tpm-crb\", version = \"2.0\" }",
    xml: XMLPlace("devices/tpm"),
    properties: [
      .words(
        "model", "@model", ["tpm-tis", "tpm-crb", "tpm-spapr"], "The model."),
      .words(
        "backend", "backend/@type", ["emulator", "passthrough"],
        "Whether it is emulated or the host's own."),
      .words(
        "version", "backend/@version", ["1.2", "2.0"], "The version of the emulated module.",
        with: ["@type": "emulator"]),
      PropertySchema(
        "persistent_state", .bool,
        "Whether the state of the emulated module outlives a machine without a definition.",
        defaultValue: .bool(false),
        xml: XMLPlace("backend/@persistent_state", .yesNo, with: ["@type": "emulator"])),
      .hostPath(
        "device", "backend/device/@path", "The device of the host to pass through."),
    ])

  private static let panic = BlockSchema(
    "panic", "A device that reports a crash of the guest: `true`, a model, or a block.",
    repeats: true,
    identity: .properties(["model"]), shorthand: "model", preset: [], example: "panic = true",
    xml: XMLPlace("devices/panic"),
    properties: [
      .words("model", "@model", ["isa", "hyperv", "pseries", "s390"], "The model.")
    ])

  private static let vsock = BlockSchema(
    "vsock", "A socket between guest and host: `true`, or a block.", preset: [],
    innerDefaults: ["cid/@auto": "yes"], example: "vsock { cid = 42 }",
    xml: XMLPlace("devices/vsock"),
    properties: [
      .words(
        "model", "@model", ["virtio", "virtio-transitional", "virtio-non-transitional"],
        "The model."),
      .int(
        "cid", "cid/@address", 3...4_294_967_295,
        "The guest's number; defaults to a free one at each start.", isInherited: false),
      .yesNo("auto", "cid/@auto", "Whether each start chooses a free number."),
    ])

  private static let iommu = BlockSchema(
    "iommu", "A unit that translates the addresses of devices.", shorthand: "model",
    example: "iommu { model = intel, intremap = true }", xml: XMLPlace("devices/iommu"),
    properties: [
      .words("model", "@model", ["intel", "smmuv3", "virtio"], "The model.", isRequired: true),
      .onOff("intremap", "driver/@intremap", "Whether it translates interrupts."),
      .onOff("caching_mode", "driver/@caching_mode", "Whether devices may be passed through."),
      .onOff("eim", "driver/@eim", "Whether interrupts may have wide numbers."),
      .onOff("iotlb", "driver/@iotlb", "Whether devices may cache translations."),
      .int(
        "address_width", "driver/@aw_bits", 32...64, "The width of translated addresses in bits."),
    ])

  private static let controller = BlockSchema(
    "controller", "A controller of a bus; libvirt adds those that devices need.", repeats: true,
    identity: .properties(["type", "index"]), subject: "type",
    example: "controller usb { model = \"qemu-xhci\", ports = 15 }",
    xml: XMLPlace("devices/controller"),
    properties: [
      .words(
        "type", "@type",
        ["usb", "scsi", "sata", "ide", "virtio-serial", "pci", "ccid", "nvme", "xenbus"],
        "The bus.",
        isRequired: true),
      .int("index", "@index", 0...255, "Its number among those of the bus."),
      .words("model", "@model", controllerModels, "The model."),
      .int("ports", "@ports", 1...255, "The number of ports."),
      .int("vectors", "@vectors", 0...255, "The number of interrupts."),
      .int("master", "master/@startport", 0...255, "The first port of its USB 2.0 controller."),
      .int("queues", "driver/@queues", 1...1024, "The number of queues."),
      .int("cmd_per_lun", "driver/@cmd_per_lun", 1...65_535, "The number of commands for a disk."),
      .int("max_sectors", "driver/@max_sectors", 1...65_535, "The size of a transfer in sectors."),
      .int("iothread", "driver/@iothread", 1...1024, "The I/O thread that serves it."),
      .onOff("ioeventfd", "driver/@ioeventfd", "Whether an own thread handles requests."),
    ])

  private static let controllerModels = [
    "qemu-xhci", "nec-xhci", "ehci", "ich9-ehci1", "ich9-uhci1", "ich9-uhci2", "ich9-uhci3",
    "piix3-uhci", "piix4-uhci", "pci-ohci", "none", "virtio-scsi", "lsilogic", "lsisas1068",
    "lsisas1078", "vmpvscsi", "buslogic", "ibmvscsi", "am53c974", "dc390", "ncr53c90", "piix3",
    "piix4", "ich6", "virtio", "virtio-transitional", "virtio-non-transitional", "pci-root",
    "pcie-root", "pcie-root-port", "pci-bridge", "dmi-to-pci-bridge", "pcie-to-pci-bridge",
    "pcie-switch-upstream-port", "pcie-switch-downstream-port", "pci-expander-bus",
    "pcie-expander-bus",
  ]

  private static let input = BlockSchema(
    "input", "A keyboard, a pointer, or a device of the host.", repeats: true,
    identity: .properties(["type", "bus", "evdev", "dev"]), subject: "type",
    example: "input keyboard { bus = virtio }", xml: XMLPlace("devices/input"),
    properties: [
      .words(
        "type", "@type", ["mouse", "tablet", "keyboard", "passthrough", "evdev"], "The kind.",
        isRequired: true),
      .words("bus", "@bus", ["usb", "virtio", "ps2", "xen"], "The bus."),
      .words(
        "model", "@model", ["virtio", "virtio-transitional", "virtio-non-transitional"],
        "The model."),
      .hostPath("evdev", "source/@evdev", "The host's device of `passthrough`."),
      .hostPath("dev", "source/@dev", "The host's device of `evdev`."),
      .words(
        "grab", "source/@grab", ["all", "none"], "Whether all devices change hands together.",
        spelled: ["none": ""]),
      .words(
        "grab_toggle", "source/@grabToggle",
        ["ctrl-ctrl", "alt-alt", "shift-shift", "meta-meta", "scrolllock", "ctrl-scrolllock"],
        "The keys that change hands."),
      .onOff("key_repeat", "source/@repeat", "Whether a held key repeats."),
    ])

  private static let sharedMemory = BlockSchema(
    "shared_memory", "Memory that programs of the host and other guests share, for Looking Glass.",
    repeats: true, identity: .properties(["name"]), subject: "name",
    defaults: ["model/@type": "ivshmem-plain"],
    example: "shared_memory \"looking-glass\" { size = 32MiB }", xml: XMLPlace("devices/shmem"),
    properties: [
      .text("name", "@name", .token, "The name on the host.", isRequired: true),
      PropertySchema(
        "size", .size, "The size, a power of two in MiB.",
        xml: XMLPlace("size", .size(1 << 20, unit: "M"))),
      .words(
        "model", "model/@type", ["ivshmem-plain", "ivshmem-doorbell"],
        "The model; defaults to `ivshmem-plain`."),
      .words("role", "@role", ["master", "peer"], "Whether its content outlives a migration."),
    ])

  private static let share = BlockSchema(
    "share", "A folder of the host for the guest. The label is the tag that the guest mounts.",
    label: .optional, repeats: true, identity: .properties(["tag"]), subject: "source",
    labelled: "tag",
    defaults: ["@type": "mount", "@accessmode": "passthrough", "driver/@type": "virtiofs"],
    example: "share \"/srv/data\" as data { readonly = true, driver = \"9p\" }",
    xml: XMLPlace("devices/filesystem"),
    properties: [
      .hostPath("source", "source/@dir", "The folder on the host.", isRequired: true),
      .text("tag", "target/@dir", .line, "The tag in the guest.", isRequired: true),
      .words(
        "driver", "driver/@type", ["virtiofs", "9p"],
        "The protocol; defaults to `virtiofs`, which needs shared memory.", spelled: ["9p": "path"]),
      .words(
        "accessmode", "@accessmode", ["passthrough", "mapped", "squash"],
        "The owner of files that the guest creates."),
      .presence("readonly", "readonly", "Whether it is read-only for the guest."),
      .int("queue", "driver/@queue", 1...1_048_576, "The length of the queue of requests."),
      .hostPath("binary", "binary/@path", "The program that serves `virtiofs`."),
      .words(
        "cache", "binary/cache/@mode", ["none", "always"], "Whether the guest may cache."),
      .onOff("xattr", "binary/@xattr", "Whether the guest sees extended attributes."),
      .words(
        "multidevs", "@multidevs", ["remap", "forbid", "warn"],
        "The treatment of folders on other devices, of `9p`."),
    ])

  // MARK: Character devices

  private static let characterDevices: [BlockSchema] = [
    BlockSchema(
      "serial", "A serial port, by default on a terminal of the host.", repeats: true,
      defaults: ["@type": "pty"], example: "serial { log = \"/var/log/libvirt/qemu/web.console\" }",
      xml: XMLPlace("devices/serial"),
      properties: character + [
        .words(
          "target", "target/@type",
          [
            "isa-serial", "usb-serial", "pci-serial", "spapr-vio-serial", "system-serial",
            "sclp-serial", "isa-debug",
          ], "The device in the guest."),
        .int("port", "target/@port", 0...255, "Its number in the guest."),
      ]),
    BlockSchema(
      "parallel", "A parallel port.", repeats: true, defaults: ["@type": "pty"],
      example: "parallel { type = file, path = \"/tmp/printer\" }",
      xml: XMLPlace("devices/parallel"),
      properties: character + [
        .int("port", "target/@port", 0...255, "Its number in the guest.")
      ]),
    BlockSchema(
      "console", "A console, by default on a terminal of the host.", repeats: true,
      defaults: ["@type": "pty"], example: "console { target = virtio }",
      xml: XMLPlace("devices/console"),
      properties: character + [
        .words(
          "target", "target/@type", ["serial", "virtio", "sclp", "sclplm", "xen"],
          "The device in the guest.")
      ]),
    BlockSchema(
      "channel", "A channel between the guest and a program of the host, by its name in the guest.",
      repeats: true, identity: .properties(["name"]), subject: "name",
      defaults: ["@type": "unix", "target/@type": "virtio"],
      example: "channel \"org.example.lab.0\" { path = \"/run/lab.sock\", mode = bind }",
      xml: XMLPlace("devices/channel"),
      properties: [.text("name", "target/@name", .line, "The name in the guest.", isRequired: true)]
        + character([
          "unix", "pty", "tcp", "udp", "file", "dev", "pipe", "null", "spicevmc", "spiceport",
          "qemu-vdagent",
        ]) + [
          .text("channel", "source/@channel", .token, "The name in SPICE, of `spiceport`."),
          .yesNo(
            "clipboard", "source/clipboard/@copypaste", "The clipboard, of `qemu-vdagent`."),
          .words(
            "mouse", "source/mouse/@mode", ["client", "server"], "The pointer, of `qemu-vdagent`."),
        ]),
  ]

  /// The host's side of a character device.
  private static let character = character([
    "pty", "unix", "tcp", "udp", "file", "dev", "pipe", "null", "stdio", "vc",
  ])

  /// - Parameter types: the kinds of the host's side.
  private static func character(_ types: [String]) -> [PropertySchema] {
    [.words("type", "@type", types, "The host's side.")] + characterRows
  }

  private static let characterRows: [PropertySchema] = [
    .hostPath(
      "path", "source/@path", "The file, device or socket of the host."),
    .words("mode", "source/@mode", ["bind", "connect"], "Whether QEMU listens or connects."),
    .text("host", "source/@host", .listenAddress, "The address of `tcp`."),
    .int("service", "source/@service", 0...65_535, "The port of `tcp`."),
    .words(
      "protocol", "protocol/@type", ["raw", "telnet", "telnets", "tls"], "The protocol of `tcp`."),
    .hostPath(
      "log", "log/@file", "A file of the host that records the output."),
    PropertySchema(
      "log_append", .bool, "Whether each start appends to `log`.",
      xml: XMLPlace("log/@append", .onOff)),
  ]

  // MARK: Devices of the host

  private static let hostDevices: [BlockSchema] = [
    BlockSchema(
      "pci", "A PCI device of the host, by its address.", repeats: true,
      identity: .properties(["address"]), subject: "address",
      defaults: ["@managed": "yes"], example: "pci \"0000:01:00.0\"",
      xml: XMLPlace("devices/hostdev", with: ["@mode": "subsystem", "@type": "pci"]),
      properties: [
        PropertySchema(
          "address", .string, "The address, as `lspci -D` prints it.", format: .pciAddress,
          xml: XMLPlace("source/address", .pciAddress), isRequired: true),
        managed,
        .words("driver", "driver/@name", ["vfio", "kvm", "xen"], "The host's driver."), .boot,
      ] + PropertySchema.rom),
    BlockSchema(
      "usb", "A USB device of the host, by vendor and product.", repeats: true,
      identity: .properties(["product", "bus", "device"]), subject: "product",
      defaults: ["@managed": "yes"], example: "usb \"046d:c52b\"",
      xml: XMLPlace("devices/hostdev", with: ["@mode": "subsystem", "@type": "usb"]),
      properties: [
        PropertySchema(
          "product", .string, "The vendor and the product, as `lsusb` prints them.",
          format: .usbProduct, xml: XMLPlace("source", .usbProduct)),
        .int("bus", "source/address/@bus", 0...255, "The host's bus."),
        .int("device", "source/address/@device", 0...255, "The number on the bus."),
        managed,
        .words(
          "startup_policy", "source/@startupPolicy", ["mandatory", "requisite", "optional"],
          "Whether a start needs it."), .boot,
      ]),
    BlockSchema(
      "mdev", "A part of a device of the host, such as a virtual GPU, by its UUID.", repeats: true,
      identity: .properties(["uuid"]), subject: "uuid", defaults: ["@model": "vfio-pci"],
      example: "mdev \"c2177883-f1bb-47f0-914d-32a22e3a8804\" { display = true }",
      xml: XMLPlace("devices/hostdev", with: ["@mode": "subsystem", "@type": "mdev"]),
      properties: [
        PropertySchema(
          "uuid", .uuid, "The UUID of the part.", xml: XMLPlace("source/address/@uuid"),
          isRequired: true),
        .words("model", "@model", ["vfio-pci", "vfio-ccw", "vfio-ap"], "The model."),
        managed,
        .onOff("display", "@display", "Whether it shows the guest's screen."),
        .onOff("ramfb", "@ramfb", "Whether it shows the firmware's screen."), .boot,
      ]),
  ]

  private static let managed = PropertySchema.yesNo(
    "managed", "@managed", "Whether libvirt takes it from the host and returns it.")
}
