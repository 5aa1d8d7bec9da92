import Foundation
import Testing

/// The programs of `Examples/embedding`, built from outside of the package and run.
@Suite struct EmbeddingExampleTests {
  private static let lab = "Examples/embedding/lab.vmscript"
  private static let expected = """
    {"region": "eu-1", "cores": 4, "memory": "512MiB", \
    "names": ["web-1", "web-2", "web-3", "web-4"]}
    [{"kind": "queue", "name": "jobs", "properties": {"depth": 40, "retention": "90s"}}]

    """

  @Test func aProgramInC() throws {
    let prefix = try Prefix.shared.get()
    try check(try prefix.compile("Examples/embedding/c/lab.c"), [], prefix)
  }

  @Test func aProgramInPython() throws {
    try check(
      URL(fileURLWithPath: "/usr/bin/env"), ["python3", "Examples/embedding/python/lab.py"],
      try Prefix.shared.get())
  }

  /// It decodes the configuration, shows wrong parameters and errors of its own functions.
  private func check(_ program: URL, _ first: [String], _ prefix: Prefix) throws {
    func lab(_ parameters: String) throws -> CommandResult {
      try run(program, first + [Self.lab, parameters], environment: prefix.environment)
    }
    let good = try lab(#"{"replicas": 4}"#)
    #expect(good.output == Self.expected, "\(good.errors)")
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
