import VMScriptSyntax

extension Evaluator {
  /// Goes on from where the entries before have left a session.
  init(
    code: Code, engine: Engine, options: EvaluationOptions, host: any EvaluationHost,
    memory: SessionMemory
  ) {
    self.init(
      code: code, engine: engine, options: options, host: host, name: code.mainName,
      stack: memory.registry.set.stack)
    globals = memory.globals
    globals += Array(repeating: nil, count: code.globals.count - memory.globals.count)
    registry = memory.registry
    registry.beginEntry()
    stackSpan = memory.stackSpan
    openCaptures = memory.openCaptures
  }

  /// Runs the modules that an entry imports and then its own statements.
  ///
  /// - Parameter show: takes the value of each statement that is nothing but an expression.
  mutating func runEntry(from firstModule: Int, show: (Value) -> Void) {
    startTime()
    for index in firstModule..<code.modules.count - 1 {
      module = index
      guard runModule(code.modules[index]) else { return }
    }
    module = code.modules.count - 1
    let entry = code.modules[module]
    stack = Array(repeating: .none, count: entry.slotCount)
    base = 0
    for statement in code.children(of: entry.root) {
      let failuresBefore = failures
      do { _ = try executeSafely(statement) } catch { return }
      guard failures == failuresBefore, isShown(statement) else { continue }
      globals[Int(SessionMemory.lastValueSlot)] = lastValue
      show(lastValue)
    }
    validate()
  }

  /// Whether a statement is an expression for the sake of its value.
  private func isShown(_ statement: NodeID) -> Bool {
    let node = code[statement]
    guard node.kind == .expressionStatement else { return false }
    let expression = code[code.child(0, of: node)].kind
    return expression != .resource && expression != .clone
  }
}

extension Code {
  /// The name of the file that the last module stands in.
  fileprivate var mainName: String { modules.last.map { sources[$0.source].name } ?? "" }
}
