extension Builtin {
  /// What there is to say about the function.
  var reference: ReferenceEntry {
    func entry(
      _ arguments: String, _ doc: String, _ example: String, gives result: String? = nil
    ) -> ReferenceEntry {
      ReferenceEntry(name, "\(name)(\(arguments))", doc, example, gives: result)
    }
    switch self {
    case .len:
      return entry("VALUE", "How many items or characters there are", "len([1, 2, 3])", gives: "3")
    case .min:
      return entry("VALUE, …", "The least of several values, or of a list", "min(4, 2)", gives: "2")
    case .max:
      return entry(
        "VALUE, …", "The greatest of several values, or of a list", "max([4, 2])", gives: "4")
    case .sum:
      return entry("LIST", "What the items come to", "sum([2GiB, 512MiB])", gives: "2560MiB")
    case .abs: return entry("NUMBER", "The number without its sign", "abs(-3)", gives: "3")
    case .sorted:
      return entry(
        "LIST", "The items from the least to the greatest", "sorted([3, 1, 2])", gives: "[1, 2, 3]")
    case .reversed:
      return entry(
        "LIST", "The items from the last to the first", "reversed([1, 2])", gives: "[2, 1]")
    case .unique:
      return entry(
        "LIST", "Each item once, where it came first", "unique([2, 1, 2])", gives: "[2, 1]")
    case .zip:
      return entry(
        "LIST, LIST", "Pairs of the items of two lists", "zip([1, 2], [\"a\", \"b\"])",
        gives: "[[1, \"a\"], [2, \"b\"]]")
    case .keys:
      return entry("MAP", "The keys of a map, in their order", "keys({a: 1})", gives: "[\"a\"]")
    case .values:
      return entry("MAP", "The values of a map, in their order", "values({a: 1})", gives: "[1]")
    case .mapOf:
      return entry(
        "PAIRS", "A map of pairs of key and value", "map_of([[\"a\", 1]])", gives: "{ a: 1 }")
    case .range:
      return entry(
        "FIRST, END, STEP", "Numbers from FIRST, or zero, up to but without END", "range(0, 10, 5)",
        gives: "[0, 5]")
    case .int: return entry("VALUE", "The value as an int", "int(\"7\")", gives: "7")
    case .float: return entry("VALUE", "The value as a float", "float(\"1.5\")", gives: "1.5")
    case .string:
      return entry("VALUE", "The value as `print` writes it", "string(2GiB)", gives: "\"2GiB\"")
    case .size:
      return entry("VALUE", "A size, from its text or its bytes", "size(\"2GiB\")", gives: "2GiB")
    case .duration:
      return entry("VALUE", "A duration, from its text", "duration(\"90s\")", gives: "90s")
    case .ip: return entry("TEXT", "An IPv4 address", "ip(\"10.0.0.1\") + 1", gives: "10.0.0.2")
    case .cidr:
      return entry("TEXT", "An IPv4 network", "cidr(\"10.0.0.0/24\")[10]", gives: "10.0.0.10")
    case .mac:
      return entry(
        "NAME", "A MAC address that a name always has, or the one that is written", "mac(\"web\")")
    case .uuid: return entry("NAME", "A UUID that a name always has", "uuid(\"web\")")
    case .type:
      return entry("VALUE", "The name of the value's type", "type(2GiB)", gives: "\"size\"")
    case .read: return entry("FILE", "The text of a regular file", "")
    case .lines: return entry("FILE", "The lines of a file", "")
    case .env: return entry("NAME", "A variable of the environment; `none` if it is not set", "")
    case .glob: return entry("PATTERN", "The files that a pattern such as `*.iso` fits", "")
    case .json:
      return entry(
        "TEXT", "The value that JSON stands for; a key that is given twice is refused",
        "json(\"[1, true]\")", gives: "[1, true]")
    case .yaml:
      return entry(
        "TEXT",
        "The value of one YAML document; merge keys are applied, other tags than YAML's own refused",
        "yaml(\"a: 1\")", gives: "{ a: 1 }")
    case .toJSON:
      return entry("VALUE", "The value as JSON", "to_json({a: 1})", gives: "\"{\\\"a\\\": 1}\"")
    case .toYAML:
      return entry(
        "VALUE", "The value as YAML that readers of 1.1 and 1.2 take for it", "to_yaml({a: 1})")
    case .base64: return entry("TEXT", "The text in Base64", "base64(\"hi\")", gives: "\"aGk=\"")
    case .sha256: return entry("TEXT", "The SHA-256 of the text, in hexadecimal", "sha256(\"hi\")")
    case .join:
      return entry(
        "LIST, BETWEEN", "The items as one text", "join([\"a\", \"b\"], \"-\")", gives: "\"a-b\"")
    case .split:
      return entry(
        "TEXT, AT", "The parts of a text", "split(\"a-b\", \"-\")", gives: "[\"a\", \"b\"]")
    case .format:
      return entry(
        "TEXT, VALUE, …", "The text with each `{}` replaced by the next value",
        "format(\"web-{}\", 1)", gives: "\"web-1\"")
    case .secret:
      return entry("TEXT", "The text, masked wherever it is shown", "secret(\"hidden\")")
    case .image: return entry("NAME", "The image of this name, declared or on the host", "")
    case .net:
      return entry("NAME", "The network of this name, declared or on the host", "net(\"default\")")
    case .domain:
      return entry("NAME", "The domain of this name, declared or on the host", "domain(\"test\")")
    }
  }
}
