import Testing
import VMScriptSyntax

@testable import VMScript
@testable import VMScriptEditing

/// The places of names, with any white space and comments around them.
///
/// In the templates, `·` is white space on one line and `¶` is white space and comments on
/// any number of lines.
@Suite struct NamePlaceTests {
  private struct Library: Importer {
    func load(path: String, from script: String) throws(ImportFailure) -> SourceText {
      SourceText(name: path, text: "let \t one = 1\n")
    }
  }

  /// A template with random white space, and the ranges of the names between `⟨` and `⟩`.
  private func script(_ template: String) -> (text: String, names: [Range<Int>]) {
    var text = ""
    var names: [Range<Int>] = []
    var start = 0
    for character in template {
      switch character {
      case "·": text += [" ", "  ", "\t", " \t\t "].randomElement() ?? " "
      case "¶": text += [" ", "\n", "\t", "  # let x\n  ", "\n\n# ×\n"].randomElement() ?? " "
      case "⟨": start = text.utf8.count
      case "⟩": names.append(start..<text.utf8.count)
      default: text.append(character)
      }
    }
    return (text, names)
  }

  private func analysis(_ text: String) throws -> Analysis {
    let analysis = Analysis(SourceText(name: "main", text: text), importer: Library())
    return try #require(analysis.evaluated(EvaluationOptions()))
  }

  /// Every use of the name, and nothing else, is found from every one of them.
  @Test(arguments: [
    "let·⟨a⟩·=·1\nprint·⟨a⟩,·(¶⟨a⟩¶),·\"\\(·⟨a⟩·)\"",
    "param·⟨p⟩·:·int·=·1\noutput·o·=·((¶⟨p⟩·))",
    "func·⟨f⟩·(·x·)·=·x\nprint·(·⟨f⟩·)(·1·),·⟨f⟩(¶2¶)",
    "if·true·{·func·⟨f⟩·(·x·)·{·return·⟨f⟩·(·x·)·}·}",
    "func·f(¶⟨x⟩¶=·1¶,¶y·=·⟨x⟩)·{·return·⟨x⟩·}\nprint·f(¶⟨x⟩¶:¶2)",
    "let·f·=·(¶⟨x⟩¶,¶y¶)·=>·⟨x⟩\nprint·f(¶⟨x⟩:·1,¶y:·2)",
    "import·\"l\"·as·⟨l⟩\nprint·⟨l⟩¶.·one,·(¶⟨l⟩¶)¶.one",
    "import·\"l\"·as·l\nprint·l¶.¶⟨one⟩,·(¶l¶.¶⟨one⟩¶)·+·1,·[(l.⟨one⟩)]",
    "for·⟨k⟩·,·v·in·{·a:·1·}·{·print·⟨k⟩·}",
    "print·[¶⟨x⟩¶for¶⟨x⟩¶in¶[1]¶if¶⟨x⟩·>·0¶]",
    "domain·⟨d⟩·{·cpus·=·1·}\nclone·⟨d⟩·as·e\nprint·⟨d⟩¶.name",
    "domain·a·{·disk·x·{·size·=·1GiB·}·}\nclone·a·as·⟨b⟩·{·remove·disk·x·}\nstart·⟨b⟩",
  ])
  func usesOfAName(template: String) throws {
    for _ in 0..<12 {
      let (text, names) = script(template)
      let analysis = try analysis(text)
      for name in names {
        let definition = try #require(analysis.definition(at: name.lowerBound), "\(text)")
        let file = analysis.sources[definition.source].name
        let uses = analysis.references(to: definition, in: file)
          .filter { $0.source == analysis.main }
        #expect(uses.map { Int($0.start)..<Int($0.end) } == names, "\(text)")
      }
    }
  }

  /// An error about a name points at the name.
  @Test(arguments: [
    "let a = 1; let·⟨a⟩·=·2",
    "let a = 1; param·⟨a⟩·:·int·=·2",
    "let a = 1; func·⟨a⟩·(·)·=·2",
    "if true { let·⟨a⟩·=·1; func·a·(·)·=·2 }",
    "func f(a,¶⟨a⟩¶=·1) = a",
    "let f = (a,¶⟨a⟩¶) => a",
    "import \"l\" as l; import·\"l\"·as·⟨l⟩",
    "for x·,·⟨x⟩·in·{·a:·1·}·{·}",
    "import \"l\" as l; print (¶l¶.¶⟨two⟩¶)",
    "let a = \"x\"; print (¶a¶.¶⟨two⟩¶)",
    "let a = \"x\"; print (¶a¶.¶⟨two⟩¶)(¶1¶)",
    "domain a { }; print a¶.¶⟨two⟩",
    "domain·a·{·⟨cpu⟩·=·1·}",
    "domain·a·{·⟨dsk⟩·x·{·}·}",
    "domain a { }; clone a as b·{·remove·⟨dsk⟩·x·}",
    "print (¶(¶⟨queue⟩·\"x\"·{·}¶)¶)",
  ])
  func errorsAboutAName(template: String) throws {
    for _ in 0..<12 {
      let (text, names) = script(template)
      let span = try #require(try analysis(text).diagnostics.first?.primary?.span, "\(text)")
      #expect([Int(span.start)..<Int(span.end)] == names, "\(text)")
    }
  }

  /// The outline selects the name of a statement.
  @Test(arguments: [
    "let·⟨a⟩·=·1", "param·⟨p⟩·:·int", "func·⟨f⟩·(·)·=·1", "domain·⟨d⟩·{·}",
    "domain a { }; clone·a·as·⟨b⟩", "output·⟨o⟩·=·1",
  ])
  func outline(template: String) throws {
    for _ in 0..<8 {
      let (text, names) = script(template)
      let span = try #require(try analysis(text).outline.last?.nameSpan, "\(text)")
      #expect([Int(span.start)..<Int(span.end)] == names, "\(text)")
    }
  }
}
