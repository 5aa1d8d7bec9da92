import VMScriptSyntax

/// What there is to say about a word of the language, for help, editors and documentation.
public struct ReferenceEntry: Sendable, Hashable {
  /// The word itself.
  public let name: String
  /// How it is written, such as `range(FIRST, END, STEP)`.
  public let form: String
  /// What it does, one sentence without its full stop.
  public let doc: String
  /// A line that works as it stands; empty where none would.
  public let example: String
  /// The value of the example, as the language writes it; nil where it has none or it depends on what
  /// lies outside.
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

/// The words of the language with what there is to say about them.
public enum Reference {
  /// The functions that every script knows, in the order of the documentation.
  public static let functions: [ReferenceEntry] = Builtin.functions.map(\.reference)

  /// The functions by what they have to do with.
  public static let functionGroups: [(title: String, functions: [ReferenceEntry])] =
    Builtin.Group.allCases.map { group in
      (group.rawValue, Builtin.functions.filter { $0.group == group }.map(\.reference))
    }

  /// The entry of a function, verb or statement.
  public static func entry(_ name: String) -> ReferenceEntry? {
    (statements + verbs + functions).first { $0.name == name }
  }
}

extension Reference {
  /// Statements, resources first.
  public static let statements: [ReferenceEntry] = [
    .init(
      "image", "image NAME { … }", "Makes a disk image that backs the disks of machines",
      "image data { format = qcow2, size = 4GiB }"),
    .init(
      "net", "net NAME { … }", "Makes a network of the host",
      "net lab { subnet = 10.10.0.0/24 }"),
    .init(
      "domain", "domain NAME { … }", "Makes a machine and starts it",
      "domain web { memory = 256MiB, nic { net = \"default\" } }"),
    .init(
      "clone", "clone SOURCE as NAME { … }",
      "Makes a machine like another, on overlays of its disks, with a UUID and MACs of its own",
      "clone domain(\"test\") as copy { memory = 512MiB }"),
    .init("let", "let NAME = VALUE", "Names a value", "let size = 20GiB / 4"),
    .init(
      "param", "param NAME: TYPE = VALUE", "Names a value that a run can be given by `--set`",
      "param replicas: int = 3"),
    .init("func", "func NAME(ARGUMENTS) = VALUE", "Names a function", "func twice(n) = 2 * n"),
    .init(
      "if", "if CONDITION { … } else { … }", "Does one thing or the other",
      "if 2 > 1 { print \"so it is\" }"),
    .init(
      "for", "for NAME in LIST { … }", "Does something for each item of a list, map or range",
      "for n in 1...3 { print \"web-\\(n)\" }"),
    .init(
      "import", "import \"FILE\" as NAME", "Takes in another script; its names are members of NAME",
      ""),
    .init(
      "output", "output NAME = VALUE", "Says what a run reports and `eval` gives",
      "output total = 3 * 2GiB"),
    .init(
      "check", "check CONDITION, MESSAGE", "Fails unless the condition holds",
      "check 2GiB < 4GiB, \"too little memory\""),
    .init("print", "print VALUE, …", "Writes values on a line", "print \"half:\", 20GiB / 2"),
    .init(
      "stack", "stack \"NAME\"", "Names the stack that the script's resources belong to", ""),
  ]

  /// What can be done with machines that are there.
  public static let verbs: [ReferenceEntry] = Verb.allCases.map(\.row).map {
    ReferenceEntry($0.word, $0.form, $0.doc, $0.example)
  }
}

/// What there is to say about a type of values and about what belongs to its values.
public struct TypeReference: Sendable, Hashable {
  /// The type's name, as `type` gives it.
  public let name: String
  /// What its values are, one sentence without its full stop.
  public let doc: String
  /// An expression that has a value of the type.
  public let example: String
  /// What stands behind a value and a dot without a call, such as `count`.
  public let members: [ReferenceEntry]
  /// What is called behind a value and a dot, such as `split(AT)`.
  public let methods: [ReferenceEntry]
  init(_ type: ValueType, _ doc: String, _ example: String) {
    name = type.name
    self.doc = doc
    self.example = example
    let members = Builtin.members(of: type)
    // What a secret gives is never shown.
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
    TypeReference(.none, "What stands for no value", "none"),
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
    TypeReference(.cidr, "An IPv4 network; an index gives one of its addresses", "10.0.0.0/24"),
    TypeReference(
      .mac, "A MAC address; written as a string, it becomes one where a property takes one",
      "mac(\"52:54:00:00:00:01\")"),
    TypeReference(
      .list, "Values in order; an index counts from 0, and from the end where it is negative",
      "[n * n for n in 1...3]"),
    TypeReference(
      .map,
      "Values by key, in the order of the keys; `m.key` insists on a key, `m[\"key\"]` gives `none` "
        + "where there is none",
      "{ cpus: 2, memory: 1GiB }"),
    TypeReference(
      .range,
      "The whole numbers, or the addresses, from one to another: `1...3`, without the last "
        + "`1..<3`", "1...3"),
    TypeReference(.function, "A function, which `func` names and `=>` makes", "n => n * 2"),
    TypeReference(
      .resource, "An image, network or domain, declared or on the host", "net(\"default\")"),
    TypeReference(
      .secret, "A text that is masked wherever it is shown, as are the texts that are made of it",
      "secret(\"hidden\")"),
  ]

  private static let typesByName = Dictionary(
    uniqueKeysWithValues: types.map { ($0.name, $0) })

  /// What there is to say about the type of this name.
  public static func type(_ name: String) -> TypeReference? { typesByName[name] }
}
