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
  /// The names of ``members``.
  let memberNames: [String]
  /// The names of ``methods``.
  let methodNames: [String]

  init(
    _ name: String, _ doc: String, _ example: String, members: [ReferenceEntry] = [],
    methods: [ReferenceEntry] = []
  ) {
    self.name = name
    self.doc = doc
    self.example = example
    self.members = members
    self.methods = methods
    memberNames = members.map(\.name)
    methodNames = methods.map(\.name)
  }
}

extension Reference {
  /// The types of values, in the order of the documentation.
  public static let types: [TypeReference] = [
    TypeReference("none", "What stands for no value", "none"),
    TypeReference("bool", "`true` or `false`", "1 < 2"),
    TypeReference("int", "A whole number of 64 bits", "1_000"),
    TypeReference("float", "A number with a fraction", "3.5"),
    string, size, duration,
    TypeReference("ip", "An IPv4 address; a number can be added to it", "10.0.0.1 + 1"),
    cidr,
    TypeReference(
      "mac", "A MAC address; written as a string, it becomes one where a property wants it",
      "mac(\"52:54:00:00:00:01\")"),
    list, map, range,
    TypeReference("function", "A function, which `func` names and `=>` makes", "n => n * 2"),
    TypeReference(
      "resource", "An image, network or domain, declared or on the host", "net(\"default\")"),
    TypeReference(
      "secret", "A text that is masked wherever it is shown, as are the texts that are made of it",
      "secret(\"hidden\")",
      methods: texts.map { ReferenceEntry($0.name, $0.form, $0.doc, "") }),
  ]

  private static let typesByName = Dictionary(
    uniqueKeysWithValues: types.map { ($0.name, $0) })

  /// What there is to say about the type of this name.
  public static func type(_ name: String) -> TypeReference? { typesByName[name] }

  // MARK: Text

  private static let string = TypeReference(
    "string", "A text", "\"two plus two is \\(2 + 2)\"",
    members: [
      ReferenceEntry(
        "count", "count", "How many characters it has", "\"web\".count", gives: "3"),
      ReferenceEntry(
        "lines", "lines", "Its lines, without their ends", "\"a\\nb\\n\".lines",
        gives: "[\"a\", \"b\"]"),
      ReferenceEntry(
        "is_empty", "is_empty", "Whether it has no characters", "\"\".is_empty", gives: "true"),
    ],
    methods: texts)

  private static let texts = [
    ReferenceEntry(
      "split", "split(AT)", "Its parts between the places of another text", "\"a-b\".split(\"-\")",
      gives: "[\"a\", \"b\"]"),
    ReferenceEntry(
      "trim", "trim()", "The text without white space at its ends", "\"  web \".trim()",
      gives: "\"web\""),
    ReferenceEntry("upper", "upper()", "In capital letters", "\"web\".upper()", gives: "\"WEB\""),
    ReferenceEntry("lower", "lower()", "In small letters", "\"WEB\".lower()", gives: "\"web\""),
    ReferenceEntry(
      "replace", "replace(OLD, NEW)", "The text with another in every place of OLD",
      "\"a.b.c\".replace(\".\", \"-\")", gives: "\"a-b-c\""),
    ReferenceEntry(
      "contains", "contains(TEXT)", "Whether the other text is somewhere in it",
      "\"web-1\".contains(\"-\")", gives: "true"),
    ReferenceEntry(
      "starts_with", "starts_with(TEXT)", "Whether it begins with the other text",
      "\"web-1\".starts_with(\"web\")", gives: "true"),
    ReferenceEntry(
      "ends_with", "ends_with(TEXT)", "Whether it ends with the other text",
      "\"web-1\".ends_with(\"2\")", gives: "false"),
    ReferenceEntry(
      "lines", "lines()", "Its lines, without their ends", "\"a\\nb\".lines()",
      gives: "[\"a\", \"b\"]"),
  ]

  // MARK: Quantities and networks

  private static let size = TypeReference(
    "size", "A whole number of bytes: `512MiB` and `20G` are powers of 1024, `500MB` of 1000",
    "20GiB / 4",
    members: [
      ReferenceEntry("bytes", "bytes", "In bytes", "4KiB.bytes", gives: "4096"),
      ReferenceEntry("kib", "kib", "In KiB", "1MiB.kib", gives: "1024"),
      ReferenceEntry("mib", "mib", "In MiB", "1.5GiB.mib", gives: "1536"),
      ReferenceEntry("gib", "gib", "In GiB", "1536MiB.gib", gives: "1.5"),
      ReferenceEntry("tib", "tib", "In TiB", "512GiB.tib", gives: "0.5"),
    ])

  private static let duration = TypeReference(
    "duration", "A length of time in whole milliseconds: `500ms`, `30s`, `5m`, `2h`", "2 * 30s",
    members: [
      ReferenceEntry(
        "milliseconds", "milliseconds", "In milliseconds", "2s.milliseconds", gives: "2000"),
      ReferenceEntry("seconds", "seconds", "In seconds", "5m.seconds", gives: "300"),
      ReferenceEntry("minutes", "minutes", "In minutes", "90s.minutes", gives: "1.5"),
      ReferenceEntry("hours", "hours", "In hours", "90m.hours", gives: "1.5"),
    ])

