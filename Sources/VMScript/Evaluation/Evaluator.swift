import VMScriptSyntax

/// The error of code that depends on an earlier failure, which was already reported.
struct AlreadyReported: Error {}

/// The error that ends the script; the host reports the reason.
struct RunIsOver: Error {}

/// One evaluation of a program: a tree walk over flat nodes with all variables in slots.
///
/// Bindings never change, so functions capture values. The stack holds the frames of the running
/// functions one after another; `base` is the start of the current one. An evaluator stays on one
/// thread.
///
/// The evaluator is a value that its methods change in place, which saves access checks. Frequent
/// methods are `mutating` even if they change nothing, because others may receive a copy of the
/// whole evaluator.
struct Evaluator {
  /// The largest ``nesting``; the thread's stack has room for it.
  static let maximumNesting = 60_000
  /// The largest number of errors that one evaluation reports.
  static let maximumErrors = 100

  let code: Code
  let options: EvaluationOptions
  let limits: Limits
  /// The access of the script.
  let access: OutsideAccess
  let host: any EvaluationHost
  let programName: String

  var stack: [Value] = []
  var base = 0
  var captures: FunctionValue.Captures?
  var callee: FunctionValue?
  /// The captures of local functions, which may refer to each other.
  var openCaptures: [FunctionValue.Captures] = []
  var globals: [Value?]
  var steps = 0
  var depth = 0
  /// An upper bound of the nodes whose evaluation is in progress.
  var nesting = 0
  var allocated: Int64 = 0
  /// Work that has not been counted as steps yet.
  var pendingWork = 0
  private var printed: Int64 = 0
  /// The end of the time limit.
  private(set) var end: ContinuousClock.Instant?
  /// The index of the module whose statements run.
  var module = 0
  /// The values of the parts of the `check` in progress.
  var trace: [NodeID: Value]?
  /// The value of the last statement that is an expression.
  var lastValue = Value.none

  var outputs: ValueMap = [:]
  /// The statements of the outputs.
  var outputStatements: [String: NodeID] = [:]
  var diagnostics: [Diagnostic] = []
  /// Whether there is an error so far; then nothing takes effect any more.
  private(set) var hasErrors: Bool
  /// The number of failures, whether reported before or not.
  private(set) var failures = 0
  var registry: DeclarationRegistry
  var stackSpan: Span?
  /// Whether a verb or a live attribute has put declarations into effect.
  var hasTakenEffect = false
  /// The number of changes of the declarations at their last validation.
  private var validatedVersion = -1
  /// The reported diagnostics: a loop reports each one once.
  private var reported: Set<Diagnostic.Place> = []
  /// The diagnostics of the resolver.
  private let earlier: [Diagnostic]

  /// - Parameter earlier: the diagnostics of the resolver. They are not reported again, and nothing
  ///   takes effect.
  init(
    code: Code, engine: Engine, options: EvaluationOptions, host: any EvaluationHost,
    name: String, stack: String, earlier: [Diagnostic] = []
  ) {
    self.code = code
    self.options = options
    limits = options.limits ?? engine.limits
    access = options.access ?? engine.access
    self.host = host
    self.programName = name
    self.globals = Array(repeating: nil, count: code.globals.count)
    self.registry = DeclarationRegistry(stack: stack)
    self.earlier = earlier
    self.hasErrors = !earlier.isEmpty
  }

  /// Runs all modules, imported ones first.
  mutating func run() {
    defer { for captures in openCaptures { captures.clear() } }
    startTime()
    reportUnknownParameters()
    for index in code.modules.indices {
      module = index
      guard runModule(code.modules[index]) else { return }
    }
    validate()
    reportUndeclaredMoves()
  }

  /// Reports contradictions between the declarations so far.
  mutating func validate() {
    guard validatedVersion != registry.version else { return }
    validatedVersion = registry.version
    let host = host
    let problems = Validation.check(registry.set, isComplete: !hasErrors) { reference in
      // A host that cannot be reached reports that itself, where it matters.
      do throws(Diagnostic) { return try host.exists(reference) } catch { return nil }
    }
    for problem in registry.problemsOfReferences() + registry.problemsOfMoves() + problems {
      report(problem)
    }
  }

