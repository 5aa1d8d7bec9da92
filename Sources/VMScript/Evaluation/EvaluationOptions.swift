import Foundation
import Synchronization
import VMScriptSyntax

/// Bounds that hold whatever a script does; each ends the evaluation with a diagnostic.
public struct Limits: Sendable {
  /// Statements, calls and rounds of loops.
  public var steps: Int
  /// Calls within calls.
  public var depth: Int
  /// Bytes of lists, maps and strings made during the evaluation, as an estimate: what is given up
  /// again counts too.
  public var memory: ByteSize
  /// Bytes that `print` writes.
  public var output: ByteSize
  /// Time that the evaluation takes, what its host does and waits for not counted; nil for any.
  public var time: Duration?

  /// Limits that any honest script keeps; a host may want less.
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

/// What `read`, `lines`, `glob` and `env` may reach; nothing unless the host grants it.
public struct OutsideAccess: Sendable {
  /// Why the outside could not be read, in a few words.
  public struct Failure: Error, Sendable {
    /// The words, without a full stop.
    public let reason: String
    /// A failure with its reason.
    public init(_ reason: String) { self.reason = reason }
  }

  /// Bytes of a file; the second argument is the name of the file whose script asks.
  public var read: (@Sendable (_ path: String, _ script: String) throws(Failure) -> [UInt8])? {
    get { Self.unbounded(boundedRead) }
    set { boundedRead = Self.bounded(newValue) }
  }
  /// Paths that match a pattern, sorted.
  public var glob: (@Sendable (_ pattern: String, _ script: String) throws(Failure) -> [String])? {
    get { Self.unbounded(boundedGlob) }
    set { boundedGlob = Self.bounded(newValue) }
  }
  /// A variable of the environment.
  public var environment: (@Sendable (_ name: String) -> String?)?

  /// A function of the host's, which knows no bounds.
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

  /// As ``read``, within bounds; throws ``Failure`` or ``OutOfBounds``.
  var boundedRead: (@Sendable (String, String, ReadBounds) throws -> [UInt8])?
  /// As ``glob``, within bounds.
  var boundedGlob: (@Sendable (String, String, ReadBounds) throws -> [String])?

  /// No access to anything.
  public init() {}
}

/// What one evaluation is given.
public struct EvaluationOptions: Sendable {
  /// Values of the script's `param`s as text, as `--set` and the environment give them.
  public var parameters: [String: String]
  /// Values of `param`s as values, for embedders; they win over texts.
  public var values: [String: Value]
  /// Parameters that only count where the script has them, such as the environment's.
  public var fallbackParameters: [String: String]
  /// The bounds of this evaluation; nil takes the engine's.
  public var limits: Limits?
  /// What the script may reach; nil takes what the engine grants.
  public var access: OutsideAccess?
  /// Ends the evaluation from any thread.
  public var cancellation: Cancellation?
  /// The stack's name, whatever the script says.
  public var stack: String?
  /// Whether a parameter without a value is left unknown, and what depends on unknown values is
  /// left out, as `check` does, instead of an error.
  public var leavesParametersOpen = false
  /// Whether all that may differ outside of the script is left unknown: parameters with defaults,
  /// files, the environment.
  var ignoresOutside = false

  /// Options of an evaluation.
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

/// What an evaluation gives: all that was reached, and what went wrong.
public struct EvaluationOutcome: Sendable {
  /// By name, in the order of the script.
  public let outputs: ValueMap
  /// All declarations, those that a `delete` withdrew left out.
  public let declarations: DeclarationSet
  /// Errors and warnings, in the order in which they occurred.
  public let diagnostics: [Diagnostic]
  /// What the spans of the diagnostics point into.
  public let sources: SourceMap
  /// Where the outputs stand.
  let origin: OutputOrigin?
  /// What the names of all modules came to, by slot.
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

  /// Whether the last effect point, the end of the script, was reached without an error.
  public var succeeded: Bool { !diagnostics.contains { $0.severity == .error } }
}

/// Ends evaluations from any thread.
///
///     let cancellation = Cancellation()
///     let outcome = program.evaluate(EvaluationOptions(cancellation: cancellation))
///     // meanwhile, elsewhere:
///     cancellation.cancel()
///
/// An evaluation that is cancelled ends soon with a diagnostic; one that begins later ends at once.
public final class Cancellation: Sendable {
  private let flag = Atomic(false)

  /// Nothing is cancelled yet.
  public init() {}

  /// Ends every evaluation that was given this; there is no way back.
  public func cancel() { flag.store(true, ordering: .releasing) }

  /// Whether ``cancel()`` was called.
  public var isCancelled: Bool { flag.load(ordering: .acquiring) }
}

extension OutsideAccess {
  /// What a command line grants: files relative to the script that asks, and the environment.
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

  /// Paths that match, sorted, as relative or absolute as the pattern is; a name that starts with a
  /// dot is matched only by a pattern that does.
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
