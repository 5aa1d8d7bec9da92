import Foundation
import Testing

extension HostTests {
  /// A host that does not answer, goes away and comes back under the shell.
  @Suite(.enabled(if: ShellScreen.isAvailable)) struct ShellConnectionTests {
    @Test func thePromptWaitsForNoHost() async throws {
      try await Host.run { host in
        try await host.withHungDaemon {
          try await host.withShell(isAnswering: false) { shell in
            try await shell.enter("1 + 1")
            try await shell.expect("\n2\nvm>")
            try await shell.type("doma")
            try await shell.press("Tab")
            try await shell.expect("vm> domain")
            try await shell.press("C-c")
            try await shell.enter("domain a { memory = 32MiB }")
            try await shell.press("C-c")
            try await shell.expect("error[VM0704]: connecting was cancelled")
            try await shell.enter(":list")
            try await shell.press("C-c")
            try await shell.expect("vm> :list\ncancelled\nvm>")
            try await shell.press("C-d")
            try await shell.expect("left with 0")
          }
        }
      }
    }

    @Test func aLateHostIsReported() async throws {
      try await Host.run { host in
        var daemon: pid_t = 0
        daemon = try #require(try await host.daemon())
        kill(daemon, SIGSTOP)
        defer { kill(daemon, SIGCONT) }
        try await host.withShell(isAnswering: false) { shell in
          try await shell.type("1 +")
          try await shell.expect("vm> 1 +")
          kill(daemon, SIGCONT)
          try await shell.expect("connected to \(host.uri)\nvm> 1 +")
        }
      }
    }

    @Test func aLostConnectionIsReportedOnceAndOpenedAgain() async throws {
      try await Host.run { host in
        try await host.withShell { shell in
          try await shell.enter("domain a { memory = 32MiB }; let x = 5")
          try await shell.expect("1 created")
          try await host.withoutDaemon {
            try await shell.expect("the connection is lost")
            try await shell.enter("a.state")
            try await shell.expect("error[VM0702]")
            try await shell.enter(":connect \(host.uri)")
            try await shell.expect(":connect \(host.uri)\nerror[VM0701]")
          }
          try await shell.enter("[a.state, x]")
          try await shell.expect(#"["running", 5]"#)
          // Events flow again after that message.
          try await shell.expect("connected to \(host.uri)\nvm>")
          try await host.virsh("suspend", "a")
          try await shell.expect("a was suspended\nvm>")
          #expect(try await shell.rows.count { $0.contains("the connection is lost") } == 1)
        }
      }
    }

    @Test func theSameHostIsConnectedToAnewAndNothingIsForgotten() async throws {
      try await Host.run { host in
        try await host.withShell { shell in
          try await shell.enter("domain a { memory = 32MiB }; let x = 5")
          try await shell.expect("1 created")
          try await host.restart()
          try await shell.expect("the connection is lost")
          try await shell.enter(":connect \(host.uri)")
          try await shell.expect(":connect \(host.uri)\nconnected to \(host.uri)\nvm>")
          try await shell.enter("[a.state, x]")
          try await shell.expect(#"["running", 5]"#)
        }
      }
    }

    @Test func aConnectionLostInTheMiddleSaysWhatTookEffect() async throws {
      try await Host.run { host in
        let image = try host.largeFile()
        let entry = #"net lab { subnet = 10.9.0.0/24 }; image big { source = "\#(image)" }"#
        try await host.withShell { shell in
          try await shell.enter(entry)
          try await shell.expect("✓ net    lab")
          try await shell.expect("upload")
          try await host.withoutDaemon {
            try await shell.expect("error[VM0702]: the connection was lost")
            try await shell.expect("shell: failed: 1 created, 1 failed")
          }
          try await shell.enter(entry)
          try await shell.expect("vm> \(entry)\n+ image big")
          try await shell.expect("✓ image  big")
          try await shell.expect("shell: 1 created")
        }
      }
    }
  }
}
