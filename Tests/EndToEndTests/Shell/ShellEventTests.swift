import Foundation
import Testing

extension HostTests {
  /// Events of the host are printed above the input line.
  @Suite(.enabled(if: ShellScreen.isAvailable)) struct ShellEventTests {
    @Test func eventsOfOthersAppearAboveTheInput() async throws {
      try await Host.run { host in
        try await host.define("a")
        try await host.withShell { shell in
          try await shell.enter("let sizes = [")
          try await shell.type("1GiB, 2GiB")
          try await shell.press("Left", "Left", "Left", "Left")
          try await shell.expect("vm> let sizes = [\n  1GiB, 2GiB")
          try await host.virsh("start", "a")
          try await shell.expect("a started\nvm> let sizes = [\n  1GiB, 2GiB\n")
          try await host.virsh("suspend", "a")
          try await host.virsh("net-destroy", Host.unrelated)
          try await shell.expect(
            "a was suspended\nnet unrelated stopped\nvm> let sizes = [\n  1GiB, 2GiB\n")
          try await shell.type("5MiB, ")
          try await shell.expect("stopped\nvm> let sizes = [\n  1GiB, 5MiB, 2GiB\n")
          try await shell.press("End")
          try await shell.enter("]")
          try await shell.enter("sizes[1]")
          try await shell.expect("\n5MiB\nvm>")
        }
      }
    }

    @Test func aCrashedGuestIsReportedDuringAnEntry() async throws {
      try await Host.run { host in
        try await host.withShell { shell in
          try await shell.enter("domain a { memory = 32MiB }; domain b { memory = 32MiB }")
          try await shell.expect("2 created")
          try await shell.type("a.st")
          try await shell.expect("vm> a.st")
          kill(try await host.guestProcess("a"), SIGKILL)
          try await shell.expect("a crashed\nvm> a.st")
          try await shell.enter("ate")
          try await shell.expect(#""stopped""#)
          try await shell.enter(#"wait b for b.state == "stopped" within 1m"#)
          try await shell.expect("for a condition of b")
          kill(try await host.guestProcess("b"), SIGKILL)
          try await shell.expect("b crashed\nvm>")
        }
      }
    }

    @Test func theEventsOfAnEntryAreNotReported() async throws {
      try await Host.run { host in
        try await host.withShell { shell in
          try await shell.enter("domain a { memory = 32MiB }")
          try await shell.expect("1 created")
          try await shell.enter("stop a force")
          try await shell.expect("✓ stop a")
          try await shell.enter("1 + 1")
          try await shell.expect("\n2\nvm>")
          let rows = try await shell.rows
          #expect(!rows.contains { ["a started", "a stopped", "a was defined"].contains($0) })
        }
      }
    }

    @Test func eventsAreSilencedByACommand() async throws {
      try await Host.run { host in
        try await host.define("a")
        try await host.withShell { shell in
          try await shell.enter(":events off")
          try await shell.expect("vm> :events off\nevents is off\nvm>")
          try await host.virsh("start", "a")
          try await host.define("latecomer")
          // The names for completion are current, so the events have arrived.
          try await shell.typeUntilCompleted(#"domain("late"#, shows: #"vm> domain("latecomer"#)
          try await shell.press("C-c")
          try await shell.enter(":events on")
          try await shell.expect("vm> :events on\nevents is on\nvm>")
          try await host.virsh("suspend", "a")
          try await shell.expect("a was suspended\nvm>")
          #expect(
            try await !shell.rows.contains { $0.contains("started") || $0.contains("defined") })
        }
      }
    }

    @Test func theAddressOfAGuestIsReported() async throws {
      try await Host.run { host in
        try await host.withShell { shell in
          let guest = try #require(Host.guest)
          try await shell.enter(#"image base { source = "\#(guest)" }"#)
          try await shell.enter("net lab { subnet = 10.9.0.0/24 }")
          try await shell.enter(
            "domain a { memory = 192MiB, disk { image = base }, nic { net = lab, ip = 10.9.0.7 }, serial {} }"
          )
          try await shell.expect("domain a")
          try await shell.type("let address = {")
          try await shell.expect("a has the address 10.9.0.7\nvm> let address = {")
        }
      }
    }

    @Test func namesAreCompletedAsTheHostHasThemNow() async throws {
      try await Host.run { host in
        try await host.withShell { shell in
          try await host.define("latecomer")
          try await shell.expect("latecomer was defined\nvm>")
          // The cache is renewed behind the event.
          try await shell.typeUntilCompleted(#"domain("late"#, shows: #"vm> domain("latecomer"#)
          try await shell.press("C-c")
          try await host.virsh("undefine", "latecomer")
          try await shell.expect("latecomer was removed")
          try await host.withHungDaemon {
            try await shell.type(#"domain("unrel"#)
            try await shell.press("Tab")
            try await shell.expect(#"vm> domain("unrelated"#)
          }
        }
      }
    }
  }
}

extension Host {
  /// Defines a guest that no stack made.
  fileprivate func define(_ name: String) async throws {
    let xml =
      "<domain type='qemu'><name>\(name)</name><memory unit='MiB'>32</memory>"
      + "<os><type arch='x86_64' machine='pc'>hvm</type></os></domain>"
    try await virsh("define", file("\(name).xml", xml))
  }
}

extension ShellScreen {
  /// Types and presses Tab until the completion is as expected: candidates are updated after an event
  /// is printed.
  fileprivate func typeUntilCompleted(_ text: String, shows wanted: String) async throws {
    try await type(text)
    for _ in 0..<100 {
      try await press("Tab")
      if try await rows.contains(where: { $0.hasPrefix(wanted) }) { return }
      try await Task.sleep(for: .milliseconds(100))
    }
    try await expect(wanted)
  }
}
