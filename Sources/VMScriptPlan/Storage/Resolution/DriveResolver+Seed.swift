import VMScript

extension DriveResolver {
  /// The cloud-init seed of the domain; nil without a block, or while values in it are unknown.
  package func seed() throws(StorageFailure) -> DomainSeed? {
    guard let block = domain.body.block("cloud_init"), !block.hasUnknown else { return nil }
    let uuid =
      liveDomain?.uuid ?? domain.body["uuid"]?.text?.lowercased()
      ?? Identity.uuid(stack: stack, kind: .domain, name: domain.name)
    let files = try CloudConfig(declared: block).files(domain: domain.name, uuid: uuid)
    let pool = try live.storage.pool(declared: nil)
    let name = try VolumeName(
      stack: stack, owner: domain.name, role: .seed(content: SeedFile.digest(of: files)),
      extension: "iso")
    return DomainSeed(
      name: name, pool: pool.name, path: pool.path(of: name.fileName), files: files,
      span: block.span)
  }
}
