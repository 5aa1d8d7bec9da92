/// The names that the documentation's examples take for granted.
enum DocumentedNames {
  /// Types and values of the examples in Swift.
  static let swift = #"""
    struct Node: Decodable { var name: String }
    struct Site: Decodable { var name: String, cores: Int }
    struct Ledger: Sendable {
      func cores(_ team: String, _ kind: String?) throws -> Int { 16 }
    }
    let ledger = Ledger()
    func exampleEngine() -> Engine {
      var engine = Engine()
      engine.resource(
        BlockSchema(
          "queue", "A queue of jobs",
          properties: [
            PropertySchema("depth", .int(1...1_000), "Jobs that may wait"),
            PropertySchema("retention", .duration, "How long one waits"),
          ]))
      return engine
    }
    let exampleScript = """
      param replicas: int = 2
      param zones: list = ["a"]
      output cores = replicas
      output memory = 64MiB
      output nodes = [{ name: "a" }]
      queue jobs { depth = 2, retention = 1h }
      """

    """#

  static let values = """
    var engine = exampleEngine()
    let program = try engine.compile(.text(exampleScript))
    let outcome = program.evaluate()
    let host = OfflineHost()

    """

  /// The names that the examples use of a host.
  static let host = """
    func example<T>(_ type: T.Type = T.self) throws -> T { throw CancellationError() }

    """

  static let hostValues = """
    let domain: Domain = try example()
    let screen: Screen = try example()
    let options = RunOptions()
    let planned: PlannedRun = try example()
    """
}
