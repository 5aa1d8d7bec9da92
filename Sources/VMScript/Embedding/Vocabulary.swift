import OrderedCollections

/// What a host adds to the language: values, functions and kinds of resources.
package struct Vocabulary: Sendable {
  /// A name with its value; of a kind, the function that finds a resource by its name.
  package private(set) var names: OrderedDictionary<String, (value: Value, doc: String)> = [:]
  /// The bodies of the host's own kinds, by the word that declares one.
  package private(set) var kinds: OrderedDictionary<String, BlockSchema> = [:]

  package mutating func define(_ name: String, _ value: Value, doc: String) {
    names[name] = (value, doc)
  }

  mutating func define(_ function: HostFunction) {
    names[function.name] = (.function(FunctionValue(code: .host(function))), function.doc)
  }

  package mutating func define(_ schema: BlockSchema) {
    kinds[schema.name] = schema
    define(HostFunction(lookingUp: .custom(schema.name), schema.doc))
  }

  /// The kind that a word declares; the host's own come first.
  package func kind(_ word: String) -> ResourceKind? {
    if kinds[word] != nil { return .custom(word) }
    return ResourceKind(rawValue: word)
  }

  /// The body of a resource of this kind; of a kind that nobody defined, an empty one.
  package func schema(_ kind: ResourceKind) -> BlockSchema {
    guard case .custom(let word) = kind else { return Schema.resource(kind) }
    return kinds[word] ?? Schema.resource(kind)
  }
}
