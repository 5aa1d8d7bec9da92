import Foundation
import Libvirt
import TestSupport
import Testing
import VMScript
import VMScriptSyntax

@testable import VMScriptPlan
@testable import VMScriptRuntime

/// The effect of `xml` blocks on libvirt's test driver, and on a real libvirtd where there is one: each
/// is in effect as it is written or reported once, and is no difference from then on.
@Suite(.serialized) struct PatchRunTests {
  static let uris = ["test:///default", IsolatedHost.uri].compactMap(\.self)

  /// Patches of one domain that have to do with each other.
  static let groups: [[(path: String, text: String)]] = [
    [("/domain", "<bogus/>"), ("/domain/bogus", "<x/>")],
    [("/domain", "<features><pae/></features>"), ("/domain", "<features><hap/></features>")],
    [
      ("/domain", "<features><pae/></features>"), ("/domain/features", "<apic/>"),
      ("/domain", "<features><acpi/></features>"),
    ],
    [
      ("/domain/devices", "<input type='mouse' bus='usb'/>"),
      ("/domain/devices", "<input type='mouse' bus='usb'/>"),
    ],
    [
      ("/domain/devices", "<input type='keyboard' bus='usb'/>"),
      ("/domain/devices/input[@type='keyboard']", "<alias name='ua-k'/>"),
    ],
    [
      ("/domain", "<clock offset='localtime'/>"),
      ("/domain/clock[@offset='localtime']", "<timer name='hpet' present='no'/>"),
    ],
    [
      ("/domain/devices", "<controller type='scsi' index='0x7' model='virtio-scsi'/>"),
      ("/domain/devices/controller[@index='0x7']", "<driver queues='04'/>"),
    ],
    [("/domain", "<vcpu>4</vcpu>"), ("/domain", "<vcpu>5</vcpu>")],
  ]