  /// Runs a module; returns false if a limit or the host ended the evaluation.
  mutating func runModule(_ module: ModuleCode) -> Bool {
    stack = Array(repeating: .none, count: module.slotCount)
    base = 0
    let root = code[module.root]
    do {
      try checkInterruption(module.root)
      for statement in code.children(of: root) { _ = try executeSafely(statement) }
      return true
    } catch {
      // The limit was reached before the first statement.
      if let limit = error as? LimitReached { report(limit.diagnostic) }
      return false
    }
  }

  /// Executes a statement outside of functions. An error in it is reported and the next statement
  /// runs, so that all errors of a script are found. Throws if a limit or the host ends the
  /// evaluation.
  mutating func executeSafely(_ statement: NodeID) throws -> Flow {
    do {
      return try unwinding { try $0.execute(statement) }
    } catch let limit as LimitReached {
      report(limit.diagnostic)
      throw limit
    } catch {
      if let diagnostic = error as? Diagnostic { report(diagnostic) }
      if host.isOver { throw RunIsOver() }
      markFailed(statement)
      return .next
    }
  }

  /// Runs `body`; if it throws, restores the frame, because functions that an error leaves do not.
  mutating func unwinding<T>(_ body: (inout Evaluator) throws -> T) throws -> T {
    let saved = (base, captures, callee, depth, nesting, stack.count)
    do { return try body(&self) } catch {
      stack.removeLast(stack.count - saved.5)
      (base, captures, callee, depth, nesting) = (saved.0, saved.1, saved.2, saved.3, saved.4)
      throw error
    }
  }

  /// Runs `body` and reports an error that it throws; a reached limit is thrown on.
  mutating func recovering(_ body: (inout Evaluator) throws -> Void) throws {
    let height = stack.count
    do { try body(&self) } catch let error as Diagnostic {
      stack.removeLast(stack.count - height)
      report(error)
    } catch is AlreadyReported {
      // The cause is among the diagnostics.
      stack.removeLast(stack.count - height)
      failures += 1
    }
  }

  /// Adds a diagnostic unless the evaluator or the resolver has reported it; too many errors are
  /// cut off.
  mutating func report(_ diagnostic: Diagnostic) {
    failures += 1
    if diagnostic.severity == .error { hasErrors = true }
    guard diagnostics.count < Self.maximumErrors, reported.insert(diagnostic.place).inserted,
      !earlier.contains(where: { $0.says(diagnostic) })
    else { return }
    diagnostics.append(diagnostic)
    if diagnostics.count == Self.maximumErrors { diagnostics.append(.tooManyErrors()) }
  }

  /// Gives the name of a failed statement an unknown value: its uses report no errors of their own,
  /// and everything else is still checked.
  private mutating func markFailed(_ statement: NodeID) {
    let node = code[statement]
    switch node.kind {
    case .letStatement, .paramStatement: store(.unknown(.failed), statement)
    case .resource: markFailedName(code.child(0, of: node))
    case .clone: markFailedName(code.child(1, of: node))
    case .expressionStatement: markFailed(code.child(0, of: node))
    default: break
    }
  }

  private mutating func markFailedName(_ id: NodeID) {
    guard code[id].flags.contains(.bareName) else { return }
    if case .global(let slot) = code.target(of: id), globals[Int(slot)] != nil { return }
    store(.unknown(.failed), id)
  }

  // MARK: Limits

  /// Counts a step; throws if the limit is reached.
  @inline(__always)
  mutating func step(_ id: NodeID) throws {
    steps &+= 1
    if steps > limits.steps {
      throw LimitReached(.tooManySteps(limits.steps, at: code.span(id)))
    }
    if steps & 0x3FF == 0 { try checkInterruption(id) }
  }

  /// Throws if the run was cancelled or its time is over; called regularly, so that an endless loop
  /// ends.
  mutating func checkInterruption(_ id: NodeID) throws {
    if host.isOver { throw RunIsOver() }
    if options.cancellation?.isCancelled ?? false {
      throw LimitReached(.cancelled(at: code.span(id)))
    }
    if let end, let limit = limits.time, end < .now {
      throw LimitReached(.tooLong(limit, at: code.span(id)))
    }
  }

