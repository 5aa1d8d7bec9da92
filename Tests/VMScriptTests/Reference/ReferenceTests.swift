import Testing

@testable import VMScript

/// What is said about the words of the language holds.
@Suite struct ReferenceTests {
  @Test(arguments: Reference.functions.filter { $0.result != nil })
  func theExampleGivesWhatIsSaid(_ entry: ReferenceEntry) {
    let entries = Entries()
    #expect(entries.values(entry.example) == [entry.result])
  }

  @Test(arguments: Reference.statements + Reference.verbs + Reference.functions)
  func theExampleIsOneThatMayBeEntered(_ entry: ReferenceEntry) {
    #expect(Entries().enter(entry.example).isEmpty)
    #expect(entry.form.hasPrefix(entry.name))
    #expect(entry.doc.last != ".")
  }

  @Test func everyWordHasOneEntry() {
    let names = (Reference.statements + Reference.verbs).map(\.name)
    #expect(Set(names).count == names.count)
    #expect(Reference.functions.map(\.name) == Session.builtinNames)
  }
}
