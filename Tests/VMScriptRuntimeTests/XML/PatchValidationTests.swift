import TestSupport
import Testing
import VMScript
import VMScriptSyntax

@testable import VMScriptPlan
@testable import VMScriptRuntime

@Suite struct PatchValidationTests {
  private func diagnostics(_ script: String) throws -> [Diagnostic] {
    PatchChecks.diagnostics(
      of: DeclarationSet(stack: "s", declarations: try Script.declarations(script)))
  }

  @Test func aPatchWithoutAMatchIsAnError() throws {
    let found = try diagnostics(
      """
      domain a {
        xml "/domain/devices/hub" { set = { type: "usb" } }
        xml "/domain/devices" { append = "<hub type='usb'/>" }
        xml "/domain/devices/hub" { set = { type: "usb" } }
      }
      net b { subnet = 10.0.0.0/24, xml "/network/portgroup" { remove = true } }
      """)
    #expect(found.map(\.code.number) == [273, 273])
  }

  @Test(
    .enabled(
      if: DocumentSchema.isInstalled(for: "domain") && DocumentSchema.isInstalled(for: "network"),
      "xmllint or libvirt's schemas are not installed"))
  func aPatchThatViolatesTheSchemaIsAWarning() throws {
    let script = """
      domain a {
        disk data { size = 1GiB }
        cloud_init { }
        vnc { }
        xml "/domain/clock" { set = { offset: "localtime" } }
        xml "/domain/clock" { set = { offset: "sideways" } }
        xml "/domain/devices" { append = "<hub type='usb'/>" }
        xml "/domain/devices" { append = "<hup type='usb'/>" }
        xml "/domain/devices/hup" { set = { type: "pci" } }
      }
      net b { subnet = 10.0.0.0/24, xml "/network/bridge" { set = { stp: "maybe" } } }
      domain c { xml "/domain/features" { append = "<apic/>" } }
      """
    let found = try diagnostics(script)
    #expect(found.map(\.code.number) == [754, 754, 754])
    #expect(found.allSatisfy { $0.severity == .warning && !$0.notes.isEmpty })
    let places = found.compactMap { $0.primary?.span }.map { span in
      String(decoding: Array(script.utf8)[Int(span.start)..<Int(span.end)], as: UTF8.self)
    }
    #expect(
      Set(places) == [
        #"xml "/domain/clock""#, #"xml "/domain/devices""#, #"xml "/network/bridge""#,
      ])
  }

  @Test(
    .enabled(
      if: DocumentSchema.isInstalled(for: "domain"),
      "xmllint or libvirt's schemas are not installed"))
  func thePlaceholdersOfACheckAreValid() throws {
    let found = try diagnostics(
      """
      image base { source = "/a.qcow2" }
      net lab { subnet = 10.0.0.0/24 }
      domain a {
        cpus = 2, memory = 1GiB, firmware = uefi
        disk root { image = base }
        disk data { size = 1GiB, bus = scsi }
        cdrom { source = "/a.iso" }
        nic { net = lab, ip = 10.0.0.9 }
        vnc { }, serial { }, console { }
        cloud_init { user admin { } }
        xml "/domain/devices" { append = "<bogus/>" }
      }
      """)
    // A violation of the document without the patch would hide that of the patch.
    #expect(found.map(\.code.number) == [754])
    #expect(found.first?.notes.count == 1, "\(found.map(\.notes))")
  }
}
