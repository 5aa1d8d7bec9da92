import Libvirt
import VMScript
import VMScriptPlan
import VMScriptSyntax

extension Inspector {
  /// Reads domains and networks of a host as a script; changes nothing.
  ///
  /// - Parameters:
  ///   - names: the names of the objects; empty for all.
  ///   - stack: the stack of the script.
  ///   - uri: the connection; nil selects `LIBVIRT_DEFAULT_URI`, else libvirt's own default.
  ///   - withSecrets: whether the passwords of displays are read.
  ///   - patience: the time limit for the host to answer.
  /// - Throws: VM0701 without a connection, VM0790 if no object has a name, and libvirt's errors.
  public static func script(
    of names: [String], stack: String, uri: String?, withSecrets: Bool = true,
    patience: HostPatience = HostPatience()
  ) async throws(Diagnostic) -> ScriptImport {
    let access = BriefAccess(uri: uri, patience: patience)
    return try await access.onHost("importing from the host") { pool in
      let documents = try await pool.run { connection in
        try names.isEmpty
          ? everything(connection, withSecrets)
          : names.flatMap { try definitions(named: $0, connection, withSecrets) }
      }
      var result = ScriptImport(stack: stack)
      for (name, text) in documents { result.add(text, from: name) }
      return result
    }
  }

  private static func everything(
    _ connection: Connection, _ withSecrets: Bool
  ) throws -> [(name: String, text: String)] {
    try connection.networks().map { ($0.name, try $0.xml(inactive: true)) }
      + connection.domains().map { ($0.name, try definition(of: $0, withSecrets)) }
  }

  private static func definitions(
    named name: String, _ connection: Connection, _ withSecrets: Bool
  ) throws -> [(name: String, text: String)] {
    var found: [(String, String)] = []
    if let network = try connection.network(named: name) {
      found.append((name, try network.xml(inactive: true)))
    }
    if let domain = try connection.domain(named: name) {
      found.append((name, try definition(of: domain, withSecrets)))
    }
    guard found.isEmpty else { return found }
    let names = try connection.domains().map(\.name) + connection.networks().map(\.name)
    throw InspectionMessages.nothingNamed(name, closest: closest(to: name, among: names))
  }

  private static func definition(of domain: Domain, _ withSecrets: Bool) throws -> String {
    try domain.xml(inactive: true, secure: withSecrets)
  }
}
