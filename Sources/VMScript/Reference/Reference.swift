import VMScriptSyntax

/// The description of a word of the language, for help, editors and documentation.
public struct ReferenceEntry: Sendable, Hashable {
  /// The word itself.
  public let name: String
  /// The notation, such as `range(FIRST, END, STEP)`.
  public let form: String
  /// The effect or meaning, one sentence without its full stop.
  public let doc: String
  /// A line that works without changes; empty if there is none.
  public let example: String
  /// The value of the example in the language's notation; nil if it has none or depends on the
  /// environment.
  public let result: String?

  init(
    _ name: String, _ form: String, _ doc: String, _ example: String, gives result: String? = nil
  ) {
    self.name = name
    self.form = form
    self.doc = doc
    self.example = example
    self.result = result
  }
}

/// The words of the language with their descriptions.
public enum Reference {
  /// The functions that every script knows, in the order of the documentation.
  public static let functions: [ReferenceEntry] = Builtin.functions.map(\.reference)

  /// The functions, grouped by topic.
  public static let functionGroups: [(title: String, functions: [ReferenceEntry])] =
    Builtin.Group.allCases.map { group in
      (group.rawValue, Builtin.functions.filter { $0.group == group }.map(\.reference))
    }

  /// Returns the entry of a function, verb or statement.
  public static func entry(_ name: String) -> ReferenceEntry? {
    (statements + verbs + functions).first { $0.name == name }
  }
}

extension Reference {
  /// The statements, resources first.
  public static let statements: [ReferenceEntry] = [
    .init(
      "image", "image NAME { … }", "Declares a disk image that backs the disks of machines",
      "image data { format = qcow2, size = 4GiB }"),
    .init(
      "net", "net NAME { … }", "Declares a network of the host",
      "net lab { subnet = 10.10.0.0/24 }"),
    .init(
      "domain", "domain NAME { … }", "Declares a machine and starts it",
      "domain web { memory = 256MiB, nic { net = \"default\" } }"),
    .init(
      "clone", "clone SOURCE as NAME { … }",
      "Declares a machine like another, with overlays on its disks and its own UUID and MAC addresses",
      "clone domain(\"test\") as copy { memory = 512MiB }"),
    .init("let", "let NAME = VALUE", "Names a value", "let size = 20GiB / 4"),
    .init(
      "param", "param NAME: TYPE = VALUE", "Names a value that can be set with `--set`",
      "param replicas: int = 3"),
    .init("func", "func NAME(ARGUMENTS) = VALUE", "Names a function", "func twice(n) = 2 * n"),
    .init(
      "if", "if CONDITION { … } else { … }", "Runs one of two blocks",
      "if 2 > 1 { print \"two is more\" }"),
    .init(
      "for", "for NAME in LIST { … }", "Repeats a block for each item of a list, map or range",
      "for n in 1...3 { print \"web-\\(n)\" }"),
    .init(
      "import", "import \"FILE\" as NAME", "Imports another script; its names are members of NAME",
      ""),
    .init(
      "output", "output NAME = VALUE", "Sets a value that a run reports and `eval` prints",
      "output total = 3 * 2GiB"),
    .init(
      "check", "check CONDITION, MESSAGE", "Fails if the condition is false",
      "check 2GiB < 4GiB, \"too little memory\""),
    .init("print", "print VALUE, …", "Prints values on a line", "print \"half:\", 20GiB / 2"),
    .init(
      "stack", "stack \"NAME\"", "Names the stack of the script's resources", ""),
    .init(
      "moved", "moved \"OLD\" => \"NEW\"",
      "Renames a domain of the stack in place, with its disks and its identity", ""),
  ]

  /// The verbs, which act on existing machines.
  public static let verbs: [ReferenceEntry] = Verb.allCases.map(\.row).map {
    ReferenceEntry($0.title, $0.form, $0.doc, $0.example)
  }
}

/// The description of a type of values and of its members.
public struct TypeReference: Sendable, Hashable {
  /// The type's name, as `type` returns it.
  public let name: String
  /// The meaning of its values, one sentence without its full stop.
  public let doc: String
  /// An expression with a value of the type.
  public let example: String
  /// The members after a value and a dot that need no call, such as `count`.
  public let members: [ReferenceEntry]
  /// The methods after a value and a dot, such as `split(AT)`.
  public let methods: [ReferenceEntry]
  init(_ type: ValueType, _ doc: String, _ example: String) {
    name = type.name
    self.doc = doc
    self.example = example
    let members = Builtin.members(of: type)
    // The result of a secret's member is never shown.
    func entries(_ rows: [Builtin]) -> [ReferenceEntry] {
      rows.map(\.reference).map {
        type == .secret ? ReferenceEntry($0.name, $0.form, $0.doc, "") : $0
      }
    }
    self.members = entries(members.filter { !$0.isCalled })
    methods = entries(members.filter(\.isCalled))
  }
}

extension Reference {
  /// The types of values, in the order of the documentation.
  public static let types: [TypeReference] = [
    TypeReference(.none, "The absent value", "none"),
    TypeReference(.bool, "`true` or `false`", "1 < 2"),
    TypeReference(.int, "A whole number of 64 bits", "1_000"),
    TypeReference(.float, "A number with a fraction", "3.5"),
    TypeReference(.string, "A text", "\"two plus two is \\(2 + 2)\""),
    TypeReference(
      .size, "A whole number of bytes: `512MiB` and `20G` are powers of 1024, `500MB` of 1000",
      "20GiB / 4"),
    TypeReference(
      .duration, "A length of time in whole milliseconds: `500ms`, `30s`, `5m`, `2h`", "2 * 30s"),
    TypeReference(.ip, "An IPv4 address; a number can be added to it", "10.0.0.1 + 1"),
    TypeReference(.cidr, "An IPv4 network; an index returns one of its addresses", "10.0.0.0/24"),
    TypeReference(
      .mac, "A MAC address, written as a string; properties convert it",
      "mac(\"52:54:00:00:00:01\")"),
    TypeReference(
      .list, "Values in order; an index counts from 0, or from the end if it is negative",
      "[n * n for n in 1...3]"),
    TypeReference(
      .map,
      "Values by key, in the order of the keys; `m.key` requires the key, `m[\"key\"]` returns `none` "
        + "without it",
      "{ cpus: 2, memory: 1GiB }"),
    TypeReference(
      .range,
      "The whole numbers, or the addresses, from one to another: `1...3`, without the last "
        + "`1..<3`", "1...3"),
    TypeReference(.function, "A function, defined with `func` or `=>`", "n => n * 2"),
    TypeReference(
      .resource, "An image, network or domain, declared or on the host", "net(\"default\")"),
    TypeReference(
      .secret, "A text that is masked wherever it is shown, as are texts derived from it",
      "secret(\"hidden\")"),
  ]

  private static let typesByName = Dictionary(
    uniqueKeysWithValues: types.map { ($0.name, $0) })

  /// Returns the description of the type of this name.
  public static func type(_ name: String) -> TypeReference? { typesByName[name] }
}
