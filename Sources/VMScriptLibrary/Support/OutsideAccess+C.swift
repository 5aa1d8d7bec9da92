import CVMScript
import VMScript

extension OutsideAccess {
  /// What the callbacks of a host give.
  init(_ given: vms_access) {
    self.init()
    let context = HostContext(given.context, destroy: given.destroy)
    if let function = given.read {
      let host = HostCallback(function: function, context: context)
      read = { path, script throws(Failure) in
        switch host.ask(path, script) {
        case .bytes(let bytes, _): return bytes
        case .failure(let reason): throw Failure(reason)
        case .nothing, .value: throw Failure(CallbackMessages.noFile)
        }
      }
    }
    if let function = given.glob {
      let host = HostCallback(function: function, context: context)
      glob = { pattern, script throws(Failure) in
        switch host.ask(pattern, script) {
        case .value(let value):
          guard let paths = [String](scriptValue: value) else {
            throw Failure(CallbackMessages.noPaths)
          }
          return paths.sorted()
        case .failure(let reason): throw Failure(reason)
        case .nothing, .bytes: throw Failure(CallbackMessages.noPaths)
        }
      }
    }
    if let function = given.environment {
      let host = HostCallback(function: function, context: context)
      environment = { name in
        guard case .bytes(let bytes, _) = host.ask(name, "") else { return nil }
        return String(decoding: bytes, as: UTF8.self)
      }
    }
  }
}

extension HostCallback<vms_access_callback> {
  /// Asks for what `name` means in a script.
  fileprivate func ask(_ name: String, _ script: String) -> Reply.Answer {
    Reply.collect { reply in
      withText(name) { name, nameLength in
        withText(script) { script, scriptLength in
          function(context.pointer, name, nameLength, script, scriptLength, reply)
        }
      }
    }
  }
}
