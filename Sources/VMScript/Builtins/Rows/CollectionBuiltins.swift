extension Builtin {
  /// The functions of numbers, lists and maps.
  static let collectionFunctions: [Builtin] = [
    .function(
      .collections, "len", [Parameter("value", .countable)],
      "The number of items or characters",
      "len([1, 2, 3])", gives: "3", type: .int
    ) { _, call in .int(call[0].count) },
    .function(
      .collections, "min", [Parameter("value", isRepeated: true)],
      "The least of several values, or of a list", "min(4, 2)", gives: "2", type: .ofValues,
      unknowns: .passParts
    ) { evaluator, call in try evaluator.extreme(call) { $0.precedes($1) } },
    .function(
      .collections, "max", [Parameter("value", isRepeated: true)],
      "The greatest of several values, or of a list", "max([4, 2])", gives: "4", type: .ofValues,
      unknowns: .passParts
    ) { evaluator, call in try evaluator.extreme(call) { $1.precedes($0) } },
    .function(
      .collections, "sum", [Parameter("list", .list)], "The sum of the items",
      "sum([2GiB, 512MiB])", gives: "2560MiB", type: .item
    ) { evaluator, call in
      let values = try evaluator.items(call[0], call)
      guard var total = values.first else { return .int(0) }
      for value in values.dropFirst() {
        total = try evaluator.combine(.add, total, value, call.id)
      }
      return total
    },
    .function(
      .collections, "abs", [Parameter("number", .number)], "The number without its sign", "abs(-3)",
      gives: "3", type: .same
    ) { _, call in
      switch call[0] {
      case .int(let number) where number != .min: .int(Swift.abs(number))
      case .float(let number): .float(Swift.abs(number))
      default: throw Diagnostic.overflow(at: call.span)
      }
    },
    .function(
      .collections, "sorted", [Parameter("list", .list)],
      "The items from the least to the greatest",
      "sorted([3, 1, 2])", gives: "[1, 2, 3]", type: .items, unknowns: .passParts
    ) { evaluator, call in try evaluator.sorted(call[0], call) },
    .function(
      .collections, "reversed", [Parameter("list", .list)], "The items from the last to the first",
      "reversed([1, 2])", gives: "[2, 1]", type: .items
    ) { evaluator, call in try evaluator.reversed(call[0], call) },
    .function(
      .collections, "unique", [Parameter("list", .list)],
      "The items without duplicates, in the order of their first occurrence",
      "unique([2, 1, 2])", gives: "[2, 1]", type: .items, unknowns: .passParts
    ) { evaluator, call in try evaluator.unique(call[0], call) },
    .function(
      .collections, "zip", [Parameter("list", .list), Parameter("list", .list)],
      "Pairs of the items of two lists", "zip([1, 2], [\"a\", \"b\"])",
      gives: "[[1, \"a\"], [2, \"b\"]]", type: .pairs, produces: .everything
    ) { evaluator, call in
      let count = Swift.min(call[0].extent, call[1].extent)
      try evaluator.requireRoom(count * 5 * MemoryLayout<Value>.stride, at: call.id)
      let items = (try evaluator.items(call[0], call), try evaluator.items(call[1], call))
      return .list(Swift.zip(items.0, items.1).map { .list([$0, $1]) })
    },
    .function(
      .collections, "keys", [Parameter("map", .map)], "The keys of a map, in their order",
      "keys({a: 1})", gives: "[\"a\"]", type: .strings
    ) { evaluator, call in try evaluator.keys(call.map(call[0]), call) },
    .function(
      .collections, "values", [Parameter("map", .map)], "The values of a map, in their order",
      "values({a: 1})", gives: "[1]", type: .items
    ) { evaluator, call in try evaluator.values(call.map(call[0]), call) },
    .function(
      .collections, "map_of", [Parameter("pairs", .list)], "A map from pairs of key and value",
      "map_of([[\"a\", 1]])", gives: "{ a: 1 }", type: .map
    ) { evaluator, call in
      let room = 8 * call[0].extent * MemoryLayout<Value>.stride
      try evaluator.requireRoom(room, at: call.id)
      var entries: ValueMap = [:]
      for pair in try evaluator.items(call[0], call) {
        guard case .list(let parts) = pair, parts.count == 2, case .string(let key) = parts[0]
        else { throw call.mismatch(pair, expected: "pairs [key, value]") }
        entries[key] = parts[1]
      }
      return .map(entries)
    },
    .function(
      .collections, "merge", [Parameter("map", .map, isRepeated: true)],
      "The entries of all maps; for a common key, maps are merged and otherwise the later value "
        + "wins", "merge({a: 1, b: {c: 2}}, {b: {d: 3}})", gives: "{ a: 1, b: { c: 2, d: 3 } }",
      type: .merged, produces: .everything
    ) { evaluator, call in
      .map(
        try call.arguments.reduce(into: [:]) {
          try evaluator.merge(try call.map($1), into: &$0, call)
        })
    },
    .function(
      .collections, "range",
      [
        Parameter("first", .ints), Parameter("end", .ints, default: Value.none),
        Parameter("step", .ints, default: .int(1)),
      ],
      "The numbers from FIRST, or zero, up to but excluding END", "range(0, 10, 5)",
      gives: "[0, 5]",
      type: .ints
    ) { evaluator, call in
      guard case .int(let start) = call[0], case .int(let step) = call[2] else { return .none }
      if case .int(let end) = call[1] {
        return try evaluator.range(from: start, to: end, by: step, call)
      }
      return try evaluator.range(from: 0, to: start, by: step, call)
    },
  ]
}

