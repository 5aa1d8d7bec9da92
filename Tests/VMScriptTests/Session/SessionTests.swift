import Testing
import VMScriptSyntax

@testable import VMScript

/// What an entry of a session sees of the entries before it.
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

  @Test func whatIsWrongLeavesTheSessionAsItWas() {
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

  @Test func aResourceDeclaredAgainTakesThePlaceOfTheEarlierOne() {
    let entries = Entries()
    entries.enter("domain a { memory = 64MiB }\nnet n { subnet = 10.0.0.0/24 }")
    #expect(entries.enter("domain a { memory = 128MiB }").isEmpty)
    #expect(entries.declared == ["net n", "domain a"])
    #expect(entries.values("a.memory") == ["128MiB"])
    #expect(entries.enter("domain b { }\ndomain b { }").count == 1)
  }

  @Test func whatDidNotTakeEffectIsWithdrawn() {
    let entries = Entries()
    entries.enter("domain a { memory = 64MiB }")
    entries.enter("domain a { memory = 128MiB }\ndomain b { }\ndomain c { }")
    entries.session.withdrawDeclarations { $0.name == "b" }
    #expect(Set(entries.declared) == ["domain a", "domain b"])
    #expect(entries.values("a.memory") == ["64MiB"])
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