  private static let cidr = TypeReference(
    "cidr", "An IPv4 network; an index gives one of its addresses", "10.0.0.0/24",
    members: [
      ReferenceEntry(
        "first", "first", "The first address that a machine can have", "10.0.0.0/24.first",
        gives: "10.0.0.1"),
      ReferenceEntry(
        "last", "last", "The last address that a machine can have", "10.0.0.0/24.last",
        gives: "10.0.0.254"),
      ReferenceEntry(
        "prefix", "prefix", "How many bits are the network's", "10.0.0.0/24.prefix", gives: "24"),
      ReferenceEntry(
        "netmask", "netmask", "Its mask", "10.0.0.0/24.netmask", gives: "255.255.255.0"),
      ReferenceEntry(
        "network", "network", "The address of the network itself", "10.0.0.0/24.network",
        gives: "10.0.0.0"),
      ReferenceEntry(
        "broadcast", "broadcast", "The address of all its machines", "10.0.0.0/24.broadcast",
        gives: "10.0.0.255"),
      ReferenceEntry(
        "count", "count", "How many addresses it has", "10.0.0.0/24.count", gives: "256"),
    ],
    methods: [
      ReferenceEntry(
        "contains", "contains(ADDRESS)", "Whether the address is in it",
        "10.0.0.0/24.contains(10.0.0.9)", gives: "true")
    ])

  // MARK: Collections

  private static let list = TypeReference(
    "list", "Values in order; an index counts from 0, and from the end where it is negative",
    "[n * n for n in 1...3]",
    members: items("[3, 1, 2]", count: "3", first: "3", last: "2"),
    methods: sequences("[3, 1, 2]", mapped: "[6, 2, 4]", filtered: "[3, 2]", joined: "3-1-2")
      + [
        ReferenceEntry(
          "sorted", "sorted()", "The items from the least to the greatest", "[3, 1, 2].sorted()",
          gives: "[1, 2, 3]"),
        ReferenceEntry(
          "reversed", "reversed()", "The items from the last to the first",
          "[3, 1, 2].reversed()", gives: "[2, 1, 3]"),
        ReferenceEntry(
          "unique", "unique()", "Each item once, where it came first", "[2, 1, 2].unique()",
          gives: "[2, 1]"),
      ])

  private static let range = TypeReference(
    "range",
    "The whole numbers, or the addresses, from one to another: `1...3`, without the last "
      + "`1..<3`", "1...3",
    members: items("(1...3)", count: "3", first: "1", last: "3"),
    methods: sequences("(1...3)", mapped: "[2, 4, 6]", filtered: "[2, 3]", joined: "1-2-3")
      + [
        ReferenceEntry(
          "sorted", "sorted()", "The items from the least to the greatest", "(1...3).sorted()",
          gives: "[1, 2, 3]"),
        ReferenceEntry(
          "reversed", "reversed()", "The items from the last to the first",
          "(1...3).reversed()", gives: "[3, 2, 1]"),
      ])

  private static let map = TypeReference(
    "map",
    "Values by key, in the order of the keys; `m.key` insists on a key, `m[\"key\"]` gives `none` "
      + "where there is none",
    "{ cpus: 2, memory: 1GiB }",
    members: [
      ReferenceEntry(
        "count", "count", "How many entries it has", "{ a: 1, b: 2 }.count", gives: "2"),
      ReferenceEntry(
        "keys", "keys", "Its keys, in their order", "{ a: 1, b: 2 }.keys", gives: "[\"a\", \"b\"]"),
      ReferenceEntry(
        "values", "values", "Its values, in the order of their keys", "{ a: 1, b: 2 }.values",
        gives: "[1, 2]"),
      ReferenceEntry(
        "is_empty", "is_empty", "Whether it has no entries", "{ a: 1 }.is_empty", gives: "false"),
    ],
    methods: [
      ReferenceEntry(
        "contains", "contains(KEY)", "Whether it has the key", "{ a: 1 }.contains(\"a\")",
        gives: "true")
    ])

  private static func items(
    _ value: String, count: String, first: String, last: String
  ) -> [ReferenceEntry] {
    [
      ReferenceEntry("count", "count", "How many items it has", "\(value).count", gives: count),
      ReferenceEntry(
        "first", "first", "The first item; `none` if there is none", "\(value).first",
        gives: first),
      ReferenceEntry(
        "last", "last", "The last item; `none` if there is none", "\(value).last", gives: last),
      ReferenceEntry(
        "is_empty", "is_empty", "Whether it has no items", "\(value).is_empty", gives: "false"),
    ]
  }

  private static func sequences(
    _ value: String, mapped: String, filtered: String, joined: String
  ) -> [ReferenceEntry] {
    [
      ReferenceEntry(
        "map", "map(FUNCTION)", "What a function makes of each item", "\(value).map(n => n * 2)",
        gives: mapped),
      ReferenceEntry(
        "filter", "filter(FUNCTION)", "The items that a function says `true` to",
        "\(value).filter(n => n > 1)", gives: filtered),
      ReferenceEntry(
        "join", "join(BETWEEN)", "The items as one text", "\(value).join(\"-\")",
        gives: "\"\(joined)\""),
      ReferenceEntry(
        "contains", "contains(VALUE)", "Whether the value is among the items",
        "\(value).contains(2)", gives: "true"),
    ]
  }
}