  /// Starts the time limit.
  mutating func startTime() { end = limits.time.map { .now + $0 } }

  /// Runs work of the host, which does not count towards the time of the script.
  mutating func offTheClock<T>(_ work: (inout Evaluator) throws -> T) rethrows -> T {
    guard end != nil else { return try work(&self) }
    let start = ContinuousClock.now
    defer { end = end.map { $0 + (.now - start) } }
    return try work(&self)
  }

  /// Counts printed bytes; throws if the limit is reached.
  mutating func chargeOutput(_ bytes: Int, at id: NodeID) throws {
    printed &+= Int64(bytes)
    if printed > limits.output.bytes {
      throw LimitReached(.tooMuchOutput(limits.output, at: code.span(id)))
    }
  }

  /// Counts the memory of a value; throws if the limit is reached.
  mutating func charge(_ bytes: Int, at id: NodeID) throws {
    allocated &+= Int64(bytes)
    if allocated > limits.memory.bytes {
      throw LimitReached(.tooMuchMemory(limits.memory, at: code.span(id)))
    }
  }

  /// The name of the file whose statements run, to which paths are relative.
  var scriptName: String { code.sources[code.modules[module].source].name }
}

/// The error for a reached limit, which ends the script.
struct LimitReached: Error {
  var diagnostic: Diagnostic
  init(_ diagnostic: Diagnostic) { self.diagnostic = diagnostic }
}

extension Evaluator {
  /// Continues a session after its earlier entries.
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
  /// - Parameter show: receives the value of each statement that is an expression.
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
    reportUndeclaredMoves()
  }

  /// Returns whether a statement is an expression whose value is shown.
  private func isShown(_ statement: NodeID) -> Bool {
    let node = code[statement]
    guard node.kind == .expressionStatement else { return false }
    let expression = code[code.child(0, of: node)].kind
    return expression != .resource && expression != .clone
  }
}

extension Code {
  /// The name of the file of the last module.
  fileprivate var mainName: String { modules.last.map { sources[$0.source].name } ?? "" }
}

extension Evaluator {
  /// Returns the value of a `param`: given as a value or text, or its default.
  mutating func parameter(_ id: NodeID, _ node: Node) throws -> Value {
    let name = code.name(node)
    let typeNode = code[code.child(0, of: node)]
    // A type that does not exist was already reported.
    guard let type = ParameterType(rawValue: code.name(typeNode)) else { throw AlreadyReported() }
    let defaultValue = code.child(1, of: node)
    if module == code.modules.count - 1 {
      if let value = options.values[name] {
        if let converted = type.convert(value) { return converted }
        throw Diagnostic.wrongParameter(name, value, type: type.rawValue, at: code.span(id))
      }
      if let text = options.parameters[name] ?? options.fallbackParameters[name] {
        if let value = type.value(of: text) { return value }
        let shown: Value = type == .secret ? .secret(SecretText(text)) : .string(text)
        throw Diagnostic.wrongParameter(name, shown, type: type.rawValue, at: code.span(id))
      }
    }
    guard !defaultValue.isAbsent else {
      if options.leavesParametersOpen { return .unknown(.failed) }
      throw Diagnostic.missingParameter(name, type: type.rawValue, at: code.span(id))
    }
    let value = try evaluate(defaultValue)
    if options.ignoresOutside { return .unknown(.failed) }
    guard let converted = type.convert(value) else {
      throw Diagnostic.wrongParameter(name, value, type: type.rawValue, at: code.span(defaultValue))
    }
    return converted
  }

  /// Reports given parameters that the script does not declare.
  mutating func reportUnknownParameters() {
    guard let main = code.modules.last else { return }
    let known = code.children(of: main.root).map { code[$0] }
      .filter { $0.kind == .paramStatement }.map(code.name)
    let given = Set(options.parameters.keys).union(options.values.keys)
    for name in given.sorted() where !known.contains(name) {
      report(.unknownParameter(name, known: known))
    }
  }
}
