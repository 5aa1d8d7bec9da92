import CVMScript
import VMScript

/// What compiling a script came to.
final class ProgramHandle: Handle {
  static let noun = "program"
  let compilation: Compilation
  let texts = OwnedTexts()

  init(_ compilation: Compilation) { self.compilation = compilation }

  /// The program, if it can be evaluated.
  var program: Program? { try? compilation.get() }
}

/// `vms_compile` of `vmscript.h`.
@_cdecl("vms_compile")
public func compile(
  _ engine: OpaquePointer?, _ name: UnsafePointer<CChar>?, _ nameLength: Int,
  _ source: UnsafePointer<CChar>?, _ sourceLength: Int,
  _ program: UnsafeMutablePointer<OpaquePointer?>?, _ message: UnsafeMutablePointer<CChar>?
) -> vms_status {
  program?.pointee = nil
  return answer(message) { () throws(Misuse) in
    let handle = try EngineHandle.at(engine)
    guard let program else { throw .missing("program") }
    let source = SourceText(
      name: try Input.text(name, nameLength, "name"),
      bytes: try Input.bytes(source, sourceLength, "source"))
    let compiled = ProgramHandle(handle.engine.compilation(of: source))
    program.pointee = compiled.retained()
    return compiled.program == nil ? VMS_SCRIPT_ERROR : VMS_OK
  }
}

/// `vms_program_free` of `vmscript.h`.
@_cdecl("vms_program_free")
public func programFree(_ program: OpaquePointer?) { ProgramHandle.free(program) }

/// `vms_program_diagnostics` of `vmscript.h`.
@_cdecl("vms_program_diagnostics")
public func programDiagnostics(
  _ program: OpaquePointer?, _ form: vms_form, _ length: UnsafeMutablePointer<Int>?
) -> UnsafePointer<CChar>? {
  guard let program = ProgramHandle.find(program), let form = DiagnosticForm(rawValue: form) else {
    return nil
  }
  let compilation = program.compilation
  return program.texts.text(.diagnostics(form)) {
    form.text(compilation.diagnostics, compilation.sources)
  }.give(length)
}