  /// Paths, each with a fragment.
  static let single: [(path: String, text: String)] = [
    // Elements of which there is one already, with other values.
    ("/domain", "<vcpu>4</vcpu>"),
    ("/domain", "<vcpu placement='static' current='2'>4</vcpu>"),
    ("/domain", "<clock offset='localtime'/>"),
    ("/domain", "<clock offset='utc'><timer name='rtc' tickpolicy='catchup'/></clock>"),
    ("/domain", "<memory unit='MiB'>256</memory>"),
    ("/domain", "<on_reboot>destroy</on_reboot>"),
    ("/domain", "<on_crash> preserve </on_crash>"),
    ("/domain", "<os><type>hvm</type><bootmenu enable='yes'/></os>"),
    ("/domain/os", "<boot dev='network'/>"),
    ("/domain/os", "<type machine='pc'>hvm</type>"),
    ("/domain/devices", "<emulator>/usr/bin/qemu-system-x86_64</emulator>"),
    ("/domain/devices", "<video><model type='vga' vram='8192' heads='1'/></video>"),
    ("/domain/devices/graphics", "<listen type='address' address='127.0.0.1'/>"),
    ("/domain/devices/graphics", "<listen type='none'/>"),
    ("/domain/devices/interface", "<model type='e1000'/>"),
    ("/domain/devices/interface", "<link state='down'/>"),
    ("/domain/devices/interface", "<mtu size='0x5dc'/>"),
    ("/domain/devices/interface", "<mtu size='01400'/>"),
    ("/domain/devices/interface", "<bandwidth><inbound average='0100'/></bandwidth>"),
    ("/domain/devices/interface", "<boot order='01'/>"),
    ("/domain/devices/interface", "<alias name='ua-one'/>"),
    ("/domain/devices/interface", "<alias name='not-of-a-user'/>"),
    // Containers that are merged with those that are there.
    ("/domain", "<features><pae/></features>"),
    ("/domain", "<features><acpi/><hyperv><relaxed state='on'/></hyperv></features>"),
    ("/domain/features", "<acpi/>"),
    ("/domain/features", "<hyperv><spinlocks state='on' retries='0x2000'/></hyperv>"),
    ("/domain", "<devices><input type='tablet' bus='usb'/></devices>"),
    ("/domain", "<cputune><shares>02048</shares></cputune>"),
    ("/domain", "<blkiotune><weight>800</weight></blkiotune>"),
    ("/domain", "<memtune><hard_limit unit='MiB'>512</hard_limit></memtune>"),
    ("/domain", "<memoryBacking><nosharepages/></memoryBacking>"),
    ("/domain", "<pm><suspend-to-mem enabled='no'/></pm>"),
    ("/domain", "<resource><partition>/machine</partition></resource>"),
    ("/domain", "<iothreads>02</iothreads>"),
    ("/domain", "<genid>11111111-2222-4333-8444-55555555AAAA</genid>"),
    ("/domain", "<description>one\n  two\ttabs &amp; more</description>"),
    ("/domain", "<title><![CDATA[a <b> & c]]></title>"),
    ("/domain", "<title>  spaces around  </title>"),
    // Order, repetition, comments, white space, case.
    ("/domain/devices", "<input bus='usb' type='mouse'/>"),
    ("/domain/devices", "<input type='mouse' bus='usb'><!-- a comment --></input>"),
    ("/domain/devices", "<input\n  type='mouse'\n  bus='usb'\n></input>"),
    ("/domain/devices", "<input type='Mouse' bus='usb'/>"),
    ("/domain/devices", "<?note this?><input type='keyboard' bus='usb'/>"),
    (
      "/domain/devices",
      "<channel type='unix'><target type='virtio' name='org.a'/><source mode='bind'/></channel>"
    ),
    (
      "/domain/devices",
      "<hostdev mode='subsystem' type='usb' managed='Yes'><source><vendor id='0x1'/><product id='2'/></source></hostdev>"
    ),
    (
      "/domain/devices",
      "<hostdev mode='subsystem' type='pci' managed='no'><source><address domain='0' bus='0xA' slot='1' function='0x0'/></source></hostdev>"
    ),
    ("/domain/devices", "<rng model='virtio'><backend model='random'>/dev/random</backend></rng>"),
    ("/domain/devices", "<memballoon model='none'/>"),
    ("/domain/devices", "<memballoon model='virtio'><stats period='010'/></memballoon>"),
    ("/domain/devices", "<watchdog model='i6300esb' action='reset'/>"),
    ("/domain/devices", "<controller type='scsi' index='07' model='virtio-scsi'/>"),
    ("/domain/devices", "<controller type='usb' index='0' model='qemu-xhci'/>"),
    ("/domain/devices", "<panic model='isa'/>"),
    ("/domain/devices", "<sound model='ich6'/>"),
    ("/domain/devices", "<serial type='pty'/>"),
    ("/domain/devices", "<serial type='pty'><target port='1'/></serial>"),
    ("/domain/devices", "<console type='pty'/>"),
    (
      "/domain", "<cpu mode='host-passthrough'><topology sockets='1' cores='01' threads='1'/></cpu>"
    ),
    (
      "/domain",
      "<cpu><numa><cell id='0' cpus='0' memory='65536' unit='KiB'/></numa></cpu>"
    ),
    (
      "/domain",
      "<sysinfo type='smbios'><bios><entry name='vendor'>a &lt; b</entry></bios></sysinfo>"
    ),
    ("/domain/os", "<smbios mode='sysinfo'/>"),
    (
      "/domain/devices",
      "<disk type='file' device='cdrom'><target dev='sdx' bus='sata'/><readonly/></disk>"
    ),
    (
      "/domain/devices",
      "<filesystem type='mount'><source dir='/tmp/'/><target dir='tag'/></filesystem>"
    ),
    ("/domain/devices", "<vsock model='virtio'><cid auto='yes'/></vsock>"),
    ("/domain/devices", "<tpm model='tpm-tis'><backend type='emulator' version='2.0'/></tpm>"),
    (
      "/domain", "<keywrap><cipher name='aes' state='off'/></keywrap>"
    ),
    (
      "/domain",
      "<seclabel type='none' model='dac'/>"
    ),
    // Namespaces.
    (
      "/domain",
      "<qemu:commandline xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'><qemu:arg value='-name'/><qemu:env name='A' value='b'/></qemu:commandline>"
    ),
    (
      "/domain",
      "<commandline xmlns='http://libvirt.org/schemas/domain/qemu/1.0'><arg value=' x '/></commandline>"
    ),
    ("/domain/metadata", "<app:info xmlns:app='urn:app' app:level='1'><app:note/></app:info>"),
    ("/domain/metadata", "<info xmlns='urn:plain'>  text <b/> tail </info>"),
    ("/domain/metadata", "<app:info xmlns:app='urn:app'><app:x/><app:y/><app:x/></app:info>"),
    // What no libvirt knows.
    ("/domain", "<bogus a='1'><b/></bogus>"),
    ("/domain/devices/interface", "<bogus/>"),
    ("/domain/devices", "<input type='mouse' bus='usb' bogus='1'>text</input>"),
    ("/domain/clock", "<timer name='hpet' present='no' bogus='1'/>"),
    ("/domain/clock", "<timer name='hpet' present='no'/>"),
  ]

  /// Elements that libvirt copies to a second place, from where it restores them.
  static let staying: Set = [
    "<listen type='address' address='127.0.0.1'/>", "<serial type='pty'/>",
    "<serial type='pty'><target port='1'/></serial>", "<console type='pty'/>",
  ]

  static let patches = single.map { [$0] } + groups

  private struct Lab {
    let uri: String
    let stack = TestHost.name("patched")
    let connections: ConnectionPool

    func name(_ number: Int) -> String { "\(stack)-\(number)" }

    func statement(_ number: Int, _ patches: [(path: String, text: String)], title: String = "")
      -> String
    {
      let blocks = patches.map { path, text in
        let escaped = text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
          .replacing("\n", with: "\\n").replacing("\t", with: "\\t")
        return "  xml \"\(path)\" { append = \"\(escaped)\" }\n"
      }
      return """
        domain "\(name(number))" {
          memory = 64MiB, state = stopped
          \(title.isEmpty ? "" : "labels = { a: \"\(title)\" }")
          nic { net = net("default") }
          vnc { }
        \(blocks.joined())}

        """
    }

