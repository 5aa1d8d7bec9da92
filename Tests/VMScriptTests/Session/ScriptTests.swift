import Foundation
import SpecSuite
import Testing
import VMScriptSyntax

@testable import VMScript

/// A script written from declarations declares the same.
@Suite struct ScriptTests {
  private func documents(_ declarations: [Declaration]) -> String {
    Value.list(declarations.map(\.document)).json()
  }

  /// Evaluates a written script, each parameter given by its own name.
  private func rerun(_ script: String) -> Ran {
    let names = script.split(separator: "\n").filter { $0.hasPrefix("param ") }
      .compactMap { $0.dropFirst(6).split(separator: ":").first.map(String.init) }
    // A password of VNC has eight bytes.
    return run(script, set: Dictionary(names.map { ($0, String($0.suffix(8))) }) { $1 })
  }

  /// Holds what is written against what was declared.
  private func check(_ set: DeclarationSet, _ name: String) throws {
    let script = set.script
    #expect(try Formatter.format(SourceText(name: "", text: script)).get() == script, "\(name)")
    let again = rerun(script)
    let errors = again.diagnostics.filter { $0.severity == .error }.map(\.message)
    #expect(errors == [], "\(name): \(again.messages)\n\(script)")
    #expect(again.outcome?.declarations.stack == set.stack, "\(name)")
    #expect(
      documents(again.declarations) == documents(set.declarations.inOrderOfDependence()),
      "\(name):\n\(script)")
  }

  @Test(arguments: try SpecCase.all())
  func aSpecIsDecoded(script: SpecCase) throws {
    guard let set = try LibraryRunner().declarations(script), !set.declarations.isEmpty,
      // What is not known cannot be written.
      script.path != "unknown/in-properties"
    else { return }
    try check(set, script.path)
  }

  @Test(arguments: [
    ("01-hello", [:]), ("02-by-hand", ["iso": "/tmp/a b.iso"]), ("03-lab", ["base": "/b.qcow2"]),
    ("05-modules", ["environment": "production", "disks": "2"]),
    ("07-networks", [:]),
  ])
  func theTourIsDecoded(name: String, parameters: [String: String]) throws {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("../../../Examples/tour/\(name).vmscript").standardizedFileURL
    let ran = run(
      try String(contentsOf: file, encoding: .utf8), name: file.path, set: parameters,
      importer: .local)
    let set = try #require(ran.outcome?.declarations)
    #expect(!set.declarations.isEmpty)
    try check(set, name)
  }

  @Test func textsAndNamesOfAllKinds() throws {
    let ran = run(
      #"""
      domain "web-1" {
        description = "a \"b\" \\(c) ${d}\n\te\u{202E}f'g"
        labels = { plain: "x", "odd key": "y", for: "z", "a.b": "ü\n" }
        disk "data disk" { size = 1500MB }
        disk for_data { size = 1GiB }
        disk "for" { size = 17KiB }
        xml '/domain/devices' { append = '<a b="c"/>' }
        cloud_init { user "a.b" { password = "p" }, run = ["echo \"$x\"", ''] }
      }
      domain print { cpus = { max: 4, sockets: 4 }, memory = 1GiB }
      domain len { serial { } }
      net "len" { subnet = 10.1.0.0/24, dhcp = 10.1.0.9...10.1.0.20 }
      domain größe { nic { net = net("len"), mac = "52:54:00:00:00:01" }, nic { net = "default" } }
      clone domain("web-1") as "web-2" { remove disk "for", remove disk 1 }
      clone "on the host" as "e.f" { remove nic 2, remove disk vda }
      """#)
    #expect(ran.messages == [])
    let set = try #require(ran.outcome?.declarations)
    try check(set, set.script)
  }

  @Test func aSecretIsAParameterWhateverItIsNamedAfter() throws {
    let ran = run(
      """
      let p = secret("hunter2")
      domain web_1 { vnc { password = p }, title = p, cloud_init { run = ["echo \\(p)"] } }
      domain web { cloud_init { user "x.1" { password = "a" } }, description = secret("b") }
      domain web_1_vnc_password { }
      domain "2" { title = secret("c") }
      """)
    let set = try #require(ran.outcome?.declarations)
    let script = set.script
    for secret in ["hunter2", "\"a\"", "\"b\"", "\"c\"", SecretText.mask] {
      #expect(!script.contains(secret), "\(script)")
    }
    #expect(script.contains("\nparam web_1_title: secret\n"))
    #expect(script.contains("\nparam web_cloud_init_user_x_1_password: secret\n"))
    #expect(script.contains("\nparam _2_title: secret\n"))
    #expect(script.contains("    password = web_1_title\n"))
    try check(set, "secrets")
    let again = run(
      script,
      set: [
        "web_1_title": "hunter2", "web_1_cloud_init_run": "echo hunter2", "_2_title": "c",
        "web_cloud_init_user_x_1_password": "a", "web_description": "b",
      ])
    #expect(again.messages == [])
    #expect(again.domain("web_1")?.body["title"] == set.declarations[0].body["title"])
  }

  @Test func declaredResourcesAreReferredToByName() throws {
    let ran = run(
      """
      net lab { subnet = 10.1.0.0/24 }
      net "my-lab" { subnet = 10.2.0.0/24 }
      image i { size = 1GiB }
      image qcow2 { size = 1GiB }
      domain base {
        disk { image = i }
        disk { source = image("qcow2") }
        cdrom { source = image("elsewhere") }
        nic { net = "lab" }
        nic { net = net("my-lab"), model = e1000 }
        nic { net = "default", model = "odd" }
      }
      clone base as twin { nic { ip = 10.1.0.9 }, remove nic 2 }
      """)
    let set = try #require(ran.outcome?.declarations)
    #expect(
      set.script.hasSuffix(
        """
        domain base {
          disk {
            image = i
          }
          disk {
            source = qcow2
          }
          cdrom {
            source = image("elsewhere")
          }
          nic {
            net = lab
          }
          nic {
            net = "my-lab"
            model = e1000
          }
          nic {
            net = "default"
            model = "odd"
          }
        }

        clone base as twin {
          remove nic 2
          nic {
            ip = 10.1.0.9
          }
        }

        """), "\(set.script)")
    try check(set, "references")
  }

  @Test func aCloneOfWhatIsDeclaredNoLongerIsADomain() throws {
    let ran = run(
      """
      domain base { memory = 64MiB, nic { net = "a" }, state = stopped }
      clone base as twin { nic { net = "b" } }
      clone twin as more { }
      delete base
      """)
    let set = try #require(ran.outcome?.declarations)
    let script = set.script
    #expect(script.contains("domain twin {\n"))
    #expect(script.contains("clone twin as more"))
    let again = rerun(script)
    #expect(again.messages == [])
    #expect(again.domain("twin")?.body.document == set.declarations[0].body.document)
    #expect(again.domain("more")?.body.document == set.declarations[1].body.document)
  }

  @Test func unknownValuesBecomeComments() throws {
    let ran = run("domain a { }\ndomain b { title = \"at \\(a.ip)\", memory = 1GiB }")
    let set = try #require(ran.outcome?.declarations)
    #expect(set.script.contains("  # title = (known after apply)\n"))
    #expect(rerun(set.script).messages == [])
  }
}
