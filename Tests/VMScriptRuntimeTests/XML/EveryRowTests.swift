import Foundation
import Libvirt
import SpecSuite
import TestSupport
import Testing
import VMScript
import VMScriptSyntax

@testable import VMScriptPlan
@testable import VMScriptRuntime

@Suite struct EveryRowTests {
  @Test func acceptedValuesComeBackFromLibvirtAsDeclared() async throws {
    var taken: Set<String> = []
    var refusals: [String] = []
    for one in AwkwardDomains.cases {
      // What a check refuses never comes to libvirt.
      guard let declaration = try? Script.declarations(one.statement).first else { continue }
      var context = XMLContext(
        stack: TestHost.name("rows"), uuid: UUID().uuidString.lowercased(), hypervisor: "test")
      // Where a plan would put its disks.
      context.disks["disk1"] = XMLContext.Storage(path: "/pool/disk1", format: "qcow2")
      let xml = try DomainXML.render(declaration, context: context, onto: nil)
      do {
        let defined = try await TestHost.pool.run { connection in
          let domain = try connection.defineDomain(xml: xml)
          let defined = try domain.xml(inactive: true, secure: true)
          try domain.undefine()
          return defined
        }
        let differences = try DomainXML.differences(declaration, context: context, live: defined)
        #expect(differences.isEmpty, "\(one): \(differences.map(\.path))")
        taken.insert(one.row)
      } catch let error as LibvirtError where error.message.contains("Unknown architecture") {
        // A newer libvirt knows it; a plan asks the host.
        continue
      } catch let error as LibvirtError {
        refusals.append("\(one): \(error.message)")
      }
    }
    #expect(refusals.isEmpty, "\(refusals.joined(separator: "\n"))")
    for row in Set(AwkwardDomains.cases.map(\.row)) { #expect(taken.contains(row), "\(row)") }
  }
}
