import CVMScript
import VMScript

/// Imports what a callback of the host finds.
struct CallbackImporter: Importer {
  let host: HostCallback<vms_import_callback>

  func load(path: String, from script: String) throws(ImportFailure) -> SourceText {
    let answer = Reply.collect { reply in
      withText(path) { path, pathLength in
        withText(script) { script, scriptLength in
          host.function(host.context.pointer, path, pathLength, script, scriptLength, reply)
        }
      }
    }
    switch answer {
    case .bytes(let bytes, let name): return SourceText(name: name ?? path, bytes: bytes)
    case .failure(let reason): throw ImportFailure(reason)
    case .nothing, .value: throw ImportFailure(CallbackMessages.noScript)
    }
  }
}
