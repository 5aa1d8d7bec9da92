import Libvirt
import VMScript
import VMScriptPlan
import VMScriptSyntax

/// Looks at a host; changes nothing.
public enum Inspector {
  /// What is there and whose it is.
  ///
  /// - Parameters:
  ///   - uri: the connection; nil takes `LIBVIRT_DEFAULT_URI`, else libvirt's own default.
  ///   - stack: whose networks are to be known even if nothing else of the stack is there.
  ///   - patience: how long the host may take to answer.
  /// - Throws: VM0701 without a connection, and what libvirt refuses.
  public static func inventory(
    uri: String?, stack: String? = nil, patience: HostPatience = HostPatience()
  ) async throws(Diagnostic) -> HostInventory {
    try await BriefAccess(uri: uri, patience: patience).onHost("listing what is there") {
      try await InventoryReader(pool: $0, stack: stack).read()
    }
  }

  /// All that can be said of every domain, network and image of a name, each as a document that
  /// begins with `kind` and `name`; secrets are left out.
  ///
  /// - Throws: VM0701 without a connection, VM0790 if nothing bears the name, and what libvirt
  ///   refuses.
  public static func details(
    of name: String, uri: String?, patience: HostPatience = HostPatience()
  ) async throws(Diagnostic) -> [Value] {
    try await BriefAccess(uri: uri, patience: patience).onHost("looking at `\(name)`") {
      try await details(of: name, in: $0)
    }
  }

  /// Reads the copies of a stack's images on the host, and compares each with the digest of its upload.
  ///
  /// - Returns: a diagnostic for each damaged copy, by the name of the image.
  /// - Throws: VM0701 without a connection, and what libvirt refuses.
  public static func damagedImages(
    of stack: String, uri: String?, patience: HostPatience = HostPatience()
  ) async throws(Diagnostic) -> [String: Diagnostic] {
    let access = BriefAccess(uri: uri, patience: patience)
    return try await access.onHost("reading the images of `\(stack)`") { pool in
      let storage = try await LiveReader(pool: pool).read().storage
      var damaged: [String: Diagnostic] = [:]
      for place in storage.owned(by: stack) {
        guard let owned = place.volume.owned,
          case .pin(let key, let nonce, let record?) = owned.role,
          let base = storage.pools[place.pool]?.inventory.base(key: key, nonce: nonce)
        else { continue }
        let found = try await VolumeStore(connections: pool).digest(of: base.path)
        guard let found, !found.hasPrefix(record.digest) else { continue }
        damaged[owned.ownerName] = StorageMessages.wrongContent(
          of: owned.ownerName, path: base.path)
      }
      return damaged
    }
  }

  static func details(of name: String, in pool: ConnectionPool) async throws -> [Value] {
    let inventory = try await InventoryReader(pool: pool, stack: nil).read()
    let found = try await pool.run { connection in
      try ObjectDetails(connection: connection, inventory: inventory).all(named: name)
    }
    guard found.isEmpty else { return found }
    let names =
      inventory.domains.map(\.name) + inventory.networks.map(\.name)
      + inventory.images.map(\.name)
    throw InspectionMessages.nothingNamed(name, closest: closest(to: name, among: names))
  }
}
