import CVMScript
import Foundation
import VMScriptLibrary

extension FuzzTarget {
  /// The bytes as a script, its name, its parameters and its settings, with all results asked for.
  static func library(_ bytes: [UInt8]) -> String? {
    let text = bytes.map { CChar(bitPattern: $0) }
    // SAFETY: each call is given the buffer's own count, and each handle is freed once.
    return text.withUnsafeBufferPointer { text in
      var engine: OpaquePointer?
      guard vms_engine_new(nil, &engine, nil) == VMS_OK else { return "there is no engine" }
      defer { vms_engine_free(engine) }
      _ = vms_engine_define(
        engine, text.baseAddress, min(text.count, 8), text.baseAddress, text.count, nil, 0, nil)
      var program: OpaquePointer?
      let status = vms_compile(
        engine, text.baseAddress, min(text.count, 8), text.baseAddress, text.count, &program, nil)
      defer { vms_program_free(program) }
      if status == VMS_INVALID { _ = compiled(engine, text, &program) }
      guard let program else { return "a script has no program" }
      return soundness(of: program, text)
    }
  }

  /// The same under a name that is one.
  private static func compiled(
    _ engine: OpaquePointer?, _ text: UnsafeBufferPointer<CChar>, _ program: inout OpaquePointer?
  ) -> vms_status {
    vms_compile(engine, "f", 1, text.baseAddress, text.count, &program, nil)
  }

  private static func soundness(
    of program: OpaquePointer, _ text: UnsafeBufferPointer<CChar>
  ) -> String? {
    var limits = vms_limits()
    limits.size = MemoryLayout<vms_limits>.size
    (limits.steps, limits.depth, limits.memory) = (20_000, 100, 1 << 20)
    (limits.output, limits.milliseconds) = (64 << 10, 5_000)
    return withUnsafePointer(to: limits) { limits in
      var options = vms_evaluation()
      options.size = MemoryLayout<vms_evaluation>.size
      options.limits = limits
      var result: OpaquePointer?
      guard vms_evaluate(program, &options, &result, nil) != VMS_INVALID else {
        return "a program is not evaluated"
      }
      defer { vms_result_free(result) }
      for text in [
        vms_program_diagnostics(program, VMS_JSON, nil), vms_result_outputs(result, nil),
        vms_result_resources(result, nil), vms_result_diagnostics(result, VMS_JSON, nil),
      ] {
        guard let text, JSONText.isSound(String(cString: text)) else {
          return "a result is no JSON"
        }
      }
      _ = vms_result_printed(result, nil)
      _ = vms_result_diagnostics(result, VMS_RENDERED, nil)
      _ = vms_result_output(result, text.baseAddress, text.count, nil)
      // As parameters they are mostly wrong; that is for the call to say.
      (options.parameters, options.parameters_length) = (text.baseAddress, text.count)
      (options.settings, options.settings_length) = (text.baseAddress, text.count)
      var other: OpaquePointer?
      _ = vms_check(program, &options, &other, nil)
      vms_result_free(other)
      return nil
    }
  }
}
