import Libvirt
import VMScript

/// A domain, network or pool of the host whose document could not be read.
///
/// libvirt prints some attributes without escaping them, so an object of others may have a document
/// that is no XML. All that it holds is unknown, for this object alone.
public struct UnreadableObject: Sendable, Hashable {
  /// The kinds of objects.
  public enum Kind: String, Sendable {
    case domain, network
    case pool = "storage pool"
  }

  /// The kind.
  public let kind: Kind
  /// The name, unique among its kind.
  public let name: String
  /// In lower case; empty for a pool.
  public let uuid: String
  /// Why it could not be read.
  public let reason: String
  /// The texts in quotes that its document holds, one of which each path, address and name in an
  /// attribute is; nil where the host gave no document.
  let values: Set<String>?

  /// An object of which nothing more is known.
  ///
  /// - Parameters:
  ///   - kind: what it is.
  ///   - name: its name, unique among its kind.
  ///   - uuid: in lower case; empty for a pool.
  ///   - reason: why it could not be read.
  ///   - documents: what the host gave; nil where it gave nothing.
  public init(kind: Kind, name: String, uuid: String, reason: String, documents: [String]?) {
    self.kind = kind
    self.name = name
    self.uuid = uuid
    self.reason = reason
    values = documents.map { $0.reduce(into: []) { $0.formUnion(Self.quotedTexts(in: $1)) } }
  }

  /// The files that its document may name.
  var paths: [String] { (values ?? []).filter { $0.hasPrefix("/") }.sorted() }

  /// The object with its reason, for a note.
  var note: String { "the \(kind.rawValue) `\(name)` cannot be read: \(reason)" }

  /// Whether a stack made it under a name; the UUID says so without the document.
  func isMade(by stack: String, as name: String) -> Bool {
    switch kind {
    case .domain: uuid == Identity.uuid(stack: stack, kind: .domain, name: name)
    case .network: uuid == Identity.uuid(stack: stack, kind: .net, name: name)
    case .pool: false
    }
  }

  /// Every text behind `='` or `="` up to the next quote of the same kind, wherever it stands: one
  /// that is not as it should be does not spoil those behind it.
  private static func quotedTexts(in document: String) -> Set<String> {
    let bytes = Array(document.utf8)
    var texts: Set<String> = []
    for (position, byte) in bytes.enumerated() where byte == UInt8(ascii: "=") {
      guard position + 1 < bytes.count else { break }
      let quote = bytes[position + 1]
      guard quote == UInt8(ascii: "'") || quote == UInt8(ascii: "\"") else { continue }
      let text = bytes[(position + 2)...].prefix { $0 != quote }
      let escaped = String(decoding: text, as: UTF8.self)
      texts.insert(escaped)
      // What libvirt did escape stands as it is meant.
      if let value = try? XMLElement.parse("<a>\(escaped)</a>").stringValue { texts.insert(value) }
    }
    return texts
  }
}

extension [UnreadableObject] {
  /// The object that a stack knows by a name: the one of this name, or the one that it made under it.
  func first(of kind: UnreadableObject.Kind, _ name: String, stack: String) -> UnreadableObject? {
    first { object in
      object.kind == kind && (object.name == name || object.isMade(by: stack, as: name))
    }
  }
}

/// Objects of one kind as they were found.
struct FoundObjects<Object: Sendable>: Sendable {
  var known: [Object] = []
  var unreadable: [UnreadableObject] = []
}

extension LiveReader {
  /// Reads objects of a host, each for itself, without those that went since.
  ///
  /// - Throws: only what concerns all of them, such as a lost connection.
  static func read<Handle, Object>(
    _ handles: [Handle], _ identity: (Handle) -> ObjectIdentity<Handle>,
    _ read: (Handle) throws -> Object
  ) throws -> FoundObjects<Object> {
    var found = FoundObjects<Object>()
    for handle in handles {
      let identity = identity(handle)
      do {
        guard let object = try unlessGone(identity.gone, { try retrying { try read(handle) } })
        else { continue }
        found.known.append(object)
      } catch let error as MalformedXML {
        found.unreadable.append(identity.unreadable(error.description, try? identity.documents()))
      } catch let error as LibvirtError where !error.isConnectionLost {
        found.unreadable.append(identity.unreadable(error.message, nil))
      }
    }
    return found
  }

  /// Reads once more what failed for a reason of the moment.
  private static func retrying<T>(_ read: () throws -> T) throws -> T {
    do { return try read() } catch let error as LibvirtError where error.isOfTheMoment {
      return try read()
    }
  }
}

/// What is known of an object of a host without its document.
struct ObjectIdentity<Handle> {
  let kind: UnreadableObject.Kind
  let name: String
  let uuid: String
  /// libvirt's word that there is none.
  let gone: LibvirtError.Code
  /// All documents that libvirt has of it.
  let documents: () throws -> [String]

  func unreadable(_ reason: String, _ documents: [String]?) -> UnreadableObject {
    UnreadableObject(kind: kind, name: name, uuid: uuid, reason: reason, documents: documents)
  }
}

extension ObjectIdentity<Domain> {
  init(_ domain: Domain) {
    self.init(kind: .domain, name: domain.name, uuid: domain.uuid, gone: .noDomain) {
      try [domain.xml(inactive: true)] + (domain.isActive() ? [domain.xml()] : [])
    }
  }
}

extension ObjectIdentity<Network> {
  init(_ network: Network) {
    self.init(kind: .network, name: network.name, uuid: network.uuid, gone: .noNetwork) {
      try [network.xml(inactive: network.isPersistent())]
        + (network.isActive() ? [network.xml()] : [])
    }
  }
}

extension ObjectIdentity<StoragePool> {
  init(_ pool: StoragePool) {
    self.init(kind: .pool, name: pool.name, uuid: "", gone: .noStoragePool) {
      [try pool.xml()]
    }
  }
}
