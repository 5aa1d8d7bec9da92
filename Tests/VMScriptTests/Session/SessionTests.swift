import Testing
import VMScriptSyntax

@testable import VMScript

/// Entries of a session, and what each sees of the earlier ones.
@Suite struct SessionTests {
  @Test func namesStayAndTheLastValueIsKept() {
    let entries = Entries()
    #expect(entries.values("_ == none") == ["true"])
    #expect(entries.enter("let size = 2GiB\nfunc twice(x) = x * 2").isEmpty)
    #expect(entries.values("twice(size)") == ["4GiB"])
    #expect(entries.values("_ / 2; _ + 1GiB") == ["2GiB", "3GiB"])
    #expect(entries.values("let quiet = 1\nif true { 5 }").isEmpty)
  }

  @Test func aNameThatIsDefinedAgainHidesTheEarlierOne() {
    let entries = Entries()
    entries.enter("let x = 1\nfunc f() = x")
    #expect(entries.enter("let x = x + 10").isEmpty)
    #expect(entries.values("x; f()") == ["11", "1"])
    #expect(entries.enter("let y = 1\nlet y = 2") == [202])
  }

  @Test func aWarningAboutAnEarlierEntryIsNotRepeated() {
    let entries = Entries()
    entries.enter("image i { source = \"/a.qcow2\" }\ndomain a { disk { image = i } }")
    #expect(entries.enter("clone a as b {}") == [268])
    #expect(entries.enter("net n { subnet = 10.1.0.0/24 }") == [])
    #expect(entries.enter("clone a as c {}") == [268])
    #expect(entries.enter("clone a as b { memory = 1GiB }") == [268])
  }

  @Test func anErrorLeavesTheSessionUnchanged() {
    let entries = Entries()
    entries.enter("let x = 1")
    #expect(!entries.enter("let x = 2\nlet y = )").isEmpty)
    #expect(!entries.enter("let x = 3\nlet z = nowhere").isEmpty)
    #expect(entries.values("x") == ["1"])
    #expect(!entries.enter("let x = [1][5]\nlet z = 7").isEmpty)
    #expect(entries.values("x; z") == ["1", "7"])
  }

  @Test func functionsKeepWhatTheyCaptured() {
    let entries = Entries()
    entries.enter(
      """
      func make(n) {
        func even(k) { if k == 0 { return true } return odd(k - 1) }
        func odd(k) { if k == 0 { return false } return even(k - 1) }
        return k => even(k + n)
      }
      let f = make(1)
      """)
    #expect(entries.values("f(3)") == ["true"])
    #expect(entries.values("[f(n) for n in 0...1]") == ["[false, true]"])
  }

  @Test func importsAreKept() {
    let entries = Entries()
    #expect(entries.enter(#"import "lib""#).isEmpty)
    #expect(entries.enter(#"import "lib" as lib"#).isEmpty)
    #expect(entries.values("three + lib.three") == ["6"])
  }

  @Test func aNameOfOneLookIsNoOtherResource() {
    let entries = Entries()
    #expect(entries.enter("domain \"caf\u{E9}\" { }").isEmpty)
    #expect(entries.enter("domain \"cafe\u{301}\" { }") == [220])
    #expect(entries.enter("domain \"caf\u{E9}\" { memory = 64MiB }").isEmpty)
    #expect(entries.declared.count == 1)
  }

  @Test func aVariableOfAnEarlierEntryIsNoName() {
    let entries = Entries()
    entries.enter("let web = \"web-1\"")
    #expect(entries.enter("domain web { }") == [208])
    // From here on it is the resource that has the name.
    #expect(entries.enter("domain web { memory = 64MiB }").isEmpty)
  }

  @Test func aResourceDeclaredAgainTakesThePlaceOfTheEarlierOne() {
    let entries = Entries()
    entries.enter("domain a { memory = 64MiB }\nnet n { subnet = 10.0.0.0/24 }")
    #expect(entries.enter("domain a { memory = 128MiB }").isEmpty)
    #expect(entries.declared == ["domain a", "net n"])
    #expect(entries.values("a.memory") == ["128MiB"])
    #expect(entries.enter("domain b { }\ndomain b { }").count == 1)
  }

