import Foundation

/// The target in the variable `VMSCRIPT_FUZZ_TARGET`.
private let target =
  FuzzTarget(rawValue: ProcessInfo.processInfo.environment["VMSCRIPT_FUZZ_TARGET"] ?? "") ?? .parser

/// The function that libFuzzer calls with each input.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  // SAFETY: libFuzzer lends `count` bytes for the length of this call.
  let bytes = Array(UnsafeBufferPointer(start: start, count: count))
  if let problem = target.run(bytes) { fatalError(problem) }
  return 0
}
