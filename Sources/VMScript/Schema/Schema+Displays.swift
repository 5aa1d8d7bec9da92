/// Displays, graphics cards and sound.
extension Schema {
  static let displays: [BlockSchema] = [
    BlockSchema(
      "vnc", "A VNC display.", example: "vnc { listen = \"0.0.0.0\", port = 5901 }",
      xml: XMLPlace("devices/graphics", with: ["@type": "vnc"]),
      // QEMU counts displays from this port on.
      properties: display(ports: 5900...65_535, password: .vncPassword) + [
        .int("websocket", "@websocket", 5700...65_535, "The port for viewers in browsers."),
        .words(
          "share_policy", "@sharePolicy", ["allow-exclusive", "force-shared", "ignore"],
          "Whether a viewer may disconnect others."),
        .yesNo("power_control", "@powerControl", "Whether viewers may power the guest off."),
      ]),
    BlockSchema(
      "spice", "A SPICE display.", example: "spice { gl = false, compression = auto_glz }",
      xml: XMLPlace("devices/graphics", with: ["@type": "spice"]),
      properties: display(ports: 1...65_535, password: .spicePassword) + spiceRows),
    BlockSchema(
      "egl_headless", "A display without viewers, for acceleration with VNC.",
      example: "egl_headless { rendernode = \"/dev/dri/renderD128\" }",
      xml: XMLPlace("devices/graphics", with: ["@type": "egl-headless"]),
      properties: [.hostPath("rendernode", "gl/@rendernode", "The host's graphics device.")]),
    BlockSchema(
      "sdl", "A window on the host's screen.", example: "sdl { display = \":0\" }",
      xml: XMLPlace("devices/graphics", with: ["@type": "sdl"]),
      properties: [
        .text("display", "@display", .line, "The X display."),
        .hostPath("xauth", "@xauth", "The file with the right to use it."),
        PropertySchema(
          "fullscreen", .bool, "Whether it fills the screen.", defaultValue: .bool(false),
          xml: XMLPlace("@fullscreen", .yesNo)),
        .yesNo("gl", "gl/@enable", "Whether it is accelerated."),
      ]),
    video,
    BlockSchema(
      "sound", "A sound card.", repeats: true, shorthand: "model", example: "sound = ich9",
      xml: XMLPlace("devices/sound"),
      properties: [
        .words(
          "model", "@model", ["ich9", "ich6", "ac97", "usb", "es1370", "sb16", "pcspk"],
          "The model.", isRequired: true),
        .int("audio", "audio/@id", 1...255, "The number of the `audio` block that plays it."),
        PropertySchema(
          "codecs", .list(.word(["duplex", "micro", "output"])), "The codecs on the card.",
          xml: XMLPlace("codec/@type", .each([:]))),
      ]),
    BlockSchema(
      "audio", "The host's side of sound.", repeats: true, identity: .properties(["id"]),
      defaults: ["@id": "1"],
      example: "audio { type = pulseaudio, server = \"/run/user/1000/pulse/native\" }",
      xml: XMLPlace("devices/audio"),
      properties: [
        .int("id", "@id", 1...255, "Its number; defaults to 1."),
        .words(
          "type", "@type",
          [
            "none", "alsa", "coreaudio", "dbus", "jack", "oss", "pulseaudio", "sdl", "spice",
            "file",
          ],
          "The program of the host.", isRequired: true),
        .text("server", "@serverName", .line, "The server of `pulseaudio`."),
        .hostPath("path", "@path", "The file of `file`."),
      ]),
  ]

  private static let video = BlockSchema(
    "video", "A graphics card: a model, or a block.", repeats: true, shorthand: "model",
    example: "video { model = virtio, acceleration = true }", xml: XMLPlace("devices/video"),
    properties: [
      .words(
        "model", "model/@type",
        ["virtio", "vga", "qxl", "cirrus", "bochs", "ramfb", "vmvga", "none"], "The model."),
      .int("heads", "model/@heads", 1...16, "The number of screens."),
      memory("ram", "Memory of `qxl`"), memory("vram", "Graphics memory"),
      memory("vram64", "Further memory of `qxl`"),
      memory("vgamem", "Memory of the first screen of `qxl`"),
      .onOff(
        "blob", "model/@blob", "Whether the host shares memory with the guest.",
        since: LibvirtVersion(9, 2)),
      .yesNo("acceleration", "model/acceleration/@accel3d", "Acceleration in three dimensions."),
      .yesNo("acceleration_2d", "model/acceleration/@accel2d", "Acceleration in two dimensions."),
      .int("width", "model/resolution/@x", 1...65_535, "The preferred width in pixels."),
      .int("height", "model/resolution/@y", 1...65_535, "The preferred height in pixels."),
    ])

  private static func memory(_ name: String, _ doc: String) -> PropertySchema {
    PropertySchema(
      name, .size, "\(doc), rounded up to a power of two.",
      xml: XMLPlace("model/@\(name)", .graphicsMemory))
  }

  private static let spiceRows: [PropertySchema] = [
    .int("tls_port", "@tlsPort", 1...65_535, "The port of encrypted connections."),
    PropertySchema(
      "default_mode", .word(["any", "secure", "insecure"]),
      "Whether connections must be encrypted.", defaultValue: .string("any"),
      xml: XMLPlace("@defaultMode")),
    .yesNo("gl", "gl/@enable", "Whether frames stay on the host's graphics card."),
    .hostPath("rendernode", "gl/@rendernode", "The host's graphics device."),
    .words(
      "compression", "image/@compression", ["auto_glz", "auto_lz", "quic", "glz", "lz", "off"],
      "The compression of images."),
    .words(
      "jpeg_compression", "jpeg/@compression", ["auto", "never", "always"],
      "The compression of photographs on slow connections."),
    .words(
      "zlib_compression", "zlib/@compression", ["auto", "never", "always"],
      "The compression of further images on slow connections."),
    .onOff("playback_compression", "playback/@compression", "The compression of sound."),
    .words("streaming", "streaming/@mode", ["filter", "all", "off"], "The detection of videos."),
    .yesNo("clipboard", "clipboard/@copypaste", "Whether guest and viewer share a clipboard."),
    .yesNo("file_transfer", "filetransfer/@enable", "Whether viewers can send files."),
    .words("mouse", "mouse/@mode", ["client", "server"], "The side that draws the pointer."),
  ]

  private static func display(
    ports: ClosedRange<Int64>, password: TextFormat
  ) -> [PropertySchema] {
    [
      PropertySchema(
        "listen", .string, "The address of the host to listen on.", format: .listenAddress,
        xml: XMLPlace("@listen", .address)),
      .words(
        "listen_type", "listen/@type", ["address", "socket", "none"],
        "The kind of place to listen on."),
      .hostPath(
        "socket", "listen/@socket", "The socket of the host.", with: ["@type": "socket"],
        isInherited: false),
      PropertySchema("port", .int(ports), "The port.", xml: XMLPlace("@port")),
      PropertySchema(
        "password", .secret, "The password for viewers.", format: password, live: .device,
        xml: XMLPlace("@passwd")),
      PropertySchema(
        "keymap", .string, "The keyboard layout.", format: .token, xml: XMLPlace("@keymap")),
    ]
  }
}
