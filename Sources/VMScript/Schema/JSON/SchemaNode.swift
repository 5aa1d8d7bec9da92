import OrderedCollections
import VMScriptSyntax

/// A place in the JSON of a schema, which knows what messages call it.
struct SchemaNode {
  let value: Value
  /// Such as `properties[1].type`; empty at the root.
  let path: String

  init(_ value: Value, path: String = "") {
    self.value = value
    self.path = path
  }

  /// The members of an object.
  ///
  /// - Parameter known: the names that they may have.
  func members(_ known: [String]) throws(MalformedText) -> OrderedDictionary<String, SchemaNode> {
    guard case .map(let entries) = value else { throw .schema(path, expected: "an object") }
    var members: OrderedDictionary<String, SchemaNode> = [:]
    for (name, entry) in entries {
      guard known.contains(name) else { throw .unknownMember(name, of: path, known: known) }
      members[name] = SchemaNode(entry, path: path.isEmpty ? name : "\(path).\(name)")
    }
    return members
  }

  func items() throws(MalformedText) -> [SchemaNode] {
    guard case .list(let items) = value else { throw .schema(path, expected: "an array") }
    return items.enumerated().map { SchemaNode($1, path: "\(path)[\($0)]") }
  }

  func text() throws(MalformedText) -> String {
    guard case .string(let text) = value else { throw .schema(path, expected: "a string") }
    return text
  }

  func bool() throws(MalformedText) -> Bool {
    guard case .bool(let bool) = value else { throw .schema(path, expected: "true or false") }
    return bool
  }

  /// Something that scripts can write as a name; a reserved word begins a statement of its own.
  func name() throws(MalformedText) -> String {
    let name = try text()
    guard Identifier.isName(name) else { throw .unfitName(name, at: path) }
    return name
  }

  /// One of the strings that `choices` gives a meaning to.
  func choice<Meaning>(
    _ choices: KeyValuePairs<String, Meaning>
  ) throws(MalformedText) -> Meaning {
    let text = try text()
    guard let choice = choices.first(where: { $0.key == text }) else {
      throw .schema(path, expected: "one of \(choices.map(\.key).joined(separator: ", "))")
    }
    return choice.value
  }
}
