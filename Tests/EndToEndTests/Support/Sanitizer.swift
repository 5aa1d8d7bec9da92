import Foundation

/// The sanitizer that these tests and the programs beside them are built with, by the compiler's
/// name of it; nil for none. `scripts/sanitize` sets it.
let sanitizer = ProcessInfo.processInfo.environment["VMSCRIPT_TEST_SANITIZER"]

/// Builds programs in C that have the library and the sanitizer in them: who loads the installed
/// library has no sanitizer for it.
enum SanitizedProgram {
  static func compile(_ source: String, to program: URL, with sanitizer: String) throws {
    let command = """
      clang -std=gnu11 -g -fsanitize=$3 -ISources/CVMScript/include -c "$1" -o "$2.o"
      swiftc -sanitize=$3 "$2.o" -o "$2" -lpthread -lstdc++ \\
        -Xlinker --whole-archive "$4" -Xlinker --no-whole-archive
      """
    try Prefix.succeed(
      URL(fileURLWithPath: "/bin/sh"),
      [
        "-ec", command, "sh", source, program.path, sanitizer,
        productsFolder.appendingPathComponent("libCVMScript.a").path,
      ])
  }
}
