import Foundation
import Testing

/// The programs of `Examples/embedding`, built from outside of the package and run.
@Suite(.enabled(if: sanitizer == nil, "nothing is installed with a sanitizer"))
struct EmbeddingExampleTests {
  private static let lab = "Examples/embedding/lab.vmscript"
  private static let expected = """
    {"region": "eu-1", "cores": 4, "memory": "512MiB", \
    "names": ["web-1", "web-2", "web-3", "web-4"]}
    [{"kind": "queue", "name": "jobs", "properties": {"depth": 40, "retention": "90s"}}]

    """

  private static let decoded = """
    eu-1: web-1, web-2, web-3, web-4
    each with 4 cores and 536870912 bytes of memory
    a queue of 40 jobs that wait for 90.0 seconds

    """

  @Test func aProgramInC() throws {
    let prefix = try Prefix.shared.get()
    try check(
      try prefix.compile("Examples/embedding/c/lab.c"), [], prefix.environment, Self.expected)
  }

  @Test func aProgramInPython() throws {
    try check(
      URL(fileURLWithPath: "/usr/bin/env"), ["python3", "Examples/embedding/python/lab.py"],
      try Prefix.shared.get().environment, Self.expected)
  }

  /// It has nothing of libvirt, though the package that it depends on also holds what does.
  @Test func aPackageInSwift() throws {
    let build = packageFolder.appendingPathComponent(".build/test-package")
    try Prefix.succeed(
      URL(fileURLWithPath: "/usr/bin/env"),
      [
        "swift", "build", "--package-path", "Examples/embedding/swift", "--scratch-path",
        build.path,
      ])
    let program = build.appendingPathComponent("debug/lab")
    try check(program, [], [:], Self.decoded)
    let needed = try Prefix.succeed(URL(fileURLWithPath: "/usr/bin/env"), ["ldd", program.path])
    #expect(needed.contains("libswiftCore") && !needed.contains("libvirt"))
  }

  /// It decodes the configuration, shows wrong parameters and errors of its own functions.
  private func check(
    _ program: URL, _ first: [String], _ environment: [String: String], _ expected: String
  ) throws {
    func lab(_ parameters: String) throws -> CommandResult {
      try run(program, first + [Self.lab, parameters], environment: environment)
    }
    let good = try lab(#"{"replicas": 4}"#)
    #expect(good.output == expected, "\(good.errors)")
    let failing = try lab(#"{"replicas": 0}"#)
    #expect(failing.status == 1)
    #expect(failing.errors.contains("`quota` failed"))
    let unknown = try lab(#"{"replica": 0}"#)
    #expect(unknown.errors.contains("replica"))
    let wrong = try lab("[]")
    #expect(wrong.status != 0 && wrong.output.isEmpty)
    #expect(wrong.errors.contains("parameters is not a JSON object"))
  }
}
