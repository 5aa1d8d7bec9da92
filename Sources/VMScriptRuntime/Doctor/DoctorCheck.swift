import VMScript
import VMScriptPlan
import VMScriptSyntax

/// A check of `doctor`: a row of the table of checks.
struct DoctorCheck: Sendable {
  /// The part of a host that a check is about, in the order of the report.
  enum Group: String, Sendable, CaseIterable {
    case connection, hypervisor, storage, networks, programs, devices
  }

  /// The facts that a check needs.
  enum Judgement: Sendable {
    /// The result of the connection itself.
    case connection(@Sendable (HostFacts, HostDemands) -> [DoctorFinding])
    /// Facts that libvirt reports about any host.
    case libvirt(@Sendable (HostFacts.Libvirt, HostFacts, HostDemands) -> [DoctorFinding])
    /// Facts that only the host's own files show.
    case machine(@Sendable (MachineFacts, HostFacts, HostDemands) -> [DoctorFinding])
  }

  /// The name in reports.
  let name: String
  let group: Group
  /// Phrases in libvirt's errors that a finding of this check explains.
  var signs: [String] = []
  /// Whether the check also applies to hosts that run no guests.
  var appliesToTestDriver = false
  let judgement: Judgement

  /// Every check, in the order of the report.
  static let all: [DoctorCheck] =
    connectionChecks + hypervisorChecks + storageChecks + networkChecks + programChecks
    + deviceChecks

  /// Returns the findings; nil for a check that must run on the host itself, or that needs a
  /// connection.
  func findings(_ facts: HostFacts, _ demands: HostDemands) -> [DoctorFinding]? {
    if facts.isTestDriver, !appliesToTestDriver { return [] }
    switch judgement {
    case .connection(let judge): return judge(facts, demands)
    case .libvirt(let judge): return facts.libvirt.map { judge($0, facts, demands) }
    case .machine(let judge): return facts.machine.map { judge($0, facts, demands) }
    }
  }
}

/// The result of a check about one object.
enum DoctorFinding: Sendable {
  /// The host is as it should be; the text states the fact.
  case fine(String)
  /// The host lacks something optional that nothing demands.
  case absent(String, Diagnostic)
  /// Something is wrong, or worth knowing.
  case problem(Diagnostic)

  /// Creates the finding of something that may be missing: an error if anything demands it, else its
  /// absence.
  static func missing(_ diagnostic: Diagnostic, _ shown: String, isDemanded: Bool) -> DoctorFinding
  {
    isDemanded ? .problem(diagnostic) : .absent(shown, diagnostic)
  }
}

/// The report of `doctor` on one host.
public struct DoctorReport: Sendable {
  /// The result of one check about one object.
  public struct Entry: Sendable {
    /// The standing of an entry.
    public enum Standing: String, Sendable {
      case ok, error, warning
      /// Optional, and missing.
      case absent
    }

    /// The part of the host, such as `storage`.
    public let group: String
    /// The name of the check.
    public let check: String
    /// The result in words.
    public let text: String
    /// The result in one word.
    public let standing: Standing
    /// The finding with its remedies; nil if nothing is wrong.
    public let diagnostic: Diagnostic?
  }

  /// The URI of the host.
  public let uri: String
  /// The results in the order of the table of checks.
  public let entries: [Entry]
  /// The names of checks that need to run on the host itself, or need a connection.
  public let skipped: [String]
  /// Whether the host is another machine.
  public let isRemote: Bool
  /// The errors of the script; the host was not examined if there are any.
  public let diagnostics: [Diagnostic]

  /// Whether the host lacks nothing that is needed.
  public var isFit: Bool { !entries.contains { $0.standing == .error } }

  init(script diagnostics: [Diagnostic]) {
    (uri, entries, skipped, isRemote) = ("", [], [], false)
    self.diagnostics = diagnostics
  }

  /// Judges the facts about a host.
  init(
    _ facts: HostFacts, _ demands: HostDemands, checks: [DoctorCheck] = DoctorCheck.all,
    diagnostics: [Diagnostic] = []
  ) {
    var entries: [Entry] = []
    var skipped: [String] = []
    for check in checks {
      guard let findings = check.findings(facts, demands) else {
        skipped.append(check.name)
        continue
      }
      entries += findings.map { Entry(check, $0) }
    }
    uri = facts.uri
    self.entries = entries
    self.skipped = skipped
    isRemote = facts.machine == nil && facts.libvirt != nil && !facts.isTestDriver
    self.diagnostics = diagnostics
  }

  /// The report as a document: `uri`, `fit`, `checks` and `skipped`.
  public var document: Value {
    .map([
      "uri": .string(uri), "fit": .bool(isFit),
      "checks": .list(entries.map(\.document)),
      "skipped": .list(skipped.map(Value.string)),
    ])
  }
}

extension DoctorReport.Entry {
  fileprivate init(_ check: DoctorCheck, _ finding: DoctorFinding) {
    let text: String
    let (standing, diagnostic): (Standing, Diagnostic?)
    switch finding {
    case .fine(let fact): (text, standing, diagnostic) = (fact, .ok, nil)
    case .absent(let shown, let problem): (text, standing, diagnostic) = (shown, .absent, problem)
    case .problem(let problem):
      text = problem.message
      (standing, diagnostic) = (problem.severity == .error ? .error : .warning, problem)
    }
    self.init(
      group: check.group.rawValue, check: check.name, text: text, standing: standing,
      diagnostic: diagnostic)
  }

  /// The entry as a document: `group`, `check`, `status`, `message`, and for a finding its `code`,
  /// `notes` and `helps`.
  fileprivate var document: Value {
    var document: ValueMap = [
      "group": .string(group), "check": .string(check), "status": .string(standing.rawValue),
      "message": .string(text),
    ]
    if let diagnostic {
      document["code"] = .string(diagnostic.code.description)
      document["notes"] = .list(diagnostic.notes.map(Value.string))
      document["helps"] = .list(diagnostic.helps.map { .string($0.text) })
    }
    return .map(document)
  }
}
