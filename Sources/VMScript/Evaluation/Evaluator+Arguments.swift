import VMScriptSyntax

// Which argument of a call belongs to which parameter.
extension Evaluator {
  /// The values of a call's arguments where none may be named.
  mutating func positional(_ node: Node, of function: String) throws -> [Value] {
    try code.children(of: node).dropFirst().map { argument in
      if let name = name(ofArgument: argument) {
        throw Diagnostic.namedArgument(name, of: function, at: code.span(argument))
      }
      return try evaluate(argument)
    }
  }

  /// The values of a call's arguments in the order of the parameters that the host named; `none`
  /// stands for what is left out before one that is given.
  mutating func arguments(_ node: Node, of function: HostFunction, _ id: NodeID) throws -> [Value] {
    let arguments = code.children(of: node).dropFirst()
    guard !function.parameters.isEmpty, arguments.contains(where: { name(ofArgument: $0) != nil })
    else { return try positional(node, of: function.name) }
    let places = try self.places(of: arguments, among: function.parameters, of: function.name)
    let filled = Set(places)
    for (place, name) in function.parameters.enumerated().prefix(function.arity.lowerBound)
    where !filled.contains(place) {
      throw Diagnostic.missingArgument(name, of: function.name, at: code.span(id))
    }
    var values = Array(repeating: Value.none, count: (places.max() ?? -1) + 1)
    for (argument, place) in zip(arguments, places) {
      values[place] = try evaluate(value(ofArgument: argument))
    }
    return values
  }

  /// The positions of parameters that arguments are given to: of the named ones by their names, of
  /// the others in their order.
  ///
  /// - Parameter count: parameters that were given before, the first ones.
  func places(
    of arguments: ArraySlice<NodeID>, among parameters: [String], of function: String,
    after count: Int = 0
  ) throws -> [Int] {
    var taken = Set(0..<count)
    var next = count
    return try arguments.map { argument in
      let place: Int
      if let name = name(ofArgument: argument) {
        guard let named = parameters.firstIndex(of: name) else {
          throw Diagnostic.unknownArgument(
            name, of: function, known: parameters, at: code.span(argument))
        }
        place = named
      } else {
        place = next
        next += 1
      }
      guard taken.insert(place).inserted else {
        throw Diagnostic.repeatedArgument(
          parameters[place], of: function, at: code.span(argument))
      }
      return place
    }
  }

  /// What an argument gives, without its name.
  func value(ofArgument argument: NodeID) -> NodeID {
    let node = code[argument]
    return node.kind == .namedArgument ? code.child(0, of: node) : argument
  }

  private func name(ofArgument argument: NodeID) -> String? {
    let node = code[argument]
    return node.kind == .namedArgument ? code.name(node) : nil
  }
}
