import Foundation
import FoundationXML

/// What the inventory reads out of libvirt's documents.
struct VolumeDescription {
  /// The path of the volume that this one is an overlay on; nil for none.
  let backingPath: String?

  /// Reads a `<volume>` document.
  init(xml: String) throws {
    backingPath = try Self.texts("/volume/backingStore/path", in: xml).first
  }

  /// The files and devices that a `<domain>` document's disks refer to, backing files included.
  static func diskPaths(xml: String) throws -> [String] {
    try texts("/domain/devices/disk//source/@file | /domain/devices/disk//source/@dev", in: xml)
  }

  /// What stands, not empty, where the XPath leads.
  private static func texts(_ path: String, in xml: String) throws -> [String] {
    let document = try XMLDocument(xmlString: xml)
    // Nodes do not keep their document alive.
    defer { withExtendedLifetime(document) {} }
    return try document.nodes(forXPath: path).compactMap(\.stringValue).filter { !$0.isEmpty }
  }
}
