import Foundation
import VMScript
import VMScriptPlan
import VMScriptSyntax

/// Examines hosts; changes nothing.
public enum Doctor {
  /// Examines a host for any machine.
  ///
  /// - Parameters:
  ///   - uri: the connection; nil selects `LIBVIRT_DEFAULT_URI`, else libvirt's own default.
  ///   - patience: the time limit for the host to answer.
  /// - Throws: `CancellationError`.
  public static func examine(
    uri: String?, patience: HostPatience = HostPatience()
  ) async throws(CancellationError) -> DoctorReport {
    let uri = HostURI.resolve(uri)
    let demands = HostDemands.general(
      isSession: DaemonSocket.isSession(HostFactsReader.knownURI(uri)))
    return DoctorReport(
      try await HostFactsReader(demands: demands).read(uri: uri, patience: patience), demands)
  }

  /// Examines a host for the resources that a script declares. The script is evaluated without a host.
  ///
  /// - Parameters:
  ///   - program: the compiled script.
  ///   - evaluation: parameters and limits of its evaluation.
  ///   - uri: the connection; nil selects `LIBVIRT_DEFAULT_URI`, else libvirt's own default.
  ///   - hypervisor: the meaning of `hypervisor = auto`; nil selects `VMSCRIPT_HYPERVISOR`, else the
  ///     best of the host.
  ///   - patience: the time limit for the host to answer.
  /// - Returns: the report; only the errors of the script if it has any.
  /// - Throws: `CancellationError`.
  public static func examine(
    _ program: Program, evaluation: EvaluationOptions, uri: String?, hypervisor: String? = nil,
    patience: HostPatience = HostPatience()
  ) async throws(CancellationError) -> DoctorReport {
    let outcome = await Runner.onOwnThread {
      program.evaluate(evaluation, host: OfflineHost { _ in })
    }
    guard outcome.succeeded else { return DoctorReport(script: outcome.diagnostics) }
    let environment = ProcessInfo.processInfo.environment
    let chosen = [hypervisor, environment[ParameterVariable.hypervisor]].compactMap(\.self)
    let demands: HostDemands
    do throws(Diagnostic) {
      demands = try HostDemands(
        outcome.declarations, sources: program.sources,
        hypervisor: chosen.first { !$0.isEmpty } ?? "auto")
    } catch { return DoctorReport(script: outcome.diagnostics + [error]) }
    let facts = try await HostFactsReader(demands: demands).read(
      uri: HostURI.resolve(uri), patience: patience)
    return DoctorReport(facts, demands, diagnostics: outcome.diagnostics)
  }
}
