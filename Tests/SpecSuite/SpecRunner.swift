/// The results of a case; a part without a result is empty.
public struct SpecResults: Sendable, Equatable {
  /// The lines that `print` writes.
  public var out: String
  /// The outputs, and the declarations where the case asks for them.
  public var json: String
  /// The diagnostics as they are rendered without colours.
  public var err: String
  /// The script in the one style, where the case is about formatting and the syntax is right.
  public var fmt: String

  /// Creates results, which are empty by default.
  public init(out: String = "", json: String = "", err: String = "", fmt: String = "") {
    self.out = out
    self.json = json
    self.err = err
    self.fmt = fmt
  }

  /// Whether any diagnostic is an error.
  public var hasErrors: Bool { err.contains("error[VM") }
}

/// A way to run the suite: this language's library, its command line, another implementation.
///
/// A runner is held to the suite by a test that runs every case, and expects of each what
/// ``expectation(_:)`` makes of the files beside it.
public protocol SpecRunner: Sendable {
  /// The reason why the runner cannot run a case; nil if it can.
  func obstacle(_ directives: SpecDirectives) -> String?
  /// Runs a case; returns each part of its results under the name of its place.
  func run(_ script: SpecCase) throws -> [String: String]
  /// The expected results of a case, each part under the name of its place.
  func expectation(_ results: SpecResults, _ directives: SpecDirectives) -> [String: String]
}

extension SpecRunner {
  /// None: every case can be run.
  public func obstacle(_ directives: SpecDirectives) -> String? { nil }

  /// Each part under the ending of the file that holds it.
  public func expectation(
    _ results: SpecResults, _ directives: SpecDirectives
  ) -> [String: String] {
    ["out": results.out, "json": results.json, "err": results.err]
  }
}

/// A way to bring scripts into the one style.
public protocol SpecFormatter {
  /// The text in the one style; empty where its syntax is wrong.
  func format(_ text: [UInt8]) throws -> String
}
