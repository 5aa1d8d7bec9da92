import Foundation
import FoundationXML

/// What the inventory reads out of libvirt's documents.
struct VolumeDescription {
  /// The path of the volume that this one is an overlay on; nil for none.
  let backingPath: String?

  /// Reads a `<volume>` document.
  init(xml: String) throws {
    let nodes = try XMLDocument(xmlString: xml).nodes(forXPath: "/volume/backingStore/path")
    backingPath = nodes.first?.stringValue.flatMap { $0.isEmpty ? nil : $0 }
  }

  /// The files and devices that a `<domain>` document's disks refer to, backing files included.
  static func diskPaths(xml: String) throws -> [String] {
    try XMLDocument(xmlString: xml)
      .nodes(forXPath: "/domain/devices/disk//source/@file | /domain/devices/disk//source/@dev")
      .compactMap(\.stringValue)
  }
}
