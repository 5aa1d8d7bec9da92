import Libvirt
import VMScript
import VMScriptPlan

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
