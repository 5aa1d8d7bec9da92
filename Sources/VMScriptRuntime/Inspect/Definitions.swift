import Foundation
import Libvirt
import VMScript
import VMScriptPlan
import VMScriptSyntax

/// The libvirt XML of a script's networks and domains, for `xml`.
public enum Definitions {
  /// One network or domain.
  public struct Definition: Sendable {
    /// `net` or `domain`.
    public let kind: ResourceKind
    /// The declared name.
    public let name: String
    /// The indented XML with masked passwords.
    public let xml: String

    /// `{"kind", "name", "xml"}`.
    public var document: Value {
      .map(["kind": .string(kind.rawValue), "name": .string(name), "xml": .string(xml)])
    }
  }

  /// The definitions of a script's declarations.
  public struct Report: Sendable {
    /// The definitions in the order of the script.
    public var definitions: [Definition] = []
    /// Every error and warning.
    public var diagnostics: [Diagnostic] = []
  }

  /// Renders the declarations of a script; changes nothing.
  ///
  /// Without a host, pools are at libvirt's default locations, no object exists, and
  /// `hypervisor = auto` means `qemu` unless the options choose another.
  ///
  /// - Parameters:
  ///   - program: the compiled script.
  ///   - name: the only network or domain to render; nil for all.
  ///   - evaluation: parameters and limits of its evaluation.
  ///   - options: the host, and the meaning of `auto` there.
  ///   - isOnHost: reads the host of the options. A clone of a host's domain reads it, too.
  public static func of(
    _ program: Program, named name: String? = nil, evaluation: EvaluationOptions,
    options: RunOptions, isOnHost: Bool
  ) async -> Report {
    let outcome = await Runner.onOwnThread { program.evaluate(evaluation) }
    guard outcome.succeeded else { return Report(diagnostics: outcome.diagnostics) }
    let set = outcome.declarations
    let needsHost = set.declarations.contains { declaration in
      if case .host = declaration.source { true } else { false }
    }
    do throws(Diagnostic) {
      let (live, hypervisor) =
        isOnHost || needsHost
        ? try await onHost(options) : (emptyHost, try hypervisor(options, driver: "", ""))
      let resolver = ImageResolver(
        stack: set.stack, live: live.storage, sources: program.sources, cache: .standard()
      ) { _ in }
      let storage = await StoragePlan(set, live: live, resolver: resolver)
      var report = Report(diagnostics: outcome.diagnostics + storage.diagnostics)
      for declaration in storage.set.declarations where declaration.kind != .image {
        guard name == nil || declaration.name == name else { continue }
        report.definitions.append(
          try definition(declaration, storage: storage, hypervisor: hypervisor))
      }
      if let name, report.definitions.isEmpty {
        let names = set.declarations.filter { $0.kind != .image }.map(\.name)
        throw InspectionMessages.nothingDeclared(name, closest: closest(to: name, among: names))
      }
      return report
    } catch {
      return Report(diagnostics: outcome.diagnostics + [error])
    }
  }

  /// Returns the definition that a run would send to the host.
  private static func definition(
    _ declaration: Declaration, storage: StoragePlan, hypervisor: String
  ) throws(Diagnostic) -> Definition {
    let live = storage.live
    if let object = live.unreadable(declaration, of: storage.set.stack) {
      throw XMLMessages.unreadable(declaration, object)
    }
    let xml: String
    switch declaration.kind {
    case .net: xml = try storage.definition(ofNetwork: declaration, hypervisor: hypervisor).xml
    default:
      xml = try storage.definition(of: declaration, hypervisor: hypervisor).element().xmlString
    }
    let root = declaration.kind == .net ? "network" : "domain"
    return Definition(
      kind: declaration.kind, name: declaration.name,
      xml: (SourceXML.display(xml, root: root) ?? xml).trimmingCharacters(in: .newlines))
  }

  private static func onHost(_ options: RunOptions) async throws(Diagnostic) -> (LiveState, String)
  {
    try await BriefAccess(
      uri: options.uri,
      patience: HostPatience(limit: options.connectTimeout) { options.progress(.waiting($0)) }
    ).onHost("reading the host") { pool in
      let (driver, capabilities) = try await pool.run { connection in
        (connection.driverType, try connection.capabilities())
      }
      return (
        try await LiveReader(pool: pool).read(),
        try hypervisor(options, driver: driver, capabilities)
      )
    }
  }

  private static func hypervisor(
    _ options: RunOptions, driver: String, _ capabilities: String
  ) throws(Diagnostic) -> String {
    try HypervisorChoice.resolve(
      driver: driver, option: options.hypervisor,
      environment: ProcessInfo.processInfo.environment[ParameterVariable.hypervisor],
      capabilities: capabilities)
  }

  /// A host with libvirt's default setup.
  private static var emptyHost: LiveState {
    LiveState(
      storage: LiveStorage(pools: [
        .init(name: "default", path: "/var/lib/libvirt/images", volumes: [])
      ])
    )
  }
}
