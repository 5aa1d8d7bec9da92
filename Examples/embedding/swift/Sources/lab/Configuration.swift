import VMScript

/// The program's configuration: the outputs of the script.
struct Configuration: Decodable {
  var region: String
  var cores: Int
  var memory: ByteSize
  var names: [String]
}

/// A resource of a kind that the program defines.
struct Queue: Decodable {
  var depth: Int
  var retention: Duration

  static let schema = BlockSchema(
    "queue", "A queue of jobs",
    properties: [
      PropertySchema("depth", .int(1...1_000), "Jobs that may wait", isRequired: true),
      PropertySchema("retention", .duration, "How long one waits", isRequired: true),
    ])
}
