/// A function as a value: one of the script's, with what it captured, or a built-in.
public struct FunctionValue: Sendable {
  enum Code: Sendable {
    /// Index into the program's functions.
    case script(Int)
    case builtin(Builtin)
    case host(HostFunction)
  }

  /// The values of outer scopes that the function uses; in a class so that a value stays small.
  ///
  /// A local function is known to its neighbours before its statement runs, which fills it in: that
  /// is how two of them can call each other. Filled once, by the evaluator's thread, before anyone
  /// else can have the value; hence Sendable.
  final class Captures: @unchecked Sendable {
    /// Nil until the function's statement ran.
    private(set) var values: [Value]?

    init(_ values: [Value]? = nil) { self.values = values }

    func fill(_ values: [Value]) { self.values = values }

    /// Lets go of what it holds, for two functions that hold each other would never go.
    func clear() { values = [] }
  }

  let code: Code
  let captures: Captures?

  init(code: Code, captures: Captures? = nil) {
    self.code = code
    self.captures = captures
  }

  /// The signature of a function of the host's, such as `lookup(name: string)`; nil for all others.
  package var hostSignature: String? {
    if case .host(let function) = code { function.signature } else { nil }
  }
}
