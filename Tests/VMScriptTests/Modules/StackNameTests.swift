import Testing

@testable import VMScript

@Suite struct StackNameTests {
  @Test(arguments: [
    ("lab.vmscript", "lab"), ("/srv/lab.vmscript", "lab"), ("lab", "lab"), ("<stdin>", "stdin"),
    ("<command line>", "command_line"), ("<3>", "3"), (".vmscript", "main"), ("", "main"),
    (String(repeating: "a", count: 64) + ".vmscript", String(repeating: "a", count: 64)),
  ])
  func aFitBaseNameIsTheStack(file: String, stack: String) {
    #expect(Program.standardStack(for: file) == stack)
  }

  @Test(arguments: [
    ["größe", "grüße", "gr_ße", "gr__e"], ["a b", "a.b", "a_b", "a+b"], ["ü", "ö"],
    [65, 66, 250].map { String(repeating: "a", count: $0) },
    [65, 66].map { String(repeating: "a", count: $0) + "ä" },
  ])
  func cleanedAndShortenedNamesStayApart(files: [String]) {
    let stacks = files.map { Program.standardStack(for: $0 + ".vmscript") }
    #expect(Set(stacks).count == files.count, "\(stacks)")
    #expect(stacks.allSatisfy(Program.isStackName), "\(stacks)")
  }

  @Test(arguments: ["grüße", "a b", "my.lab", "lab", String(repeating: "a", count: 65)])
  func aNameOnTheCommandLineMeansTheStackOfAFileOfThatName(name: String) {
    #expect(
      Program.stackName(resembling: name) == Program.standardStack(for: name + ".vmscript"))
  }

  @Test func aPathIsNoNameOfAStack() {
    #expect(Program.stackName(resembling: "a/b") == nil)
    #expect(Program.stackName(resembling: "") == nil)
  }

  @Test(arguments: ["", "a b", "a.b", "ä", "a\n", String(repeating: "a", count: 65)])
  func anUnfitNameIsRefused(name: String) {
    #expect(!Program.isStackName(name))
  }
}
