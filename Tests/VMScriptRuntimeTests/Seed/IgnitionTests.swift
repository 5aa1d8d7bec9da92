import TestSupport
import Testing
import VMScript

@testable import VMScriptPlan
@testable import VMScriptRuntime

/// The Ignition configuration: a file of the host that the domain names.
@Suite struct IgnitionTests {
  private static let config =
    "ignition = { ignition: { version: \"3.4.0\" }, a: secret(\"s3cret\") }"

  private func seed(_ property: String) async throws -> DomainSeed {
    let plan = try await StorageFixture().plan("domain web { \(property) }")
    try #require(plan.diagnostics.isEmpty, "\(plan.diagnostics)")
    return try #require(plan.domains["web"]?.ignition)
  }

  @Test func aMapBecomesJSON() async throws {
    let seed = try await seed(Self.config)
    let content = try #require(seed.files.first?.content)
    let value = try Value(json: String(decoding: content, as: UTF8.self))
    #expect(
      value == .map(["ignition": .map(["version": .string("3.4.0")]), "a": .string("s3cret")]))
    #expect(seed.name.fileName.hasSuffix(".ign"))
  }

  @Test func aTextStaysAsItIs() async throws {
    let text = #"{ "ignition" : {"version": "3.4.0"}}"#
    let seed = try await seed("ignition = '\(text)'")
    #expect(seed.files.map(\.content) == [Array(text.utf8)])
  }

  private func xml(
    _ script: String, path: String?, onto base: String? = nil
  ) throws -> String {
    let declaration = try #require(try Script.declarations(script).first)
    var context = XMLContext(stack: StorageFixture.stack, uuid: "u")
    context.ignition = path
    return try DomainXML.render(
      declaration, context: context, onto: try base.map { try Document($0, root: "domain") })
  }

  @Test func theDomainNamesTheFile() async throws {
    let name = try await seed(Self.config).name.fileName
    let first = try xml("domain web { \(Self.config) }", path: "/pool/\(name)")
    #expect(first.contains("<sysinfo type=\"fwcfg\">") || first.contains("<sysinfo type='fwcfg'>"))
    #expect(first.contains("opt/com.coreos/config") && first.contains("/pool/\(name)"))
    #expect(!first.contains("s3cret"))
    let again = try xml("domain web { \(Self.config) }", path: "/pool/\(name)", onto: first)
    #expect(again == first)
    let other = try xml("domain web { \(Self.config) }", path: "/pool/other", onto: first)
    #expect(other.contains("/pool/other") && !other.contains(name))
    #expect(try !xml("domain web { }", path: nil, onto: first).contains("sysinfo"))
  }

  @Test func aFileOfSomebodyElseStays() throws {
    let base = """
      <domain><name>web</name><sysinfo type='smbios'/><sysinfo type='fwcfg'>\
      <entry name='opt/com.coreos/config' file='/srv/own.ign'/>\
      <entry name='opt/x' file='/srv/x'/></sysinfo></domain>
      """
    let kept = try xml("domain web { }", path: nil, onto: base)
    #expect(kept.contains("/srv/own.ign") && kept.contains("smbios"))
    let taken = try xml("domain web { \(Self.config) }", path: "/pool/a", onto: base)
    #expect(!taken.contains("/srv/own.ign") && taken.contains("/srv/x"))
    #expect(taken.contains("/pool/a"))
  }

  @Test func aChangeIsShown() async throws {
    let script = "domain web { \(Self.config) }"
    let name = try await seed(Self.config).name.fileName
    func changes(_ file: String?, isThere: Bool, _ script: String) async throws -> [String] {
      var fixture = try StorageFixture()
      if let file, isThere { fixture.add(file, format: "raw") }
      let entry = file.map {
        """
        <sysinfo type='fwcfg'><entry name='opt/com.coreos/config' file='/pool/\($0)'/></sysinfo>
        """
      }
      fixture.domains.append(
        try LiveDomain(
          name: "web",
          uuid: Identity.uuid(stack: StorageFixture.stack, kind: .domain, name: "web"),
          state: .stopped, xml: "<domain><name>web</name>\(entry ?? "")<devices/></domain>"))
      return try await fixture.differences(script, of: "web")
        .map { String($0.prefix { $0 != ":" }) }
    }
    #expect(try await changes(name, isThere: true, script) == [])
    #expect(try await changes(name, isThere: false, script) == ["ignition"])
    #expect(try await changes(nil, isThere: false, script) == ["ignition"])
    #expect(try await changes("other.ign", isThere: true, script) == ["ignition"])
    #expect(try await changes("other.ign", isThere: true, "domain web { }") == [])
    #expect(try await changes(name, isThere: true, "domain web { }") == ["ignition"])
  }
}
