import CVMScript
import VMScript

/// The result of an evaluation.
final class ResultHandle: Handle {
  static let noun = "result"
  let outputs: ValueMap
  let declarations: [Declaration]
  let printed: [String]
  let diagnostics: [Diagnostic]
  let sources: SourceMap
  let texts = OwnedTexts()

  init(_ outcome: EvaluationOutcome, printed: [String]) {
    outputs = outcome.outputs
    declarations = outcome.declarations.declarations
    self.printed = printed
    diagnostics = outcome.diagnostics
    sources = outcome.sources
  }

  /// A result with only diagnostics.
  init(_ diagnostics: [Diagnostic], _ sources: SourceMap) {
    outputs = [:]
    declarations = []
    printed = []
    self.diagnostics = diagnostics
    self.sources = sources
  }

  var status: vms_status {
    diagnostics.contains { $0.severity == .error } ? VMS_SCRIPT_ERROR : VMS_OK
  }
}

/// `vms_result_free` of `vmscript.h`.
@_cdecl("vms_result_free")
public func resultFree(_ result: OpaquePointer?) { ResultHandle.free(result) }

/// `vms_result_status` of `vmscript.h`.
@_cdecl("vms_result_status")
public func resultStatus(_ result: OpaquePointer?) -> vms_status {
  ResultHandle.find(result)?.status ?? VMS_INVALID
}

/// `vms_result_outputs` of `vmscript.h`.
@_cdecl("vms_result_outputs")
public func resultOutputs(
  _ result: OpaquePointer?, _ length: UnsafeMutablePointer<Int>?
) -> UnsafePointer<CChar>? {
  guard let result = ResultHandle.find(result) else { return nil }
  return result.texts.text(.outputs) {
    Value.map(result.outputs).json(indentation: nil)
  }.pointer(storing: length)
}

/// `vms_result_output` of `vmscript.h`.
@_cdecl("vms_result_output")
public func resultOutput(
  _ result: OpaquePointer?, _ name: UnsafePointer<CChar>?, _ nameLength: Int,
  _ length: UnsafeMutablePointer<Int>?
) -> UnsafePointer<CChar>? {
  guard let result = ResultHandle.find(result),
    let name = try? Input.text(name, nameLength, "name"), let value = result.outputs[name]
  else { return nil }
  return result.texts.text(.output(name)) { value.json(indentation: nil) }.pointer(storing: length)
}

/// `vms_result_resources` of `vmscript.h`.
@_cdecl("vms_result_resources")
public func resultResources(
  _ result: OpaquePointer?, _ length: UnsafeMutablePointer<Int>?
) -> UnsafePointer<CChar>? {
  guard let result = ResultHandle.find(result) else { return nil }
  return result.texts.text(.resources) {
    Value.list(result.declarations.map(\.document)).json(indentation: nil)
  }.pointer(storing: length)
}

/// `vms_result_printed` of `vmscript.h`.
@_cdecl("vms_result_printed")
public func resultPrinted(
  _ result: OpaquePointer?, _ length: UnsafeMutablePointer<Int>?
) -> UnsafePointer<CChar>? {
  guard let result = ResultHandle.find(result) else { return nil }
  return result.texts.text(.printed) {
    result.printed.map { $0 + "\n" }.joined()
  }.pointer(storing: length)
}

/// `vms_result_diagnostics` of `vmscript.h`.
@_cdecl("vms_result_diagnostics")
public func resultDiagnostics(
  _ result: OpaquePointer?, _ form: vms_form, _ length: UnsafeMutablePointer<Int>?
) -> UnsafePointer<CChar>? {
  guard let result = ResultHandle.find(result), let form = DiagnosticForm(rawValue: form) else {
    return nil
  }
  return result.texts.text(.diagnostics(form)) {
    form.text(result.diagnostics, result.sources)
  }.pointer(storing: length)
}
