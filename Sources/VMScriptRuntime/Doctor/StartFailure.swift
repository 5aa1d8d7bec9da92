import Libvirt
import VMScript
import VMScriptPlan
import VMScriptSyntax

/// An error of libvirt about a start, with the findings of `doctor` that explain it.
struct StartFailure: Error {
  /// The object that did not start.
  enum Subject: Sendable {
    case domain(String)
    case network(String)
    /// A domain that libvirt may not have accepted.
    case document(@Sendable () throws -> XMLElement)
  }

  let error: LibvirtError
  /// The findings in the order of the table of checks.
  let findings: [Diagnostic]

  /// The most findings of one explanation.
  private static let maximumFindings = 3

  /// Performs work, and explains an error of libvirt by the state of the host.
  ///
  /// The host is read only if the error resembles one that a check explains.
  ///
  /// - Throws: ``StartFailure``, or the error of the work if nothing explains it.
  static func explaining<T: Sendable>(
    _ subject: Subject, on pool: ConnectionPool, _ work: () async throws -> T
  ) async throws -> T {
    do { return try await work() } catch let error as LibvirtError where !error.isConnectionLost {
      let checks = checks(for: error.message)
      guard !checks.isEmpty, let found = try? await findings(of: checks, error, subject, on: pool),
        !found.isEmpty
      else { throw error }
      throw StartFailure(error: error, findings: found)
    }
  }

  /// Returns the checks that may explain a message of libvirt.
  static func checks(for message: String) -> [DoctorCheck] {
    DoctorCheck.all.filter { check in check.signs.contains { message.contains($0) } }
  }

  private static func findings(
    of checks: [DoctorCheck], _ error: LibvirtError, _ subject: Subject, on pool: ConnectionPool
  ) async throws -> [Diagnostic] {
    var demands = try await pool.run { try Self.demands(of: subject, $0) }
    for path in paths(in: error.message) { demands.add(path: path) }
    let facts = try await HostFactsReader(demands: demands).read(pool)
    return findings(of: checks, facts, demands)
  }

  /// Returns the errors that checks find. Other problems concern things that the object does not need.
  static func findings(
    of checks: [DoctorCheck], _ facts: HostFacts, _ demands: HostDemands
  ) -> [Diagnostic] {
    let found = checks.flatMap { check in
      (check.findings(facts, demands) ?? []).compactMap { finding -> Diagnostic? in
        guard case .problem(let problem) = finding, problem.severity == .error else { return nil }
        return problem
      }
    }
    return Array(found.prefix(maximumFindings))
  }

  private static func demands(
    of subject: Subject, _ connection: Connection
  ) throws -> HostDemands {
    var demands = HostDemands(subject: "the start")
    switch subject {
    case .domain(let name):
      guard let domain = try connection.domain(named: name) else { break }
      demands.add(domain: try XMLElement.parse(domain.xml(inactive: true), root: "domain"))
    case .network(let name):
      guard let network = try connection.network(named: name) else { break }
      demands.add(network: try XMLElement.parse(network.xml(inactive: true), root: "network"))
    case .document(let definition): demands.add(domain: try definition())
    }
    return demands
  }

  /// Returns the absolute paths in single quotes of a message.
  static func paths(in message: String) -> [String] {
    let parts = message.split(separator: "'", omittingEmptySubsequences: false)
    return parts.enumerated().compactMap { position, part in
      position % 2 == 1 && part.hasPrefix("/") ? String(part) : nil
    }
  }

  /// Returns the error of libvirt with the findings as notes and helps.
  func diagnostic(_ doing: String, at span: Span?) -> Diagnostic {
    var diagnostic = HostMessages.failed(doing, at: span, error.message, of: error.subject)
    for finding in findings {
      diagnostic.notes.append(finding.message)
      diagnostic.helps += finding.helps
    }
    return diagnostic
  }
}
