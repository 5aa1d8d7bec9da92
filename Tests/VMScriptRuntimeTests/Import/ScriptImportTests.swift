import Foundation
import TestSupport
import Testing
import VMScript
import VMScriptSyntax

@testable import VMScriptPlan

/// Definitions of libvirt's as scripts.
@Suite struct ScriptImportTests {
  private func script(_ documents: String...) -> ScriptImport {
    var result = ScriptImport(stack: "lab")
    for (number, text) in documents.enumerated() { result.add(text, from: "\(number).xml") }
    return result
  }

  private func domain(_ content: String) -> String {
    """
    <domain type='kvm' id='7'><name>web</name><uuid>6bc87c1e-71c1-5d2c-a2a2-000000000001</uuid>
    <memory unit='GiB'>2</memory><vcpu placement='static'>2</vcpu>
    <os><type arch='x86_64' machine='q35'>hvm</type><boot dev='hd'/></os><features><acpi/></features>
    <on_poweroff>destroy</on_poweroff>\(content)</domain>
    """
  }

  @Test func aMachineIsWrittenAsAPersonWould() {
    let result = script(
      domain(
        """
        <devices><emulator>/usr/bin/qemu-system-x86_64</emulator>
        <disk type='file' device='disk'><driver name='qemu' type='qcow2' discard='unmap'/>
        <source file='/srv/web.qcow2' index='1'/><backingStore/><target dev='vda' bus='virtio'/>
        <alias name='virtio-disk0'/><address type='pci' bus='0x04'/></disk>
        <controller type='usb' index='0' model='qemu-xhci' ports='15'/>
        <controller type='pci' index='1' model='pcie-root-port'/>
        <interface type='network'><mac address='52:54:00:00:00:01'/>
        <source network='lab' portid='1' bridge='virbr1'/><target dev='vnet3'/>
        <model type='virtio'/></interface>
        <serial type='pty'><source path='/dev/pts/3'/><target type='isa-serial' port='0'/></serial>
        <console type='pty' tty='/dev/pts/3'><target type='serial' port='0'/></console>
        <channel type='unix'><target type='virtio' name='org.qemu.guest_agent.0'/></channel>
        <input type='mouse' bus='ps2'/><memballoon model='virtio'/>
        <rng model='virtio'><backend model='random'>/dev/urandom</backend></rng>
        <hostdev mode='subsystem' type='pci' managed='yes'><source>
        <address domain='0x0000' bus='0x01' slot='0x00' function='0x0'/></source></hostdev>
        </devices>
        """),
      """
      <network connections='1'><name>lab</name><forward mode='nat'/><bridge name='virbr1' stp='on'/>
      <ip address='10.0.0.1' prefix='24'><dhcp><range start='10.0.0.2' end='10.0.0.254'/>
      <host mac='52:54:00:00:00:01' name='web' ip='10.0.0.9'/></dhcp></ip></network>
      """)
    #expect(result.diagnostics.isEmpty, "\(result.diagnostics)")
    #expect(result.patches == 0)
    #expect(
      result.script == """
        stack "lab"

        net lab {
          subnet = 10.0.0.0/24
          bridge = "virbr1"
          host web {
            mac = "52:54:00:00:00:01"
            ip = 10.0.0.9
          }
        }

        domain web {
          machine = "q35"
          agent = true
          cpus = 2
          memory = 2GiB
          disk {
            source = "/srv/web.qcow2"
            format = qcow2
            discard = unmap
          }
          nic {
            net = lab
            mac = "52:54:00:00:00:01"
          }
          rng = true
          controller usb {
            index = 0
            model = "qemu-xhci"
            ports = 15
          }
          serial { }
          pci "0000:01:00.0"
        }

        """, "\(result.script)")
  }

  @Test func whatNoPropertyDescribesBecomesAPatch() throws {
    let result = script(
      domain(
        """
        <genid>6bc87c1e-71c1-5d2c-a2a2-000000000002</genid>
        <devices><disk type='network' device='disk'><source protocol='rbd' name='a/b'/>
        <target dev='vda' bus='virtio'/></disk><video><model type='qxl' heads='2'/>
        <driver name='qemu'/></video></devices>
        """))
    #expect(result.diagnostics.isEmpty && result.patches > 0, "\(result.script)")
    #expect(result.script.contains("genid") && result.script.contains("protocol='rbd'"))
    #expect(try Script.declarations(result.script).count == 1)
  }

  @Test func otherDocumentsAreRefused() {
    #expect(script("<domain><name>a</domain>").diagnostics.map(\.code.number) == [771])
    #expect(script("<pool><name>a</name></pool>").diagnostics.map(\.code.number) == [772])
    #expect(script("<domain type='kvm'/>").diagnostics.map(\.code.number) == [772])
    let twice = script(domain(""), domain(""))
    #expect(twice.diagnostics.map(\.code.number) == [773] && twice.resources.count == 1)
  }

  @Test func aPasswordBecomesAParameter() {
    let result = script(domain("<devices><graphics type='vnc' passwd='s3cret'/></devices>"))
    #expect(!result.script.contains("s3cret"))
    #expect(result.script.contains("param web_vnc_password: secret"), "\(result.script)")
  }

  /// The documents of real machines, where they are at hand.
  private static let corpus: [URL] = {
    let folder = URL(
      fileURLWithPath: ProcessInfo.processInfo.environment["VMSCRIPT_TEST_CORPUS"] ?? "")
    let kinds = ["domains", "networks"].map { folder.appendingPathComponent($0) }
    return kinds.flatMap {
      (try? FileManager.default.contentsOfDirectory(at: $0, includingPropertiesForKeys: nil)) ?? []
    }.filter { $0.pathExtension == "xml" }
  }()

  /// Every document becomes a script that parses, declares one resource, and is the same when its own
  /// definition is imported.
  @Test(.enabled(if: !corpus.isEmpty, "VMSCRIPT_TEST_CORPUS names a folder of documents"))
  func realMachinesAreImported() throws {
    var incomplete: [String] = []
    for file in Self.corpus {
      let result = script(try String(contentsOf: file, encoding: .utf8))
      let errors = result.diagnostics.filter { $0.severity == .error }
      #expect(errors.isEmpty, "\(file.lastPathComponent): \(errors)")
      if !result.diagnostics.isEmpty { incomplete.append(file.lastPathComponent) }
    }
    #expect(incomplete.count * 50 < Self.corpus.count, "\(incomplete)")
  }
}
