import Foundation
import VMScriptSyntax

/// Checks that this machine can edit the disks of a plan, before anything is changed.
struct CustomizationChecks {
  /// The files of the host.
  let files: HostFiles
  /// Whether a program is installed.
  var isInstalled: (String) -> Bool = ChildProcess.isInstalled
  /// Whether this user can write to a folder.
  var isWritable: (String) -> Bool = { access($0, W_OK | X_OK) == 0 }

  /// Returns the obstacles to the edits of a plan.
  func diagnostics(of edits: [DiskCustomization], _ storage: LiveStorage) -> [Diagnostic] {
    switch files {
    // libvirt's test driver has records of disks without files.
    case .none: return []
    case .remote: return edits.map { CustomizationMessages.remote(at: $0.edits.span) }
    case .local: break
    }
    guard isInstalled(Customization.tool) else {
      return edits.map { CustomizationMessages.missingTool(at: $0.edits.span) }
    }
    return edits.compactMap { work in
      let folder = storage.pools[work.disk.pool]?.path ?? ""
      guard !isWritable(folder) else { return nil }
      return CustomizationMessages.unwritable(folder, of: work.disk.pool, at: work.edits.span)
    }
  }
}
