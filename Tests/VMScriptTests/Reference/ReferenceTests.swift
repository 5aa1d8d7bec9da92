import Testing

@testable import VMScript

/// The reference of the language agrees with the language.
@Suite struct ReferenceTests {
  private static let members = Reference.types.flatMap { $0.members + $0.methods }

  @Test(arguments: (Reference.functions + members).filter { $0.result != nil })
  func theExampleHasTheDocumentedOutput(_ entry: ReferenceEntry) {
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
    #expect(Reference.functionGroups.flatMap(\.functions) == Reference.functions)
  }

  @Test(arguments: Reference.types)
  func aTypeIsWhatItsExampleIs(_ type: TypeReference) {
    #expect(Entries().values("type(\(type.example))") == ["\"\(type.name)\""])
    #expect(type.doc.last != ".")
    for entry in type.members + type.methods {
      #expect(entry.doc.last != ".")
      // A secret's are those of a string, and shown there.
      #expect(entry.result != nil || type.name == "secret")
    }
  }

  @Test func everyTypeHasOneEntry() {
    let names = Reference.types.map(\.name)
    #expect(Set(names).count == names.count)
    #expect(ParameterType.allCases.allSatisfy { names.contains($0.rawValue) })
  }
}

@Suite struct ExplanationTests {
  @Test func everyCodeIsExplainedOnce() {
    let codes = LanguageCodes.ofCheck
    #expect(codes.count > 100)
    #expect(Set(codes).count == codes.count)
    for code in codes {
      #expect(!code.title.isEmpty && !code.explanation.isEmpty, "\(code)")
      #expect(code.origin == .script, "\(code)")
    }
  }
}
