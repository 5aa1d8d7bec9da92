import OrderedCollections
import VMScriptSyntax

/// Thrown where something depends on what already failed and was reported.
struct AlreadyReported: Error {}

/// One evaluation of a program: a tree walk over flat nodes with all variables in slots.
///
/// Bindings never change, so functions capture values. The stack holds the frames of the running
/// functions behind each other; `base` is where the current one begins. Lives on one thread.
final class Evaluator {
  /// What ``nesting`` may reach; the thread's stack has room for it.
  static let maximumNesting = 100_000

  let code: Code
  let options: EvaluationOptions
  let host: any EvaluationHost
  let programName: String

  var stack: [Value] = []
  var base = 0
  var captures: FunctionValue.Captures?
  var callee: FunctionValue?
  var globals: [Value?]
  var steps = 0
  var depth = 0
  /// Nodes whose evaluation is under way, at most.
  var nesting = 0
  var allocated: Int64 = 0
  /// The module whose statements run.
  var module = 0

  var outputs: OrderedDictionary<String, Value> = [:]
  var diagnostics: [Diagnostic] = []
  /// Globals whose statement failed; what uses them says nothing of its own.
  var failedGlobals: Set<UInt32> = []
  var registry: DeclarationRegistry
  var stackSpan: Span?

  init(
    code: Code, options: EvaluationOptions, host: any EvaluationHost, name: String, stack: String
  ) {
    self.code = code
    self.options = options
    self.host = host
    self.programName = name
    self.globals = Array(repeating: nil, count: code.globals.count)
    self.registry = DeclarationRegistry(stack: stack)
  }

  var hasErrors: Bool { diagnostics.contains { $0.severity == .error } }

  /// Runs all modules, those that are imported first.
  func run() {
    reportUnknownParameters()
    for index in code.modules.indices {
      module = index
      runModule(code.modules[index])
    }
    if !hasErrors { diagnostics += registry.problemsOfReferences() }
    if !hasErrors { diagnostics += Validation.check(registry.set) }
  }

  private func runModule(_ module: ModuleCode) {
    stack = Array(repeating: .none, count: module.slotCount)
    base = 0
    let root = code.nodes[Int(module.root.index)]
    for statement in code.children(of: root) {
      do {
        _ = try execute(statement)
      } catch {
        report(error, statement: statement)
        stack.removeLast(stack.count - module.slotCount)
        base = 0
        depth = 0
        nesting = 0
        captures = nil
        callee = nil
        if error is LimitReached { return }
      }
    }
  }

  private func report(_ error: any Error, statement: NodeID) {
    if let diagnostic = error as? Diagnostic { diagnostics.append(diagnostic) }
    if let limit = error as? LimitReached { diagnostics.append(limit.diagnostic) }
    markFailed(statement)
  }

  /// Notes that a statement's name will have no value.
  private func markFailed(_ statement: NodeID) {
    let node = code.nodes[Int(statement.index)]
    func mark(_ id: NodeID) {
      if case .global(let slot) = code.targets[Int(id.index)], globals[Int(slot)] == nil {
        failedGlobals.insert(slot)
      }
    }
    mark(statement)
    switch node.kind {
    case .resource: mark(code.child(0, of: node))
    case .clone: mark(code.child(1, of: node))
    case .expressionStatement: markFailed(code.child(0, of: node))
    default: break
    }
  }

  // MARK: Limits

  /// Counts a step; throws where the limit is reached.
  @inline(__always)
  func step(_ id: NodeID) throws {
    steps &+= 1
    if steps > options.limits.steps {
      throw LimitReached(.tooManySteps(options.limits.steps, at: code.span(id)))
    }
  }

  /// Counts memory that a value takes; throws where the limit is reached.
  func charge(_ bytes: Int, at id: NodeID) throws {
    allocated &+= Int64(bytes)
    if allocated > options.limits.memory {
      throw LimitReached(.tooMuchMemory(options.limits.memory, at: code.span(id)))
    }
  }

  /// The name of the file whose statements run, for what is relative to it.
  var scriptName: String { code.sources[code.modules[module].source].name }
}

/// A limit was reached: nothing more of the script runs.
struct LimitReached: Error {
  var diagnostic: Diagnostic
  init(_ diagnostic: Diagnostic) { self.diagnostic = diagnostic }
}
