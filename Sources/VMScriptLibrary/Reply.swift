import CVMScript
import Synchronization
import VMScript

/// The answer of a callback.
final class Reply: Handle {
  static let noun = "reply"

  enum Answer: Sendable {
    case nothing
    case value(Value)
    case bytes([UInt8], name: String?)
    case failure(String)
  }

  private let state = Mutex(Answer.nothing)

  func set(_ answer: Answer) { state.withLock { $0 = answer } }

  /// Calls a callback and returns its answer.
  static func collect(_ call: (OpaquePointer) -> Void) -> Answer {
    let reply = Reply()
    // SAFETY: the object outlives the call, and by the header the pointer is valid only during it.
    withExtendedLifetime(reply) { call(OpaquePointer(Unmanaged.passUnretained(reply).toOpaque())) }
    return reply.state.withLock { $0 }
  }
}

/// Sets an answer; an invalid one fails the callback, and is reported to it.
private func reply(
  _ pointer: OpaquePointer?, _ make: () throws(Misuse) -> Reply.Answer
) -> vms_status {
  guard let reply = Reply.find(pointer) else { return VMS_INVALID }
  do throws(Misuse) {
    reply.set(try make())
    return VMS_OK
  } catch {
    reply.set(.failure(error.message))
    return VMS_INVALID
  }
}

/// `vms_reply_json` of `vmscript.h`.
@_cdecl("vms_reply_json")
public func replyJSON(
  _ pointer: OpaquePointer?, _ json: UnsafePointer<CChar>?, _ length: Int
) -> vms_status {
  reply(pointer) { () throws(Misuse) in .value(try Input.value(json, length, "answer")) }
}

/// `vms_reply_text` of `vmscript.h`.
@_cdecl("vms_reply_text")
public func replyText(
  _ pointer: OpaquePointer?, _ text: UnsafePointer<CChar>?, _ length: Int
) -> vms_status {
  reply(pointer) { () throws(Misuse) in
    .bytes(try Input.bytes(text, length, "answer"), name: nil)
  }
}

/// `vms_reply_script` of `vmscript.h`.
@_cdecl("vms_reply_script")
public func replyScript(
  _ pointer: OpaquePointer?, _ name: UnsafePointer<CChar>?, _ nameLength: Int,
  _ text: UnsafePointer<CChar>?, _ textLength: Int
) -> vms_status {
  reply(pointer) { () throws(Misuse) in
    let name = try Input.text(name, nameLength, "name")
    return .bytes(try Input.bytes(text, textLength, "answer"), name: name)
  }
}

/// `vms_reply_error` of `vmscript.h`.
@_cdecl("vms_reply_error")
public func replyError(
  _ pointer: OpaquePointer?, _ reason: UnsafePointer<CChar>?, _ length: Int
) -> vms_status {
  reply(pointer) { () throws(Misuse) in .failure(try Input.text(reason, length, "reason")) }
}

/// The form of diagnostics as text; the raw values are those of `vms_form` in the header.
enum DiagnosticForm: Int32 {
  case json, rendered, colored

  func text(_ diagnostics: [Diagnostic], _ sources: SourceMap) -> String {
    let renderer = DiagnosticRenderer(sources: sources, color: self == .colored)
    switch self {
    case .json: return "[" + diagnostics.map(renderer.json).joined(separator: ", ") + "]"
    case .rendered, .colored: return renderer.render(diagnostics)
    }
  }
}
