import Foundation
import Testing

extension HostTests {
  /// The shell with running guests.
  @Suite(.enabled(if: ShellScreen.isAvailable)) struct ShellGuestTests {
    @Test func theFirstExampleOfHelpWorks() async throws {
      let guest = try #require(Host.guest)
      try await Host.run { host in
        try await host.withShell { shell in
          try await shell.enter(":help")
          try await shell.expect(":help domain")
          let steps = try await shell.rows.prefix { !$0.hasPrefix("Declare a resource again") }
            .filter { $0.hasPrefix("  ") && !$0.hasPrefix("  #") }
            .map { $0.trimmingCharacters(in: .whitespaces) }
          #expect(steps.count >= 6)
          for (number, step) in steps.enumerated() {
            try await shell.press("C-l")
            let entry = step.replacing("debian.qcow2", with: guest)
              .replacing("512MiB", with: "128MiB")
            try await shell.enter(entry)
            if entry.hasPrefix("delete ") {
              try await shell.expect("[y/N]")
              try await shell.enter("y")
            }
            try await shell.enter("\"step \\(\(number))\"")
            try await shell.expect("\n\"step \(number)\"\n")
            let screen = try await shell.rows.joined(separator: "\n")
            #expect(!screen.contains("error["), "\(screen)")
            if entry == "web.ip" { #expect(screen.contains("\n10.10.0.")) }
          }
          #expect(try await host.domains() == ["master"])
        }
      }
    }

    @Test func theConsoleIsTheGuestsUntilOneLeaves() async throws {
      let guest = try #require(Host.guest)
      try await Host.run { host in
        try await host.withShell { shell in
          try await shell.enter("image disk { source = \"\(guest)\" }")
          try await shell.enter(
            "domain web { memory = 128MiB, disk { image = disk }, serial {}, vnc {} }")
          try await shell.expect("domain web  created")
          try await shell.enter(":console web")
          try await shell.expect("attached to the console; Ctrl-] detaches")
          try await shell.expect("vmscript-guest ready")
          // Ctrl-C is the guest's too.
          try await shell.press("C-c")
          try await shell.enter("echo guest $((6 * 7))")
          try await shell.expect("guest 42")
          try await shell.press("C-]")
          try await shell.expect("detached from the console\nvm>")
          try await shell.enter("web.state")
          try await shell.expect("\"running\"\nvm>")
          try await shell.enter(":screenshot web \(host.folder)/web.png")
          try await shell.expect("wrote \(host.folder)/web.png")
          try await shell.enter(":console web")
          try await shell.expect("attached to the console")
          try await host.virsh("destroy", "web")
          try await shell.expect("the console was closed")
          try await shell.enter(":console web")
          try await shell.expect("error[VM0792]: the domain `web` is not running")
        }
      }
    }
  }
}
