import VMScript

/// The part of a document that its owner asked for: without what libvirt adds by itself, and in one
/// spelling.
enum DocumentMeaning {
  /// Returns the meaning of a domain's definition.
  static func ofDomain(_ root: XMLElement) -> XMLElement {
    let result = root.copy()
    result["id"] = nil
    dropRuntime(result)
    normalizeProcessor(result)
    normalizeFirmware(result)
    let devices = result.first("devices")
    let all = devices?.children ?? []
    for device in all {
      device.remove("alias")
      device.remove("address")
      normalize(device)
    }
    for device in all where isImplied(device, in: result) { device.detach() }
    result.dropEmpty(["features", "metadata", "resource", "memoryBacking", "cpu", "os"])
    return result
  }

  /// Returns the meaning of a network's definition.
  static func ofNetwork(_ root: XMLElement) -> XMLElement {
    let result = root.copy()
    result["connections"] = nil
    result["ipv6"] = result["ipv6"] == "no" ? nil : result["ipv6"]
    result.remove("mac")
    result.remove("metadata")
    if let bridge = result.first("bridge") {
      bridge.drop("stp", "on")
      bridge.drop("delay", "0")
    }
    for forward in result.all("forward") {
      if forward["mode"] == nil { forward["mode"] = "nat" }
      if let port = forward.first("nat")?.first("port"), port["start"] == "1024",
        port["end"] == "65535"
      {
        port.detach()
      }
      forward.first("nat")?.dropIfEmpty()
      for interface in forward.all("interface") { interface["connections"] = nil }
    }
    for ip in result.all("ip") {
      if ip["family"] == "ipv4" { ip["family"] = nil }
      if ip["family"] == nil, let text = ip["prefix"], let prefix = Int(text),
        let address = ip["address"].flatMap(IPAddress.init),
        let netmask = Subnet("\(address)/\(prefix)")?.netmask
      {
        ip["prefix"] = nil
        ip["netmask"] = netmask.description
      }
      if let address = ip["address"], ip["family"] == "ipv6", let form = IPv6Address(address) {
        ip["address"] = form.description
      }
    }
    for route in result.all("route") where route["family"] == nil { route["family"] = "ipv4" }
    return result
  }

  // MARK: Domains

  /// The actions that libvirt takes where a definition has none.
  private static let actions = [
    "on_poweroff": "destroy", "on_reboot": "restart", "on_crash": "destroy",
  ]

  private static func dropRuntime(_ root: XMLElement) {
    for (name, action) in actions where root.text(at: name) == action { root.remove(name) }
    if let os = root.first("os"), os.all("boot").map({ $0["dev"] }) == ["hd"] { os.remove("boot") }
    root.first("features")?.first("hyperv")?.drop("mode", "custom")
    if root.text(at: "resource/partition") == "/machine" { root.remove("resource") }
    for label in root.all("seclabel") where label["type"] == "dynamic" && label.children.count <= 2
    {
      if label["relabel"] != "no" { label.detach() }
    }
    if let metadata = root.first("metadata") {
      for part in metadata.children where part.localName != "libosinfo" { part.detach() }
    }
    for name in ["title", "description"] { root.first(name)?.dropIfEmpty() }
    for name in ["kernel", "initrd", "cmdline"] { root.first("os")?.first(name)?.dropIfEmpty() }
    root.first("vcpu")?.drop("placement", "static")
    if let vcpu = root.first("vcpu"), vcpu["current"] == vcpu.plainText { vcpu["current"] = nil }
    if root.first("vcpu") == nil { root.setText("1", at: "vcpu") }
    if root.first("clock") == nil { root.setText("utc", at: "clock/@offset") }
    if let memory = root.first("memory"), let current = root.first("currentMemory"),
      XMLProjection.size(memory) == XMLProjection.size(current)
    {
      current.detach()
    }
  }

  private static func normalizeProcessor(_ root: XMLElement) {
    guard let cpu = root.first("cpu") else { return }
    cpu["check"] = nil
    cpu.drop("match", "exact")
    cpu.drop("migratable", "on")
    if cpu["mode"] == nil, cpu.first("model") != nil { cpu["mode"] = "custom" }
    if let model = cpu.first("model") {
      model["fallback"] = nil
      if model.attributes.isEmpty, model.plainText.isEmpty || cpu["mode"] != "custom" {
        model.detach()
      }
    }
    for name in ["dies", "clusters"] { cpu.first("topology")?.drop(name, "1") }
    for feature in cpu.all("feature") where feature["policy"] == nil {
      feature["policy"] = "require"
    }
    if cpu["mode"] == nil, cpu.children.isEmpty { cpu.detach() }
  }

  /// libvirt chooses the files of `firmware='efi'`.
  private static func normalizeFirmware(_ root: XMLElement) {
    if let gic = root.first("features")?.first("gic"), ["2", "3"].contains(gic["version"]) {
      gic.detach()
    }
    guard let os = root.first("os") else { return }
    if os["firmware"] == "bios" { os["firmware"] = nil }
    if os.text(at: "type/@arch") == "x86_64" { os.first("type")?["arch"] = nil }
    guard os["firmware"] == "efi" else { return }
    if let loader = os.first("loader") {
      loader.stringValue = ""
      for name in ["type", "readonly", "format"] { loader[name] = nil }
      loader.drop("secure", "no")
      loader.drop("stateless", "no")
      loader.dropIfEmpty()
    }
    if let nvram = os.first("nvram"), nvram["type"] == nil { nvram.detach() }
  }

