import Libvirt
import VMScript
import VMScriptPlan
import VMScriptSyntax

/// The domains that verbs act on: found by name, and by glob among the stack's own.
struct DomainTargets: Sendable {
  let pool: ConnectionPool
  let stack: String

  /// The names that a request means, each once. Exact names may be any domain's; a glob matches only
  /// the stack's own.
  func names(of request: VerbRequest) async throws(Diagnostic) -> [String] {
    var names: [String] = []
    for target in request.targets {
      switch target {
      case .resource(let reference): names.append(reference.name)
      case .pattern(let pattern) where pattern.contains { "*?".contains($0) }:
        names += try await owned(matching: pattern, at: request.targetSpan)
      case .pattern(let name): names.append(name)
      }
    }
    var seen: Set<ExactText> = []
    return names.filter { seen.insert(ExactText($0)).inserted }
  }

  private func owned(matching pattern: String, at span: Span) async throws(Diagnostic) -> [String] {
    do {
      let ownership = Ownership(stack: stack)
      let all = try await pool.run { try LiveReader.read($0.domains()) }
      let owned =
        all.known.filter(ownership.owns).map(\.name)
        + all.unreadable.filter { $0.isMade(by: stack, as: $0.name) }.map(\.name)
      let found = owned.filter { Glob.matches($0, pattern) }
      guard !found.isEmpty else { throw HostMessages.missing(pattern, at: span) }
      return found.sorted()
    } catch { throw HostMessages.diagnostic(error, "looking up `\(pattern)`", at: span) }
  }

  /// Makes calls on the domain of a name.
  ///
  /// - Throws: a diagnostic where there is none.
  @discardableResult
  func with<T: Sendable>(
    _ name: String, _ span: Span, _ body: @escaping @Sendable (Domain) throws -> T
  ) async throws -> T {
    guard let result = try await ifPresent(name, body) else {
      throw HostMessages.missing(name, at: span)
    }
    return result
  }

  /// Makes calls on the domain of a name; nil where there is none.
  func ifPresent<T: Sendable>(
    _ name: String, _ body: @escaping @Sendable (Domain) throws -> T
  ) async throws -> T? {
    try await pool.run { connection in
      guard let domain = try connection.domain(named: name) else { return nil }
      return try LiveReader.unlessGone(.noDomain) { try body(domain) }
    }
  }

  /// What the domain of a name is doing, in the language's words.
  func state(of name: String, _ span: Span) async throws -> String {
    try await with(name, span) { LiveDomain.State(try $0.state()).rawValue }
  }
}