    func program(_ statements: [String]) throws -> Program {
      try Script.program("stack \"\(stack)\"\n" + statements.joined())
    }

    var options: RunOptions { RunOptions(uri: uri, assumeYes: true, hypervisor: "qemu") }

    func run(_ statements: [String]) async throws -> RunReport {
      await Runner.run(try program(statements), options: options)
    }

    func plan(_ statements: [String]) async throws -> RunReport {
      await Runner.plan(try program(statements), options: options)
    }

    func definition(_ number: Int) async throws -> XMLElement {
      let name = name(number)
      let text = try await connections.run { connection in
        try #require(try connection.domain(named: name)).xml(inactive: true)
      }
      return try XMLElement.parse(text, root: "domain")
    }
  }

  /// The numbers of the domains that warnings of a report are about.
  private func warned(_ report: RunReport, _ lab: Lab) -> Set<Int> {
    Set(
      report.diagnostics.filter { $0.code.number == 750 }.flatMap { warning in
        Self.patches.indices.filter {
          (warning.message + warning.notes.joined()).contains("`\(lab.name($0))`")
        }
      })
  }

  /// Whether one of these elements holds the content of a fragment, in any spelling.
  private func isSaid(_ fragment: XMLElement, in others: [XMLElement]) -> Bool {
    others.contains { other in
      guard other.hasName(of: fragment) else { return false }
      let values = fragment.ownAttributes.allSatisfy { name, value in
        other[name].map { Self.isSame($0, value) || name == "unit" } ?? false
      }
      let text =
        !fragment.children.isEmpty || fragment.stringValue.allSatisfy(\.isWhitespace)
        || Self.isSame(fragment.stringValue, other.stringValue)
      return values && text
        && fragment.children.allSatisfy { isSaid($0, in: other.children) }
    }
  }

  private static func isSame(_ a: String, _ b: String) -> Bool {
    func number(_ text: String) -> UInt64? {
      text.lowercased().hasPrefix("0x") ? UInt64(text.dropFirst(2), radix: 16) : UInt64(text)
    }
    func plain(_ text: String) -> String {
      text.lowercased().trimmingCharacters(in: .whitespacesAndNewlines)
    }
    // The one size among them.
    if a == "512", b == "524288" { return true }
    return number(a).map { $0 == number(b) } ?? (plain(a) == plain(b))
  }

  @Test(arguments: uris)
  func eachIsInEffectOrReportedOnce(uri: String) async throws {
    let lab = Lab(uri: uri, connections: ConnectionPool(uri: uri, size: 2))
    // The test driver forgets all with its last connection.
    try await lab.connections.run { _ in }
    defer { Task { await lab.connections.close() } }
    var taken = Array(Self.patches.indices)
    func statements(patched: Bool = true, title: String = "") -> [String] {
      [lab.statement(Self.patches.count, [])]
        + taken.map { lab.statement($0, patched ? Self.patches[$0] : [], title: title) }
    }
    let first = try await lab.run(statements())
    // libvirt reports its refusals itself; they do not concern dropped elements.
    let failed = first.plan.changes.filter { $0.result != .done }.map(\.name)
    taken.removeAll { failed.contains(lab.name($0)) }
    #expect(taken.count > Self.patches.count - 8)
    let warned = warned(first, lab)
    for number in taken {
      let root = try await lab.definition(number)
      let areKept = try Self.patches[number].map { path, text in
        let targets = try XMLPath(path).elements(from: root)
        return try isSaid(XMLElement.parse(text), in: targets.flatMap(\.children))
      }
      let isKept = !areKept.contains(false)
      #expect(isKept != warned.contains(number), "\(Self.patches[number])")
    }
    let second = try await lab.plan(statements())
    for change in second.plan.changes {
      Issue.record("differs for ever: \(change.name) \(change.properties)")
    }
    #expect(second.diagnostics.isEmpty, "\(second.diagnostics)")
    // A later define, for another reason, reports nothing again.
    let third = try await lab.run(statements(title: "other"))
    #expect(third.outcome == .done && third.diagnostics.isEmpty, "\(third.diagnostics)")
    #expect(try await lab.plan(statements(title: "other")).plan.isEmpty)

    let bare = try await lab.definition(Self.patches.count)
    let removed = try await lab.run(statements(patched: false))
    #expect(removed.outcome == .done && removed.diagnostics.isEmpty, "\(removed.diagnostics)")
    #expect(try await lab.plan(statements(patched: false)).plan.isEmpty)
    for number in taken {
      let root = try await lab.definition(number)
      for (path, text) in Self.patches[number] where !Self.staying.contains(text) {
        func isSaid(in root: XMLElement) throws -> Bool {
          let targets = try XMLPath(path).elements(from: root)
          return try self.isSaid(XMLElement.parse(text), in: targets.flatMap(\.children))
        }
        let (isLeft, isUsual) = (try isSaid(in: root), try isSaid(in: bare))
        #expect(isLeft == isUsual, "\(path) \(text)")
      }
    }
    _ = await Runner.destroy(stack: lab.stack, options: lab.options)
  }
}