  private static func normalize(_ device: XMLElement) {
    switch device.name {
    case "disk":
      if device["device"] == nil { device["device"] = "disk" }
      if device["type"] == nil || device.first("source") == nil { device["type"] = "file" }
      device.remove("backingStore")
      device.remove("mirror")
      device.first("source")?["index"] = nil
      device.first("target")?["tray"] = nil
      if let driver = device.first("driver") {
        driver.drop("name", "qemu")
        driver.drop("cache", "default")
        if device.first("source") == nil { driver["type"] = nil }
        driver.dropIfEmpty()
      }
    case "interface":
      if let target = device.first("target"), let name = target["dev"],
        name.wholeMatch(of: /(vnet|macvtap)\d+/) != nil
      {
        target["dev"] = nil
        target.dropIfEmpty()
      }
      if let source = device.first("source") {
        source["portid"] = nil
        if device["type"] == "network" { source["bridge"] = nil }
        if device["type"] == "direct" { source["network"] = nil }
      }
    case "serial", "console", "parallel": normalizeCharacter(device)
    case "channel":
      device.first("target")?["state"] = nil
      if device.text(at: "target/@name") == "org.qemu.guest_agent.0", device["type"] == "unix" {
        device.remove("source")
      }
      if device.text(at: "target/@name") != nil, device.text(at: "target/@type") == nil {
        device.setText("virtio", at: "target/@type")
      }
    case "graphics": normalizeGraphics(device)
    case "video":
      guard let model = device.first("model") else { return }
      model.drop("heads", "1")
      model.drop("primary", "yes")
      for (name, values) in [
        ("vram", ["9216", "16384", "65536"]), ("ram", ["65536"]), ("vgamem", ["16384"]),
      ] {
        for value in values { model.drop(name, value) }
      }
    case "sound": if device.text(at: "audio/@id") == "1" { device.remove("audio") }
    case "rng":
      if device["model"] == nil { device["model"] = "virtio" }
    default: break
    }
  }

  private static func normalizeCharacter(_ device: XMLElement) {
    device["tty"] = nil
    if device["type"] == "pty" { device.remove("source") }
    guard let target = device.first("target") else { return }
    if device.name == "serial" {
      target.drop("type", "isa-serial")
      target.drop("type", "system-serial")
      target.drop("port", "0")
      for name in ["isa-serial", "pl011"] where target.text(at: "model/@name") == name {
        target.remove("model")
      }
    } else {
      target.drop("port", "0")
      if device.name == "console" { target.drop("type", "serial") }
    }
    target.dropIfEmpty()
  }

  private static func normalizeGraphics(_ device: XMLElement) {
    device.drop("tlsPort", "-1")
    if device["autoport"] == "yes" || device["port"] == "-1" {
      device["port"] = nil
      device["autoport"] = nil
    }
    if device["autoport"] == "no", device["port"] != nil { device["autoport"] = nil }
    for listen in device.all("listen") where listen["type"] == "address" {
      if device["listen"] == nil, let address = listen["address"] { device["listen"] = address }
      if listen["address"] == nil || listen["address"] == device["listen"] { listen.detach() }
    }
    device.drop("listen", "127.0.0.1")
  }

  /// Whether libvirt adds the device by itself.
  private static func isImplied(_ device: XMLElement, in root: XMLElement) -> Bool {
    switch device.name {
    case "emulator":
      return device.plainText.contains("qemu-system-") || device.plainText.hasSuffix("/kvm")
        || device.plainText.hasSuffix("/qemu-kvm")
    case "controller": return isImpliedController(device)
    case "input":
      return device["bus"] == "ps2" && ["mouse", "keyboard"].contains(device["type"])
    case "audio": return ["none", "spice"].contains(device["type"])
    case "watchdog":
      return device["model"] == "itco" && [nil, "reset"].contains(device["action"])
    case "memballoon":
      return device["model"] == "virtio" && device.children.isEmpty && device.attributes.count == 1
    case "console":
      // libvirt lists the first serial port as a console too.
      return device["type"] == "pty" && device.children.isEmpty
        && (root.first("devices")?.first("serial") != nil)
    default: return false
    }
  }

  private static func isImpliedController(_ device: XMLElement) -> Bool {
    let attributes = Set(device.attributes.keys)
    switch device["type"] {
    case "pci":
      let models = [
        "pci-root", "pcie-root", "pcie-root-port", "pci-bridge", "pcie-to-pci-bridge",
        "dmi-to-pci-bridge",
      ]
      return models.contains(device["model"] ?? "") && device.first("driver") == nil
        && device.first("pcihole64") == nil
        && (device.first("target")?.children.isEmpty ?? true)
    case "usb":
      return device.children.isEmpty && attributes.isSubset(of: ["type", "index", "model"])
        && [nil, "piix3-uhci"].contains(device["model"])
    case "sata", "fdc", "ccid", "virtio-serial":
      return device.children.isEmpty && attributes.isSubset(of: ["type", "index"])
    case "ide":
      return device.children.isEmpty && attributes.isSubset(of: ["type", "index", "model"])
        && [nil, "piix3"].contains(device["model"])
    case "scsi":
      return device.children.isEmpty && attributes.isSubset(of: ["type", "index"])
    default: return false
    }
  }
}

extension XMLElement {
  /// Removes an attribute that has a value.
  fileprivate func drop(_ attribute: String, _ value: String) {
    if self[attribute] == value { self[attribute] = nil }
  }

  /// Removes the element if it says nothing.
  fileprivate func dropIfEmpty() {
    if attributes.isEmpty, children.isEmpty, plainText.isEmpty { detach() }
  }

  /// Removes child elements that say nothing.
  fileprivate func dropEmpty(_ names: Set<String>) {
    for child in children where names.contains(child.name) { child.dropIfEmpty() }
  }
}
