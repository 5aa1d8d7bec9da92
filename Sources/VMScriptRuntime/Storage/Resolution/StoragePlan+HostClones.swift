import VMScript
import VMScriptSyntax

extension StoragePlan {
  /// What the definition of a clone of a host's domain begins with.
  ///
  /// - Parameter xml: the definition of the source.
  func base(ofClone clone: Declaration, source xml: String) throws(Diagnostic) -> String {
    let own = (domains[clone.name]?.drives ?? []).compactMap { drive in
      drive.own.map { own in
        (
          drive.target,
          XMLContext.Storage(
            path: own.path, format: own.format.rawValue, isDevice: own.isDevice)
        )
      }
    }
    let stack = set.stack
    return try HostCloneXML.base(
      xml, for: clone, storage: Dictionary(own) { first, _ in first }
    ) { position in
      Identity.mac(stack: stack, domain: clone.name, nic: DeclaredBlock.key("nic", at: position))
    }
  }
}
