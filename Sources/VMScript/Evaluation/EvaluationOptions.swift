import Foundation
import Synchronization
import VMScriptSyntax

/// The limits on any script; exceeding one ends the evaluation with a diagnostic.
public struct Limits: Sendable {
  /// The number of statements, calls and iterations of loops.
  public var steps: Int
  /// The depth of nested calls.
  public var depth: Int
  /// The bytes of lists, maps and strings created during the evaluation, as an estimate. Released
  /// memory counts too.
  public var memory: ByteSize
  /// The bytes that `print` may write.
  public var output: ByteSize
  /// The duration of the evaluation, without the work and waits of its host; nil for no limit.
  public var time: Duration?

  /// Creates limits; the defaults suffice for any ordinary script.
  ///
  ///     let limits = Limits(steps: 1_000_000, memory: .mib(64), time: .seconds(2))
  public init(
    steps: Int = 1_000_000_000, depth: Int = 1_000, memory: ByteSize = .gib(1),
    output: ByteSize = .mib(256), time: Duration? = nil
  ) {
    self.steps = steps
    self.depth = depth
    self.memory = memory
    self.output = output
    self.time = time
  }
}

/// The access of `read`, `lines`, `glob` and `env`; none unless the host grants it.
public struct OutsideAccess: Sendable {
  /// The reason why something outside the script could not be read, in a few words.
  public struct Failure: Error, Sendable {
    /// The reason, without a full stop.
    public let reason: String
    /// Creates a failure with its reason.
    public init(_ reason: String) { self.reason = reason }
  }

  /// Returns the bytes of a file; the second argument is the name of the script that reads it.
  public var read: (@Sendable (_ path: String, _ script: String) throws(Failure) -> [UInt8])? {
    get { Self.unbounded(boundedRead) }
    set { boundedRead = Self.bounded(newValue) }
  }
  /// Returns the paths that match a pattern, sorted.
  public var glob: (@Sendable (_ pattern: String, _ script: String) throws(Failure) -> [String])? {
    get { Self.unbounded(boundedGlob) }
    set { boundedGlob = Self.bounded(newValue) }
  }
  /// Returns a variable of the environment.
  public var environment: (@Sendable (_ name: String) -> String?)?

  /// Adds bounds to a function of the host that has none.
  private static func bounded<T>(
    _ read: (@Sendable (String, String) throws(Failure) -> T)?
  ) -> (@Sendable (String, String, ReadBounds) throws -> T)? {
    guard let read else { return nil }
    return { name, script, _ in try read(name, script) }
  }

  private static func unbounded<T>(
    _ read: (@Sendable (String, String, ReadBounds) throws -> T)?
  ) -> (@Sendable (String, String) throws(Failure) -> T)? {
    guard let read else { return nil }
    return { name, script throws(Failure) in
      do { return try read(name, script, ReadBounds()) } catch {
        throw error as? Failure ?? Failure("\(name) is larger than allowed")
      }
    }
  }

  /// The bounded form of ``read``; throws ``Failure`` or ``OutOfBounds``.
  var boundedRead: (@Sendable (String, String, ReadBounds) throws -> [UInt8])?
  /// The bounded form of ``glob``.
  var boundedGlob: (@Sendable (String, String, ReadBounds) throws -> [String])?

  /// Creates access to nothing.
  public init() {}
}

/// The options of one evaluation.
public struct EvaluationOptions: Sendable {
  /// Values of the script's `param`s as text, from `--set` and the environment.
  public var parameters: [String: String]
  /// Values of `param`s as values, for embedders; they take precedence over texts.
  public var values: [String: Value]
  /// Values for parameters that the script may not have, such as the environment's.
  public var fallbackParameters: [String: String]
  /// The limits of this evaluation; nil for the engine's.
  public var limits: Limits?
  /// The access of the script; nil for the engine's.
  public var access: OutsideAccess?
  /// The cancellation that can end the evaluation from any thread.
  public var cancellation: Cancellation?
  /// The stack's name, which overrides the script's.
  public var stack: String?
  /// Whether a parameter without a value is unknown instead of an error, and code that depends on
  /// unknown values is skipped, as in `check`.
  public var leavesParametersOpen = false
  /// Whether everything that may differ outside of the script is unknown: parameters with defaults,
  /// files, the environment.
  var ignoresOutside = false