extension ResultType {
  /// A map with the entries of all arguments.
  fileprivate static let merged = ResultType { StaticType.common($0.types) }
  /// An item of a list that is the only argument, otherwise the type of the first value.
  fileprivate static let ofValues = ResultType { $0.types.count == 1 ? $0.item : $0.first }
}

extension Value {
  /// The number of characters of a text, or of elements of a collection.
  var count: Int64 {
    switch self {
    case .string(let text): Int64(text.count)
    case .list(let items): Int64(items.count)
    case .map(let entries): Int64(entries.count)
    case .range(let range): range.count
    case .cidr(let subnet): subnet.count
    default: 1
    }
  }
}

extension Builtin {
  /// The members of lists, ranges and maps.
  static let collectionMembers: [Builtin] = [
    .attribute(
      "count", of: .list, .range, doc: "The number of items", "[3, 1, 2].count", gives: "3",
      type: .int
    ) { _, call in .int(call.base.count) },
    .attribute(
      "first", of: .list, .range, doc: "The first item; `none` if there is none", "[3, 1, 2].first",
      gives: "3", type: .item
    ) { _, call in
      switch call.base {
      case .list(let items): items.first ?? Value.none
      case .range(let range) where range.count > 0: range.member(at: 0)
      default: .none
      }
    },
    .attribute(
      "last", of: .list, .range, doc: "The last item; `none` if there is none", "[3, 1, 2].last",
      gives: "2", type: .item
    ) { _, call in
      switch call.base {
      case .list(let items): items.last ?? Value.none
      case .range(let range) where range.count > 0: range.member(at: range.count - 1)
      default: .none
      }
    },
    .attribute(
      "is_empty", of: .list, .range, doc: "Whether it has no items", "[3, 1, 2].is_empty",
      gives: "false", type: .bool
    ) { _, call in .bool(call.base.count == 0) },
    .method(
      "map", of: .list, .range, taking: [Parameter("function", .function)],
      doc: "The results of a function for each item", "[3, 1, 2].map(n => n * 2)",
      gives: "[6, 2, 4]",
      type: .returned
    ) { evaluator, call in
      .list(
        try evaluator.items(call.base, call).map { try evaluator.apply(call[0], [$0], call.id) })
    },
    .method(
      "filter", of: .list, .range, taking: [Parameter("function", .function)],
      doc: "The items for which a function returns `true`", "[3, 1, 2].filter(n => n > 1)",
      gives: "[3, 2]",
      type: .items
    ) { evaluator, call in
      .list(try evaluator.items(call.base, call).filter { try evaluator.keeps(call[0], $0, call) })
    },
    .method(
      "join", of: .list, .range, taking: [Parameter("between", .string, default: .string(""))],
      doc: "The items as one text", "[3, 1, 2].join(\"-\")", gives: "\"3-1-2\"", type: .string
    ) { evaluator, call in try evaluator.join(call.base, between: call.text(0), call) },
    .method(
      "contains", of: .list, taking: [Parameter("value")],
      doc: "Whether the value is among the items",
      "[3, 1, 2].contains(2)", gives: "true", type: .bool
    ) { evaluator, call in try evaluator.contains(call) },
    .method(
      "contains", of: .range, taking: [Parameter("value", .member)],
      doc: "Whether the value is among the items", "(1...3).contains(2)", gives: "true", type: .bool
    ) { evaluator, call in try evaluator.contains(call) },
    .method(
      "sorted", of: .list, .range, doc: "The items from the least to the greatest",
      "[3, 1, 2].sorted()",
      gives: "[1, 2, 3]", type: .items, unknowns: .passParts
    ) { evaluator, call in try evaluator.sorted(call.base, call) },
    .method(
      "reversed", of: .list, .range, doc: "The items from the last to the first",
      "[3, 1, 2].reversed()", gives: "[2, 1, 3]", type: .items
    ) { evaluator, call in try evaluator.reversed(call.base, call) },
    .method(
      "unique", of: .list,
      doc: "The items without duplicates, in the order of their first occurrence",
      "[2, 1, 2].unique()",
      gives: "[2, 1]", type: .items, unknowns: .passParts
    ) { evaluator, call in try evaluator.unique(call.base, call) },
    .attribute(
      "count", of: .map, doc: "The number of entries", "{ a: 1, b: 2 }.count", gives: "2",
      type: .int
    ) { _, call in .int(call.base.count) },
    .attribute(
      "keys", of: .map, doc: "Its keys, in their order", "{ a: 1, b: 2 }.keys",
      gives: "[\"a\", \"b\"]", type: .strings, produces: .result
    ) { evaluator, call in try evaluator.keys(call.map(call.base), call) },
    .attribute(
      "values", of: .map, doc: "Its values, in the order of their keys", "{ a: 1, b: 2 }.values",
      gives: "[1, 2]", type: .items, produces: .result
    ) { evaluator, call in try evaluator.values(call.map(call.base), call) },
    .attribute(
      "is_empty", of: .map, doc: "Whether it has no entries", "{ a: 1 }.is_empty", gives: "false",
      type: .bool
    ) { _, call in .bool(call.base.count == 0) },
    .method(
      "get", of: .map,
      taking: [Parameter("key", .string), Parameter("default", default: Value.none)],
      doc: "The value of a key; DEFAULT, or `none`, if there is no such key",
      "{ cpus: 2 }.get(\"memory\", 1GiB)", gives: "1GiB", type: .itemOrDefault, unknowns: .accept,
      produces: .nothing
    ) { _, call in
      guard case .string(let key) = call[0] else { return call[0] }
      return try call.map(call.base)[key] ?? call[1]
    },
    .method(
      "contains", of: .map, taking: [Parameter("key", .string)], doc: "Whether it has the key",
      "{ a: 1 }.contains(\"a\")", gives: "true", type: .bool
    ) { evaluator, call in try evaluator.contains(call) },
  ]
}

extension ResultType {
  /// A value of the map before the dot, otherwise the second argument.
  fileprivate static let itemOrDefault = ResultType {
    $0.item ?? ($0.types.count > 2 ? $0.types[2] : nil)
  }
}
