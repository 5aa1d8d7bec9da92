import CVMScript
import VMScript

/// `vms_evaluate` of `vmscript.h`.
@_cdecl("vms_evaluate")
public func evaluate(
  _ program: OpaquePointer?, _ options: UnsafePointer<vms_evaluation>?,
  _ result: UnsafeMutablePointer<OpaquePointer?>?, _ message: UnsafeMutablePointer<CChar>?
) -> vms_status {
  run(program, options, result, message) { program, given in
    let host = OfflineHost(output: given.print)
    let outcome = program.evaluate(given.options, host: host)
    return ResultHandle(outcome, printed: host.lines)
  }
}

/// `vms_check` of `vmscript.h`.
@_cdecl("vms_check")
public func check(
  _ program: OpaquePointer?, _ options: UnsafePointer<vms_evaluation>?,
  _ result: UnsafeMutablePointer<OpaquePointer?>?, _ message: UnsafeMutablePointer<CChar>?
) -> vms_status {
  run(program, options, result, message) { program, given in
    ResultHandle(program.check(given.options), program.sources)
  }
}

/// Reads the caller's options, does the work if the program compiled, and passes on the result.
private func run(
  _ program: OpaquePointer?, _ options: UnsafePointer<vms_evaluation>?,
  _ result: UnsafeMutablePointer<OpaquePointer?>?, _ message: UnsafeMutablePointer<CChar>?,
  _ work: (Program, GivenEvaluation) -> ResultHandle
) -> vms_status {
  result?.pointee = nil
  return answer(message) { () throws(Misuse) in
    let handle = try ProgramHandle.at(program)
    guard let result else { throw .missing("result") }
    var given = GivenEvaluation()
    if let options { given = try GivenEvaluation(options) }
    let compilation = handle.compilation
    let made =
      handle.program.map { work($0, given) }
      ?? ResultHandle(compilation.diagnostics, compilation.sources)
    result.pointee = made.retained()
    return made.status
  }
}

/// The caller's options of one evaluation.
struct GivenEvaluation {
  var options = EvaluationOptions()
  /// Receives printed lines; nil keeps them.
  var print: (@Sendable (String) -> Void)?

  init() {}

  init(_ pointer: UnsafePointer<vms_evaluation>) throws(Misuse) {
    let given = try Input.options(pointer, "vms_evaluation", zero: vms_evaluation())
    options.values = try Input.members(given.parameters, given.parameters_length, "parameters")
    options.parameters = try Input.texts(given.settings, given.settings_length, "settings")
    options.fallbackParameters = try Input.texts(
      given.fallbacks, given.fallbacks_length, "fallbacks")
    if given.stack_length != 0 || given.stack != nil {
      let stack = try Input.text(given.stack, given.stack_length, "stack")
      guard Program.isStackName(stack) else { throw .unfitStack(stack) }
      options.stack = stack
    }
    if let limits = given.limits { options.limits = try Limits(limits, defaults: Limits()) }
    options.cancellation = CancellationHandle.find(given.cancellation)?.cancellation
    if let print = given.print {
      let host = HostCallback(
        function: print, context: HostContext(given.context, destroy: nil))
      self.print = { line in
        withText(line) { text, length in host.function(host.context.pointer, text, length) }
      }
    }
  }
}

/// A cancellation of evaluations.
final class CancellationHandle: Handle {
  static let noun = "cancellation"
  let cancellation = Cancellation()
}

/// `vms_cancellation_new` of `vmscript.h`.
@_cdecl("vms_cancellation_new")
public func cancellationNew() -> OpaquePointer { CancellationHandle().retained() }

/// `vms_cancel` of `vmscript.h`.
@_cdecl("vms_cancel")
public func cancel(_ cancellation: OpaquePointer?) {
  CancellationHandle.find(cancellation)?.cancellation.cancel()
}

/// `vms_is_cancelled` of `vmscript.h`.
@_cdecl("vms_is_cancelled")
public func isCancelled(_ cancellation: OpaquePointer?) -> Bool {
  CancellationHandle.find(cancellation)?.cancellation.isCancelled ?? false
}

/// `vms_cancellation_free` of `vmscript.h`.
@_cdecl("vms_cancellation_free")
public func cancellationFree(_ cancellation: OpaquePointer?) {
  CancellationHandle.free(cancellation)
}
