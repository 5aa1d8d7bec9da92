/// Processors, memory and their placement on the host.
extension Schema {
  static let processorRows: [PropertySchema] = [
    .int("dies", "cpu/topology/@dies", 1...4096, "Dies per socket."),
    .words(
      "check", "cpu/@check", ["none", "partial", "full"],
      "How strictly a start compares the processor that QEMU provides with the declared one."),
    .words(
      "match", "cpu/@match", ["minimum", "exact", "strict"],
      "Whether the host's processor must have these features alone."),
    .onOff(
      "migratable", "cpu/@migratable", "Whether features that prevent a migration are left out."),
    PropertySchema(
      "features", .map(.word(["require", "optional", "force", "disable", "forbid"])),
      "The features by name: `{ vmx: require, hypervisor: disable }`.", keyFormat: .token,
      xml: XMLPlace("cpu/feature", .entries(key: "@name", value: "@policy"))),
    .words(
      "fallback", "cpu/model/@fallback", ["allow", "forbid"],
      "Whether a similar model may stand in for one that the host lacks."),
    .text(
      "vendor_id", "cpu/model/@vendor_id", .processorVendor, "The vendor that the guest sees."),
    .text("vendor", "cpu/vendor", .token, "The vendor that the host must have."),
    cpuset("cpuset", "vcpu/@cpuset", "The host's processors that may run them."),
    PropertySchema(
      "pin", .map(.string),
      "The host's processors for each virtual one, by its number: `{ \"0\": \"2-3\" }`.",
      format: .cpuset, keyFormat: .digits,
      xml: XMLPlace("cputune/vcpupin", .entries(key: "@vcpu", value: "@cpuset"))),
    cpuset(
      "emulator_pin", "cputune/emulatorpin/@cpuset",
      "The host's processors for the emulator's own threads."),
    PropertySchema(
      "iothread_pin", .map(.string), "The host's processors for each I/O thread, by its number.",
      format: .cpuset, keyFormat: .digits,
      xml: XMLPlace("cputune/iothreadpin", .entries(key: "@iothread", value: "@cpuset"))),
    .int("shares", "cputune/shares", 2...262_144, "The weight among the machines of the host."),
    .int("period", "cputune/period", 1000...1_000_000, "The period of `quota` in microseconds."),
    quota("quota", "cputune/quota", "The time in each period that a processor may run"),
    .int(
      "global_period", "cputune/global_period", 1000...1_000_000,
      "The period of `global_quota` in microseconds."),
    quota(
      "global_quota", "cputune/global_quota", "The time in each period that the machine may run"),
    .int(
      "emulator_period", "cputune/emulator_period", 1000...1_000_000,
      "The period of `emulator_quota` in microseconds."),
    quota(
      "emulator_quota", "cputune/emulator_quota",
      "The time in each period that the emulator's own threads may run"),
    .int(
      "iothread_period", "cputune/iothread_period", 1000...1_000_000,
      "The period of `iothread_quota` in microseconds."),
    quota(
      "iothread_quota", "cputune/iothread_quota",
      "The time in each period that an I/O thread may run"),
  ]

  /// A set of processors or nodes of the host.
  private static func cpuset(
    _ name: String, _ path: String, _ doc: String, isRequired: Bool = false
  ) -> PropertySchema {
    PropertySchema(
      name, .string, doc, format: .cpuset, xml: XMLPlace(path, .cpuset), isRequired: isRequired)
  }

  private static func quota(_ name: String, _ path: String, _ doc: String) -> PropertySchema {
    PropertySchema(
      name, .either([.int(1000...17_592_186_044_415), .int(-1 ... -1)]),
      "\(doc), in microseconds; -1 for no limit.", xml: XMLPlace(path))
  }

  static let processorBlocks: [BlockSchema] = [
    BlockSchema(
      "cache", "The cache that the guest sees.",
      example: "cpus { model = \"host-passthrough\", cache { mode = passthrough } }",
      xml: XMLPlace("cpu/cache"),
      properties: [
        .words(
          "mode", "@mode", ["emulate", "passthrough", "disable"], "The source of its description.",
          isRequired: true),
        .int("level", "@level", 1...3, "The level that is emulated."),
      ]),
    BlockSchema(
      "address_bits", "The width of physical addresses.",
      example: "cpus { address_bits { mode = passthrough } }",
      xml: XMLPlace("cpu/maxphysaddr"),
      properties: [
        .words(
          "mode", "@mode", ["emulate", "passthrough"], "The source of the width.",
          isRequired: true),
        .int("bits", "@bits", 32...64, "The width that is emulated."),
        PropertySchema(
          "limit", .int(32...64), "The largest width that is passed through.",
          xml: XMLPlace("@limit"), since: LibvirtVersion(9, 3)),
      ]),
  ]

