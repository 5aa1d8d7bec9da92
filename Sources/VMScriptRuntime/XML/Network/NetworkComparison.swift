import VMScript

/// Compares what ``NetworkShape`` writes with what a live network has.
struct NetworkComparison {
  let found: XMLElement
  let wanted: XMLElement

  func differences() -> [PropertyDifference] {
    [
      difference("mode", .restart) { $0.text(at: "forward/@mode") ?? "isolated" },
      difference("dev", .restart) {
        $0.text(at: "forward/interface/@dev") ?? $0.text(at: "forward/@dev")
      },
      difference("subnet", .restart) { Self.address($0, ipv6: false) },
      difference("ipv6", .restart) { Self.address($0, ipv6: true) },
      difference("dhcp", .live) { root in
        Self.dhcp(root)?.first("range").map { "\($0["start"] ?? "")...\($0["end"] ?? "")" }
      },
      difference("host", .live) { root in
        Self.joined(Self.dhcp(root), "host") { host in
          [host["mac"]?.lowercased(), host["ip"], host["name"]]
        }
      },
      difference("dns host", .live) { root in
        Self.joined(root.first("dns"), "host") { host in
          [host["ip"]] + host.all("hostname").map(\.stringValue)
        }
      },
      difference("dns txt", .live) { root in
        Self.joined(root.first("dns"), "txt") { [$0["name"], $0["value"]] }
      },
      difference("dns srv", .live) { root in
        Self.joined(root.first("dns"), "srv") { service in
          [service["service"], service["protocol"], service["target"], service["port"]]
        }
      },
      // Left out of the comparison of rows where the block is gone.
      difference("dns", .restart) { root in
        wanted.first("dns") == nil && wanted.first("domain") == nil
          ? Self.joined(root.first("dns"), "forwarder") { [$0["addr"]] }
            ?? root.text(at: "domain/@name")
          : nil
      },
      difference("bandwidth", .restart) { root in
        wanted.first("bandwidth") == nil && root.first("bandwidth") != nil ? "declared" : nil
      },
      difference("route", .restart) { root in
        Self.joined(root, "route") { [$0["address"], $0["prefix"], $0["gateway"]] }
      },
    ].compactMap { $0 }
  }

  private func difference(
    _ name: String, _ impact: Impact, _ read: (XMLElement) -> String?
  ) -> PropertyDifference? {
    let (old, new) = (read(found), read(wanted))
    guard old != new else { return nil }
    return PropertyDifference(
      name: name, from: old.map(Value.string), to: new.map(Value.string), impact: impact)
  }

  private static func dhcp(_ root: XMLElement) -> XMLElement? {
    root.all("ip").first { $0["family"] != "ipv6" }?.first("dhcp")
  }

  private static func address(_ root: XMLElement, ipv6: Bool) -> String? {
    root.all("ip").first { ($0["family"] == "ipv6") == ipv6 }.map {
      "\($0["address"] ?? "")/\($0["netmask"] ?? $0["prefix"] ?? "")"
    }
  }

  /// The elements of one name as text, in an order of their own.
  private static func joined(
    _ parent: XMLElement?, _ name: String, _ parts: (XMLElement) -> [String?]
  ) -> String? {
    let lines = (parent?.all(name) ?? []).map { parts($0).compactMap { $0 }.joined(separator: " ") }
    return lines.isEmpty ? nil : lines.sorted().joined(separator: ", ")
  }
}
