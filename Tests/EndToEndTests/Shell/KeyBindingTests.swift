import Foundation
import TestSupport
import Testing

/// The keys that a user asks for in ~/.editrc.
@Suite(.enabled(if: ShellScreen.isAvailable)) struct KeyBindingTests {
  /// Has a body use the shell under an editrc.
  private func withKeys(
    _ text: String, _ body: (ShellScreen) async throws -> Void
  ) async throws {
    let folder = try ScratchFolder()
    let file = try folder.write("editrc", text)
    try await withShell(environment: ["EDITRC": file]) { try await body($0) }
  }

  @Test func viEditsEachLineOfAnEntry() async throws {
    try await withKeys("bind -v\n") { shell in
      try await shell.enter("let sizes = {")
      try await shell.enter("small: 1,")
      try await shell.type("large: 9")
      try await shell.press("Escape")
      try await shell.expectEnd("  large: 9", cursor: (9, 0))
      try await shell.type("k0")
      try await shell.expectEnd("  small: 1,\n  large: 9", cursor: (0, 1))
      try await shell.type("wDaTINY: 2,")
      try await shell.expectEnd("vm> let sizes = {\n  TINY: 2,\n  large: 9", cursor: (10, 1))
      try await shell.press("Escape")
      try await shell.type("hhx")
      try await shell.expectEnd("\n  TINY:2,\n  large: 9", cursor: (7, 1))
      try await shell.type("u")
      try await shell.expectEnd("\n  TINY: 2,\n  large: 9", cursor: (7, 1))
      // What runs a line in vi knows of no entry: it does nothing.
      try await shell.type("#kjddA0,")
      try await shell.expectEnd("vm> let sizes = {\n  large: 90,", cursor: (12, 0))
    }
  }

  @Test func viOpensLinesAndRunsFromEitherMode() async throws {
    try await withKeys("bind -v\n") { shell in
      try await shell.enter("let sizes = {")
      try await shell.type("b: 2")
      try await shell.press("Escape")
      try await shell.type("Oa: 1,")
      try await shell.press("Escape")
      try await shell.type("jo}")
      try await shell.expectEnd("vm> let sizes = {\n  a: 1,\n  b: 2\n}", cursor: (1, 0))
      try await shell.press("Escape", "Enter")
      try await shell.expectEnd("}\nvm>")
      try await shell.type("len(size")
      try await shell.press("Escape")
      try await shell.type("As)")
      try await shell.press("Enter")
      try await shell.expectEnd("\n2\nvm>")
      try await shell.press("Escape")
      try await shell.type("k")
      try await shell.expectEnd("vm> len(sizes)", cursor: (13, 0))
      try await shell.type("ccprint [")
      try await shell.press("Escape", "Enter")
      try await shell.type("]")
      try await shell.expectEnd("vm> print [\n]")
    }
  }

  @Test func aUsersOwnKeysComeFirst() async throws {
    let keys = """
      # what I am used to
      bind ^G ed-prev-history
      bind "\\e[5~" ed-move-to-beg
      other:bind ^A ed-delete-prev-word
      vmscript:bind ^O em-upper-case
      bind ^B vms-undo
      edit off
      nonsense
      """
    try await withKeys(keys) { shell in
      try await shell.enter("len(\"abc\")")
      try await shell.expectEnd("\n3\nvm>")
      try await shell.press("C-g")
      try await shell.expectEnd("vm> len(\"abc\")", cursor: (14, 0))
      try await shell.press("PPage")
      try await shell.type("x")
      try await shell.expectEnd("vm> xlen(\"abc\")", cursor: (5, 0))
      try await shell.press("C-a", "C-o")
      try await shell.expectEnd("vm> XLEN(\"abc\")", cursor: (8, 0))
      try await shell.press("C-b", "C-b")
      try await shell.expectEnd("vm> len(\"abc\")", cursor: (4, 0))
    }
  }
}