  @Test func aDeclarationWithoutEffectIsWithdrawn() {
    let entries = Entries()
    entries.enter("domain a { memory = 64MiB }")
    entries.enter("domain a { memory = 128MiB }\ndomain b { }\ndomain c { }")
    entries.session.withdrawDeclarations { $0.name == "b" }
    #expect(Set(entries.declared) == ["domain a", "domain b"])
    #expect(entries.values("a.memory") == ["64MiB"])
  }

  @Test func aRepeatedDeclarationFollowsItsDependencies() {
    let entries = Entries()
    entries.enter("domain a { }\nnet n { subnet = 10.0.0.0/24 }\nimage i { size = 1GiB }")
    #expect(entries.enter("domain a { nic { net = n }, disk { image = i } }").isEmpty)
    #expect(entries.declared == ["net n", "image i", "domain a"])
    #expect(entries.enter("domain b { }\nclone b as a { nic { net = n } }").isEmpty)
    #expect(entries.declared == ["net n", "image i", "domain b", "domain a"])
  }

  @Test func aCloneInheritsFromItsSourceAsThatIsDeclaredLast() {
    let entries = Entries()
    entries.enter(
      """
      domain base { memory = 64MiB, cpus = 1, nic { net = "a" }, nic { net = "b" } }
      clone base as copy { memory = 128MiB, remove nic 2 }
      clone copy as "copy of copy" { title = "last" }
      """)
    let before = entries.session.declarations.declarations.map(\.revision)
    #expect(
      entries.enter(
        """
        domain base { memory = 96MiB, cpus = 2, description = "x", nic { net = "c" }, nic { net = "d" } }
        """
      ).isEmpty)
    #expect(entries.declared == ["domain base", "domain copy", "domain copy of copy"])
    #expect(
      entries.values("copy.memory; copy.cpus; copy.nic") == [
        "128MiB", "2", "[{ net: net(\"c\") }]",
      ])
    #expect(
      entries.values(
        """
        let last = domain("copy of copy")
        last.memory; last.cpus; last.title; last.nic; last.description
        """)
        == ["128MiB", "2", "\"last\"", "[{ net: net(\"c\") }]", "\"x\""])
    let revisions = entries.session.declarations.declarations.map(\.revision)
    #expect(Set(revisions).isDisjoint(with: before))
    // A middle one: what is above it stays as it is.
    #expect(entries.enter("clone base as copy { }").isEmpty)
    #expect(entries.values("last.memory; len(last.nic)") == ["96MiB", "2"])
    #expect(entries.session.declarations.declarations.first?.revision == revisions.first)
  }

  @Test func aSourceThatItsClonesCannotBeMadeOfIsRefused() {
    let entries = Entries()
    entries.enter("domain base { nic { }, nic { } }\nclone base as copy { remove nic 2 }")
    #expect(entries.enter("domain base { nic { } }") == [222])
    #expect(entries.values("len(base.nic); len(copy.nic)") == ["2", "1"])
    #expect(entries.enter("clone copy as base { }") == [221])
    #expect(entries.enter("clone base as deep { }").isEmpty)
    #expect(entries.enter("clone deep as base { }") == [221])
    #expect(entries.enter("domain base { nic { }, nic { }, memory = 32MiB }").isEmpty)
    #expect(entries.values("domain(\"deep\").memory") == ["32MiB"])
  }

  @Test func deletionsOfAPreviewAreRestored() {
    let entries = Entries()
    entries.enter("domain a { }\ndomain b { }")
    entries.enter("delete a")
    #expect(entries.declared == ["domain b"])
    entries.session.restoreDeleted()
    #expect(entries.declared == ["domain a", "domain b"])
    entries.enter("delete a\ndomain a { memory = 1GiB }")
    entries.session.restoreDeleted()
    #expect(entries.values("a.memory") == ["1GiB"])
  }

  @Test func aSessionCanBeForgotten() {
    let entries = Entries()
    entries.enter("let x = 1\ndomain a { }")
    entries.session.reset(stack: "other")
    #expect(entries.declared.isEmpty)
    #expect(entries.session.declarations.stack == "other")
    #expect(entries.enter("x") == [201])
  }

  @Test func namesAreKnownForCompletion() {
    let entries = Entries()
    entries.enter("let b = 1\nfunc a() = 1")
    #expect(Array(entries.session.names.keys) == ["_", "a", "b"])
  }
}