  static let memoryRows: [PropertySchema] = [
    PropertySchema(
      "page_size", .size, "The size of the huge pages, instead of the host's default.",
      xml: XMLPlace("memoryBacking/hugepages/page/@size", .kibibytes)),
    .presence(
      "nosharepages", "memoryBacking/nosharepages",
      "Whether the host may not merge equal pages."),
    .words(
      "source", "memoryBacking/source/@type", ["file", "anonymous", "memfd"],
      "The source of the memory."),
    .words(
      "access", "memoryBacking/access/@mode", ["shared", "private"],
      "Whether other programs of the host, such as virtiofsd, can map it."),
    .words(
      "allocation", "memoryBacking/allocation/@mode", ["immediate", "ondemand"],
      "The time of its allocation."),
    .presence(
      "discard", "memoryBacking/discard", "Whether its content is discarded when the guest ends."),
    .onOff("dump_core", "memory/@dumpCore", "Whether it is part of a dump of QEMU."),
    limit("hard_limit", "The most memory that QEMU may use."),
    limit("soft_limit", "The memory that QEMU keeps when the host is short of it."),
    limit("swap_hard_limit", "The most memory and swap that QEMU may use."),
  ]

  private static func limit(_ name: String, _ doc: String) -> PropertySchema {
    PropertySchema(name, .size, doc, xml: XMLPlace("memtune/\(name)", .kibibytes))
  }

  static let memoryBlocks: [BlockSchema] = [
    BlockSchema(
      "hotplug", "The memory that can be plugged in beyond `max`.",
      example: """
        memory { max = 1GiB, hotplug { max = 4GiB, slots = 4 } }
        numa { cell { id = 0, cpus = "0", memory = 1GiB } }
        """, xml: XMLPlace("maxMemory"),
      properties: [
        PropertySchema(
          "max", .size, "The largest amount in all.", xml: XMLPlace("", .kibibytes),
          isRequired: true),
        PropertySchema(
          "slots", .int(1...255), "The number of modules.", xml: XMLPlace("@slots"),
          isRequired: true),
      ])
  ]

  static let numa = BlockSchema(
    "numa", "The guest's memory nodes, and the host's that hold them.",
    example: """
      cpus = 4
      memory = 2GiB
      numa { cell { id = 0, cpus = "0-1", memory = 1GiB }, cell { id = 1, cpus = "2-3", memory = 1GiB } }
      """, xml: XMLPlace(""),
    blocks: [
      BlockSchema(
        "cell", "A memory node of the guest.", repeats: true, identity: .properties(["id"]),
        keepsRest: true,
        xml: XMLPlace("cpu/numa/cell"),
        properties: [
          PropertySchema(
            "id", .int(0...1023), "Its number, from 0 on.", xml: XMLPlace("@id"), isRequired: true),
          cpuset("cpus", "@cpus", "Its processors."),
          PropertySchema(
            "memory", .size, "Its memory.", xml: XMLPlace("@memory", .kibibytes), isRequired: true),
          .words(
            "access", "@memAccess", ["shared", "private"],
            "Whether other programs of the host can map it."),
          .yesNo(
            "discard", "@discard", "Whether its content is discarded when the guest ends."),
        ]),
      BlockSchema(
        "tune", "The nodes of the host for all memory.", keepsRest: true,
        example: "numa { tune { mode = strict, nodeset = \"0\" } }",
        xml: XMLPlace("numatune/memory"),
        properties: [
          .words(
            "mode", "@mode", ["strict", "interleave", "preferred", "restrictive"],
            "How strictly they are used."),
          cpuset("nodeset", "@nodeset", "The nodes."),
        ]),
      BlockSchema(
        "node", "The nodes of the host for one node of the guest.", repeats: true,
        identity: .properties(["cell"]), keepsRest: true, xml: XMLPlace("numatune/memnode"),
        properties: [
          PropertySchema(
            "cell", .int(0...1023), "The guest's node.", xml: XMLPlace("@cellid"),
            isRequired: true),
          .words(
            "mode", "@mode", ["strict", "interleave", "preferred", "restrictive"],
            "How strictly they are used.", isRequired: true),
          cpuset("nodeset", "@nodeset", "The nodes.", isRequired: true),
        ]),
    ])
}
