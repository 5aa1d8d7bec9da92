import Foundation
import SpecSuite
import Testing

extension HostTests {
  /// Every row of the schema of domains, with values that are awkward for its type.
  @Suite struct EveryRowTests {
    @Test func everyCheckedValueIsInPlaceAfterOneRun() async throws {
      try await Host.run { host in
        let all = AwkwardDomains.cases.filter { !AwkwardDomains.rowsOfTheHost.contains($0.row) }
        var cases = all
        func script(_ cases: [AwkwardDomains.Case]) throws -> String {
          try host.file(
            "rows.vmscript", "stack \"rows\"\n" + cases.map { $0.statement + "\n" }.joined())
        }
        /// The cases that a command finds errors in, each of which it must place in its line.
        func refused(_ arguments: [String]) async throws -> Set<String> {
          let result = try await host.vmscript(arguments + ["--json"])
          let found = try result.errors.split(separator: "\n").map { try JSON(String($0)) }
            .filter { $0["severity"].text == "error" && $0["code"].text != "VM0415" }
          return Set(
            try found.map { diagnostic in
              let line = try #require(diagnostic["line"].int, "\(diagnostic["message"].text ?? "")")
              return cases[line - 2].name
            })
        }
        for command in ["check", "plan"] {
          while true {
            let names = try await refused([command, script(cases)])
            if names.isEmpty { break }
            cases.removeAll { names.contains($0.name) }
          }
        }
        for row in Set(all.map(\.row)) {
          #expect(cases.contains { $0.row == row }, "no value of \(row) is taken")
        }

        let path = try script(cases)
        let run = try await host.vmscript(["run", path, "--json"])
        #expect(run.status == 0, "\(run.errors)")
        let byName = Dictionary(uniqueKeysWithValues: cases.map { ($0.name, $0) })
        for change in try JSON(run.output)["changes"].items where change["result"].text != "done" {
          Issue.record("libvirt refuses \(byName[change["name"].text ?? ""]?.description ?? "")")
        }
        for change in try await host.json(["plan", path])["changes"].items {
          Issue.record("differs for ever: \(byName[change["name"].text ?? ""]?.description ?? "")")
        }
        try await host.json(["destroy", path, "--yes"])
      }
    }
  }
}
