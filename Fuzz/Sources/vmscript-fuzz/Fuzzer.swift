import Foundation

/// The target that the variable `VMSCRIPT_FUZZ_TARGET` names.
private let target =
  FuzzTarget(rawValue: ProcessInfo.processInfo.environment["VMSCRIPT_FUZZ_TARGET"] ?? "") ?? .parser

/// What libFuzzer calls with each input.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  // SAFETY: libFuzzer lends `count` bytes for the length of this call.
  let bytes = Array(UnsafeBufferPointer(start: start, count: count))
  if let problem = target.run(bytes) { fatalError(problem) }
  return 0
}
