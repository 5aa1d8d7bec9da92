import Foundation
import Testing

/// Ctrl-C in each state that needs no real host.
@Suite(.enabled(if: ShellScreen.isAvailable)) struct ShellInterruptionTests {
  @Test func atThePromptItClearsTheEntry() async throws {
    try await withShell { shell in
      try await shell.press("C-c")
      try await shell.expect("\nvm>\nvm>")
      try await shell.enter("let x = [")
      try await shell.type("never")
      try await shell.press("C-c")
      try await shell.expect("vm> let x = [\n  never\nvm>")
      try await shell.enter("1 + 1")
      try await shell.expect("vm> 1 + 1\n2\nvm>")
    }
  }

  @Test func inASearchItGivesUpSearchAndEntry() async throws {
    try await withShell { shell in
      try await shell.enter("let earlier = 5")
      try await shell.expect("5\nvm>")
      try await shell.press("C-r")
      try await shell.type("earl")
      try await shell.expect("let earlier = 5")
      try await shell.press("C-c")
      try await shell.enter("earlier + 1")
      try await shell.expect("\n6\nvm>")
    }
  }

  /// Keys come in the order in which they are typed, Ctrl-C among them.
  @Test func itOvertakesNoKey() async throws {
    try await withShell { shell in
      try await shell.press("1", "+", "C-c", "2", "C-c", "C-c", "3", "Enter")
      try await shell.expect("vm> 1+\nvm> 2\nvm>\nvm> 3\n3\nvm>")
    }
  }

  @Test func typedRightBehindAnEntryItEndsThat() async throws {
    try await withShell { shell in
      try await shell.type("for i in 1...1000000000 { let x = i }")
      try await shell.press("Enter", "C-c", "1", "Enter")
      try await shell.expect("was cancelled")
      try await shell.expect("\n1\nvm>")
    }
  }

  @Test func inAnEvaluationItEndsThat() async throws {
    try await withShell { shell in
      try await shell.enter(#"print "begun"; for i in 1...1000000000 { let x = i }"#)
      try await shell.expect("\nbegun")
      try await shell.press("C-c")
      try await shell.expect("error[VM0704]")
      try await shell.enter("1 + 1")
      try await shell.expect("\n2\nvm>")
    }
  }

  @Test func whileAGuestIsWaitedForItEndsThatAndSaysWhatTookEffect() async throws {
    try await withShell { shell in
      try await shell.enter(
        #"domain web { memory = 64MiB }; wait web for web.state == "stopped" within 10m"#)
      try await shell.expect("for a condition of web")
      try await shell.press("C-c")
      try await shell.expect("error[VM0704]")
      try await shell.expect("shell: cancelled: 1 created in")
      try await shell.enter("web.state")
      try await shell.expect("\"running\"\nvm>")
    }
  }

  @Test(arguments: ["C-c", "C-d"])
  func atAQuestionItIsANo(key: String) async throws {
    try await withShell { shell in
      try await shell.enter("net lab { subnet = 10.9.0.0/24, mode = isolated }")
      try await shell.expect("1 created")
      try await shell.enter("domain web { memory = 64MiB, nic { net = lab } }")
      try await shell.expect("1 created")
      try await shell.enter("net lab { subnet = 10.8.0.0/24, mode = isolated }")
      try await shell.expect("Continue? [y/N]")
      try await shell.press("y", key)
      try await shell.expect("refused: nothing was changed")
      try await shell.enter("lab.subnet")
      try await shell.expect("\n10.9.0.0/24\nvm>")
    }
  }
}

extension HostTests {
  /// Ctrl-C while the host is at work, or hangs.
  @Suite(.enabled(if: ShellScreen.isAvailable)) struct ShellInterruptionTests {
    @Test func anUploadIsGivenUpAndNothingIsLeftOfIt() async throws {
      try await Host.run { host in
        let before = try await HostSnapshot.of(host)
        let image = try host.largeFile()
        try await host.withShell { shell in
          try await shell.enter(#"image big { source = "\#(image)" }"#)
          try await shell.expect("upload")
          try await shell.press("C-c")
          try await shell.expect("error[VM0704]")
          try await shell.expect("shell: cancelled: 1 failed")
          try await shell.enter("1 + 1")
          try await shell.expect("\n2\nvm>")
          try await before.expectSame(on: host)
        }
      }
    }

    @Test func theSecondOneWaitsForAHostNoLonger() async throws {
      try await Host.run { host in
        let image = try host.largeFile()
        try await host.withShell { shell in
          try await shell.enter(
            #"net lab { subnet = 10.9.0.0/24 }; image big { source = "\#(image)" }"#)
          try await shell.expect("✓ net    lab")
          try await shell.expect("upload")
          try await host.withHungDaemon {
            try await shell.press("C-c")
            try await shell.expect("cancelling:")
            try await shell.press("C-c")
            try await shell.expect(
              "still running on the host: creating the image `big`")
            try await shell.expect("shell: cancelled: 1 created, 1 not waited for")
            try await shell.enter("lab.subnet")
            try await shell.press("C-c")
            try await shell.enter("1 + 1")
            try await shell.expect("\n2\nvm>")
            try await shell.press("C-d")
            try await shell.expect(
              "unfinished, and stopped with the shell: creating the image `big`")
            try await shell.expect("left with 0")
          }
        }
      }
    }

    @Test func leavingListsTheRunningDomains() async throws {
      try await Host.run { host in
        try await host.withShell { shell in
          try await shell.enter("domain a { memory = 32MiB }")
          try await shell.enter("domain b { memory = 32MiB, state = stopped }")
          try await shell.expect("✓ domain b")
          try await shell.press("C-d")
          try await shell.expect("still running, of the stack `shell`: a\nleft with 0")
        }
        try await host.withShell { shell in
          try await shell.enter("stop \"a\" force")
          try await shell.expect("✓ stop a")
          try await shell.press("C-d")
          try await shell.expect("vm>\nleft with 0")
        }
      }
    }
  }
}

extension Host {
  /// A disk image that takes long enough to upload for something to happen meanwhile.
  func largeFile() throws -> String {
    let path = try file("large.raw", "")
    guard truncate(path, 1 << 30) == 0 else { throw CocoaError(.fileWriteOutOfSpace) }
    return path
  }
}