  /// Creates the options of an evaluation.
  public init(
    parameters: [String: String] = [:], values: [String: Value] = [:],
    fallbackParameters: [String: String] = [:], limits: Limits? = nil,
    access: OutsideAccess? = nil, stack: String? = nil, cancellation: Cancellation? = nil
  ) {
    self.parameters = parameters
    self.values = values
    self.fallbackParameters = fallbackParameters
    self.limits = limits
    self.access = access
    self.stack = stack
    self.cancellation = cancellation
  }
}

/// The outcome of an evaluation: its results so far, and its errors.
public struct EvaluationOutcome: Sendable {
  /// The outputs by name, in the order of the script.
  public let outputs: ValueMap
  /// All declarations, without those that a `delete` withdrew.
  public let declarations: DeclarationSet
  /// Errors and warnings, in the order in which they occurred.
  public let diagnostics: [Diagnostic]
  /// The sources that the spans of the diagnostics point into.
  public let sources: SourceMap
  /// The places of the outputs.
  let origin: OutputOrigin?
  /// The values of the names of all modules, by slot.
  let globals: [Value?]

  init(
    outputs: ValueMap, declarations: DeclarationSet,
    diagnostics: [Diagnostic], sources: SourceMap = SourceMap(), origin: OutputOrigin? = nil,
    globals: [Value?] = []
  ) {
    self.outputs = outputs
    self.declarations = declarations
    self.diagnostics = diagnostics
    self.sources = sources
    self.origin = origin
    self.globals = globals
  }

  /// Whether the end of the script was reached without an error.
  public var succeeded: Bool { !diagnostics.contains { $0.severity == .error } }
}

/// Ends evaluations from any thread.
///
///     let cancellation = Cancellation()
///     let outcome = program.evaluate(EvaluationOptions(cancellation: cancellation))
///     // meanwhile, on another thread:
///     cancellation.cancel()
///
/// A cancelled evaluation ends soon with a diagnostic; one that begins later ends at once.
public final class Cancellation: Sendable {
  private let flag = Atomic(false)

  /// Creates a cancellation that is not in effect yet.
  public init() {}

  /// Ends every evaluation with this cancellation; this cannot be undone.
  public func cancel() { flag.store(true, ordering: .releasing) }

  /// Whether ``cancel()`` was called.
  public var isCancelled: Bool { flag.load(ordering: .acquiring) }
}

extension OutsideAccess {
  /// The access that a command line grants: files relative to the reading script, and the
  /// environment.
  public static let local: OutsideAccess = {
    var access = OutsideAccess()
    access.boundedRead = { path, script, bounds in
      do {
        return try GuardedFile.read(
          resolve(path, script).path, named: SourcePath.resolve(path, from: script), bounds: bounds)
      } catch let failure as FileFailure { throw Failure(failure.reason) }
    }
    access.boundedGlob = { pattern, script, bounds in try matches(pattern, script, bounds) }
    access.environment = { ProcessInfo.processInfo.environment[$0] }
    return access
  }()

  private static func resolve(_ path: String, _ script: String) -> URL {
    let folder = URL(fileURLWithPath: script).deletingLastPathComponent()
    return URL(fileURLWithPath: path, relativeTo: folder).standardizedFileURL
  }

  /// Returns the matching paths, sorted, and relative or absolute like the pattern. A name with a
  /// leading dot matches only a pattern with one.
  private static func matches(
    _ pattern: String, _ script: String, _ bounds: ReadBounds
  ) throws -> [String] {
    let parts = pattern.split(separator: "/", omittingEmptySubsequences: true).map(String.init)
    var found = [pattern.hasPrefix("/") ? "/" : ""]
    for part in parts {
      var next: [String] = []
      var size = 0
      for folder in found {
        if bounds.isInterrupted() { throw OutOfBounds() }
        let path = resolve(folder.isEmpty ? "." : folder, script).path
        for name in names(part, in: path) {
          next.append(folder + (folder.isEmpty || folder == "/" ? "" : "/") + name)
          size += next[next.count - 1].utf8.count + MemoryLayout<Value>.stride
          if size > bounds.maximumBytes { throw OutOfBounds() }
        }
      }
      found = next
    }
    return parts.isEmpty ? [] : found.sorted { ExactText.precedes($0, $1) }
  }

  private static func names(_ pattern: String, in folder: String) -> [String] {
    guard pattern.contains(where: { "*?".contains($0) }) else {
      return FileManager.default.fileExists(atPath: folder + "/" + pattern) ? [pattern] : []
    }
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return names.filter {
      Glob.matches($0, pattern) && (pattern.hasPrefix(".") || !$0.hasPrefix("."))
    }
  }
}
