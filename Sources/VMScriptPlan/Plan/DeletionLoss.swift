import VMScript

/// Tells with which domains data goes when a stack deletes them: a disk that the stack made, firmware
/// variables, a TPM, a saved state or a snapshot.
package struct DeletionLoss: Sendable {
  package let host: any HostReader
  package let volumes: StackVolumes

  package init(host: any HostReader, volumes: StackVolumes) {
    self.host = host
    self.volumes = volumes
  }

  /// Those of the domains with which no data goes.
  package func dataless(
    among names: [String], of domains: [String: LiveDomain]
  ) async throws -> Set<String> {
    let candidates = names.filter { name in
      guard let domain = domains[name], !domain.hasSavedState, !domain.facts.hasFirmwareState else {
        return false
      }
      // A seed is made from the script again.
      return !volumes.volumes(ofDomain: name).contains {
        if case .disk = $0.volume.owned?.role { true } else { false }
      }
    }
    guard !candidates.isEmpty else { return [] }
    let uuids = candidates.compactMap { domains[$0]?.uuid }
    let kept = try await host.withoutSnapshots(uuids)
    return Set(candidates.filter { domains[$0].map { kept.contains($0.uuid) } ?? false })
  }
}
