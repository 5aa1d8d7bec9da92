extension Builtin {
  /// What belongs to lists, ranges and maps.
  static let collectionMembers: [Builtin] = [
    .attribute(
      "count", of: .list, .range, doc: "How many items it has", "[3, 1, 2].count", gives: "3",
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
      doc: "What a function makes of each item", "[3, 1, 2].map(n => n * 2)", gives: "[6, 2, 4]",
      type: .returned
    ) { evaluator, call in
      .list(
        try evaluator.items(call.base, call).map { try evaluator.apply(call[0], [$0], call.id) })
    },
    .method(
      "filter", of: .list, .range, taking: [Parameter("function", .function)],
      doc: "The items that a function says `true` to", "[3, 1, 2].filter(n => n > 1)",
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
      "unique", of: .list, doc: "Each item once, where it came first", "[2, 1, 2].unique()",
      gives: "[2, 1]", type: .items, unknowns: .passParts
    ) { evaluator, call in try evaluator.unique(call.base, call) },
    .attribute(
      "count", of: .map, doc: "How many entries it has", "{ a: 1, b: 2 }.count", gives: "2",
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
  /// A value of the map before the dot, else the second argument.
  fileprivate static let itemOrDefault = ResultType {
    $0.item ?? ($0.types.count > 2 ? $0.types[2] : nil)
  }
}
