import Foundation

/// An installation of the built products by `scripts/install`, once for all tests; or the
/// prefix that `VMSCRIPT_TEST_PREFIX` names.
struct Prefix {
  struct Failed: Error, CustomStringConvertible {
    let description: String
  }

  static let shared = Result { try Prefix() }
  let folder: URL

  private init() throws {
    if let path = ProcessInfo.processInfo.environment["VMSCRIPT_TEST_PREFIX"] {
      folder = URL(fileURLWithPath: path)
      return
    }
    folder = packageFolder.appendingPathComponent(".build/test-prefix")
    // Nothing is installed with a sanitizer.
    guard sanitizer == nil else { return }
    try? FileManager.default.removeItem(at: folder)
    try Self.succeed(
      packageFolder.appendingPathComponent("scripts/install"),
      ["--built", productsFolder.path, folder.path])
  }

  /// The location of a file below the prefix.
  func file(_ path: String) -> URL { folder.appendingPathComponent(path) }

  /// Compiles a C program as its author would, who knows of pkg-config; or with a sanitizer.
  func compile(_ source: String) throws -> URL {
    let programs = productsFolder.appendingPathComponent("test-programs")
    try FileManager.default.createDirectory(at: programs, withIntermediateDirectories: true)
    let name = URL(fileURLWithPath: source).deletingPathExtension().lastPathComponent
    let program = programs.appendingPathComponent(name)
    if let sanitizer {
      try SanitizedProgram.compile(source, to: program, with: sanitizer)
      return program
    }
    let command = """
      clang -std=gnu11 -Wall -Wextra -Werror -pthread "$1" -o "$2" \
        $(pkg-config --cflags --libs vmscript)
      """
    try Self.succeed(
      URL(fileURLWithPath: "/bin/sh"), ["-ec", command, "sh", source, program.path],
      environment: ["PKG_CONFIG_PATH": file("lib/pkgconfig").path])
    return program
  }

  /// The environment in which a program finds the library.
  var environment: [String: String] { ["LD_LIBRARY_PATH": file("lib").path] }

  /// Runs a program that has to succeed.
  @discardableResult
  static func succeed(
    _ program: URL, _ arguments: [String], input: [UInt8] = [], environment: [String: String] = [:]
  ) throws -> String {
    let result = try run(program, arguments, input: input, environment: environment)
    guard result.status == 0 else {
      throw Failed(description: "\(program.lastPathComponent) failed: \(result.errors)")
    }
    return result.output
  }
}
