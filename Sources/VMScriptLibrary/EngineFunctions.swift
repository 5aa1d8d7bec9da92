import CVMScript
import VMScript

/// An engine that any thread can change.
final class EngineHandle: Handle {
  static let noun = "engine"
  private let state: Locked<Engine>

  init(_ engine: Engine) { state = Locked(engine) }

  /// The current engine.
  var engine: Engine { state.withLock { $0 } }

  func change(_ body: (inout Engine) -> Void) {
    let earlier = state.withLock { engine in
      let earlier = engine
      body(&engine)
      return earlier
    }
    // Releasing the replaced value may call the host, which may call this engine, so it happens
    // outside the lock.
    withExtendedLifetime(earlier) {}
  }
}

/// `vms_engine_new` of `vmscript.h`.
@_cdecl("vms_engine_new")
public func engineNew(
  _ limits: UnsafePointer<vms_limits>?, _ engine: UnsafeMutablePointer<OpaquePointer?>?,
  _ message: UnsafeMutablePointer<CChar>?
) -> vms_status {
  engine?.pointee = nil
  return answer(message) { () throws(Misuse) in
    guard let engine else { throw .missing("engine") }
    var bounds = Limits()
    if let limits { bounds = try Limits(limits, defaults: bounds) }
    engine.pointee = EngineHandle(Engine(limits: bounds)).retained()
    return VMS_OK
  }
}

/// `vms_engine_free` of `vmscript.h`.
@_cdecl("vms_engine_free")
public func engineFree(_ engine: OpaquePointer?) { EngineHandle.free(engine) }

/// `vms_engine_define` of `vmscript.h`.
@_cdecl("vms_engine_define")
public func engineDefine(
  _ engine: OpaquePointer?, _ name: UnsafePointer<CChar>?, _ nameLength: Int,
  _ json: UnsafePointer<CChar>?, _ jsonLength: Int, _ doc: UnsafePointer<CChar>?, _ docLength: Int,
  _ message: UnsafeMutablePointer<CChar>?
) -> vms_status {
  answer(message) { () throws(Misuse) in
    let engine = try EngineHandle.at(engine)
    let name = try Input.name(name, nameLength)
    let value = try Input.value(json, jsonLength, "json")
    let doc = try Input.text(doc, docLength, "doc")
    engine.change { $0.define(name, value, doc: doc) }
    return VMS_OK
  }
}

/// `vms_engine_define_function` of `vmscript.h`.
@_cdecl("vms_engine_define_function")
public func engineDefineFunction(
  _ engine: OpaquePointer?, _ function: UnsafePointer<vms_function>?,
  _ message: UnsafeMutablePointer<CChar>?
) -> vms_status {
  answer(message) { () throws(Misuse) in
    let engine = try EngineHandle.at(engine)
    guard let function else { throw .missing("function") }
    let given = try Input.options(function, "vms_function", zero: vms_function())
    let name = try Input.name(given.name, given.name_length)
    let doc = try Input.text(given.doc, given.doc_length, "doc")
    guard let call = given.call else { throw .missing("call") }
    // A value above the maximum of Int arrives negative and means any number.
    let maximum = given.maximum < 0 ? Int.max : given.maximum
    guard given.minimum >= 0, given.minimum <= maximum else {
      throw .unfitArity(given.minimum, maximum)
    }
    let parameters = try Input.names(given.parameters, given.parameters_length, "parameters")
    let host = HostCallback(
      function: call, context: HostContext(given.context, destroy: given.destroy))
    engine.change { engine in
      engine.function(name, doc, arity: given.minimum...maximum, parameters: parameters) { values in
        let answer = Reply.collect { reply in
          withText(Value.list(values).json(indentation: nil)) { text, length in
            host.function(host.context.pointer, text, length, reply)
          }
        }
        switch answer {
        case .nothing: return .none
        case .value(let value): return value
        case .bytes: throw CallbackFailure(description: CallbackMessages.noValue)
        case .failure(let reason): throw CallbackFailure(description: reason)
        }
      }
    }
    return VMS_OK
  }
}

/// `vms_engine_define_kind` of `vmscript.h`.
@_cdecl("vms_engine_define_kind")
public func engineDefineKind(
  _ engine: OpaquePointer?, _ schema: UnsafePointer<CChar>?, _ length: Int,
  _ message: UnsafeMutablePointer<CChar>?
) -> vms_status {
  answer(message) { () throws(Misuse) in
    let engine = try EngineHandle.at(engine)
    let text = try Input.text(schema, length, "schema")
    let kind: BlockSchema
    do throws(MalformedText) { kind = try BlockSchema(json: text) } catch {
      throw .unfitSchema(error.reason)
    }
    engine.change { $0.resource(kind) }
    return VMS_OK
  }
}

/// The reason why a function of the host has no result, which a diagnostic shows.
struct CallbackFailure: Error, CustomStringConvertible {
  let description: String
}

/// `vms_engine_import_folder` of `vmscript.h`.
@_cdecl("vms_engine_import_folder")
public func engineImportFolder(
  _ engine: OpaquePointer?, _ path: UnsafePointer<CChar>?, _ length: Int,
  _ message: UnsafeMutablePointer<CChar>?
) -> vms_status {
  answer(message) { () throws(Misuse) in
    let engine = try EngineHandle.at(engine)
    let path = try Input.text(path, length, "path")
    engine.change { $0.importer = .directory(path) }
    return VMS_OK
  }
}

/// `vms_engine_set_importer` of `vmscript.h`.
@_cdecl("vms_engine_set_importer")
public func engineSetImporter(
  _ engine: OpaquePointer?, _ importer: UnsafePointer<vms_importer>?,
  _ message: UnsafeMutablePointer<CChar>?
) -> vms_status {
  answer(message) { () throws(Misuse) in
    let engine = try EngineHandle.at(engine)
    var new: CallbackImporter?
    if let importer {
      let given = try Input.options(importer, "vms_importer", zero: vms_importer())
      guard let load = given.load else { throw .missing("load") }
      new = CallbackImporter(
        host: HostCallback(
          function: load, context: HostContext(given.context, destroy: given.destroy)))
    }
    engine.change { $0.importer = new }
    return VMS_OK
  }
}

/// `vms_engine_set_access` of `vmscript.h`.
@_cdecl("vms_engine_set_access")
public func engineSetAccess(
  _ engine: OpaquePointer?, _ access: UnsafePointer<vms_access>?,
  _ message: UnsafeMutablePointer<CChar>?
) -> vms_status {
  answer(message) { () throws(Misuse) in
    let engine = try EngineHandle.at(engine)
    var new = OutsideAccess()
    if let access {
      new = OutsideAccess(try Input.options(access, "vms_access", zero: vms_access()))
    }
    engine.change { $0.access = new }
    return VMS_OK
  }
}

/// The result of compiling a script.
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
  }.pointer(storing: length)
}
