import Foundation
import FoundationXML

/// The XML that libvirt creates a volume from (`virStorageVolCreateXML`).
public struct VolumeXML: Hashable, Sendable {
  /// The name within the pool.
  public var name: String
  /// Any format that libvirt knows; an ISO is written as `raw` there.
  public var format: ImageFormat
  /// In bytes.
  public var capacity: Int64
  /// In bytes; nil leaves it to libvirt, which fills a raw file completely then.
  public var allocation: Int64?
  /// Of a qcow2, in bytes.
  public var clusterSize: Int64?
  /// Of a qcow2: write reference counts late (`features/lazy_refcounts`).
  public var lazyRefcounts = false
  /// The volume that this one is an overlay on.
  public var backing: (path: String, format: ImageFormat)? {
    get { backingPath.map { ($0, backingFormat) } }
    set {
      backingPath = newValue?.path
      backingFormat = newValue?.format ?? .qcow2
    }
  }
  private var backingPath: String?
  private var backingFormat = ImageFormat.qcow2

  /// A volume of its own, an overlay once ``backing`` is set.
  public init(name: String, format: ImageFormat, capacity: Int64, allocation: Int64? = nil) {
    self.name = name
    self.format = format
    self.capacity = capacity
    self.allocation = allocation
  }

  /// The `volume` element as text.
  public func text() -> String {
    let root = XMLElement(name: "volume")
    root.addChild(XMLElement(name: "name", stringValue: name))
    root.addChild(Self.bytes("capacity", capacity))
    if let allocation { root.addChild(Self.bytes("allocation", allocation)) }
    let target = XMLElement(name: "target")
    target.addChild(Self.format(format))
    if format == .qcow2 {
      target.addChild(XMLElement(name: "compat", stringValue: "1.1"))
      if let clusterSize {
        target.addChild(Self.bytes("clusterSize", clusterSize))
      }
      if lazyRefcounts {
        let features = XMLElement(name: "features")
        features.addChild(XMLElement(name: "lazy_refcounts"))
        target.addChild(features)
      }
    }
    root.addChild(target)
    if let backingPath {
      let store = XMLElement(name: "backingStore")
      store.addChild(XMLElement(name: "path", stringValue: backingPath))
      store.addChild(Self.format(backingFormat))
      root.addChild(store)
    }
    return root.xmlString
  }

  private static func bytes(_ name: String, _ count: Int64) -> XMLElement {
    let element = XMLElement(name: name, stringValue: String(count))
    element.setAttributesWith(["unit": "bytes"])
    return element
  }

  private static func format(_ format: ImageFormat) -> XMLElement {
    let element = XMLElement(name: "format")
    element.setAttributesWith(["type": format == .iso ? "raw" : format.rawValue])
    return element
  }
}
