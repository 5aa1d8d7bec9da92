import VMScript

extension StaticType {
  /// All that may stand behind a value of the type and a dot.
  func memberCandidates(_ vocabulary: Vocabulary) -> [Candidate] {
    switch self {
    case .resource(let kind):
      let entries = Self.entries(of: vocabulary.schema(kind))
      let name = Candidate("name", .member, doc: "Its name on the host")
      return kind.attributes.map { Candidate($0.name, .member, doc: $0.row.doc) }
        + (entries.contains { $0.text == "name" } ? [] : [name]) + entries
    case .block(let schema): return Self.entries(of: schema) + ofItsType
    case .value(.resource(let reference)):
      return Self.resource(reference.kind).memberCandidates(vocabulary)
    case .value(.map(let entries)):
      return entries.map { Candidate($0.key, .member, type: $0.value.brief) } + ofItsType
    case .map(let entries):
      return entries.map { Candidate($0.key, .member, type: $0.type?.name ?? "") } + ofItsType
    default: return ofItsType
    }
  }

  private static func entries(of schema: BlockSchema) -> [Candidate] {
    schema.properties.map { Candidate($0.name, .member, type: $0.type.name, doc: $0.doc) }
      + schema.blocks.map { Candidate($0.name, .member, type: "block", doc: $0.doc) }
  }

  private var ofItsType: [Candidate] {
    guard let type = Reference.type(name) else { return [] }
    return type.members.map { Candidate($0.name, .member, doc: $0.doc) }
      + type.methods.map { Candidate($0.name, .method, type: $0.form, doc: $0.doc, suffix: "(") }
  }
}
