/// A function as a value: one of the script's, with what it captured, or a built-in.
public struct FunctionValue: Sendable {
  enum Code: Sendable {
    /// Index into the program's functions.
    case script(Int)
    case builtin(Builtin)
  }

  /// The values of outer scopes that the function uses; in a class so that a value stays small.
  final class Captures: Sendable {
    let values: [Value]
    init(_ values: [Value]) { self.values = values }
  }

  let code: Code
  let captures: Captures?

  init(code: Code, captures: Captures? = nil) {
    self.code = code
    self.captures = captures
  }
}
