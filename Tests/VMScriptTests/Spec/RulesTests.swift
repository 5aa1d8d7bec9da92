import SpecSuite
import Testing

@testable import VMScript

/// `Tests/Spec/RULES.md`, the map from the rules of the language to the cases that hold them.
@Suite struct RulesTests {
  @Test func everyRuleIsHeldByCasesThatExist() throws {
    let rules = try SpecRule.all()
    #expect(rules.count > 100)
    for rule in rules {
      #expect(!rule.references.isEmpty, "nothing holds: \(rule)")
      for reference in rule.references {
        #expect(SpecRule.exists(reference), "there is no \(reference), which shall hold: \(rule)")
      }
    }
  }

  @Test func everyCaseHoldsARule() throws {
    let rules = try SpecRule.all()
    for script in try SpecCase.all() {
      #expect(rules.contains { $0.names(script) }, "no rule names \(script)")
    }
  }

  @Test func everyBuiltInAndEveryMemberIsUsed() throws {
    let scripts = try SpecCase.all().map { String(decoding: try $0.bytes(), as: UTF8.self) }
    let text = scripts.joined(separator: "\n")
    for builtin in Builtin.functions {
      #expect(text.contains("\(builtin.name)("), "no case calls `\(builtin.name)`")
    }
    for type in Reference.types {
      for member in type.members + type.methods {
        #expect(
          text.contains(".\(member.name)"), "no case asks for `\(member.name)` of a \(type.name)")
      }
    }
  }

  @Test func everyPropertyIsDeclared() throws {
    var declared: Set<String> = []
    for script in try SpecCase.all() {
      guard let set = try LibraryRunner().declarations(script) else { continue }
      for declaration in set.declarations { Self.collect(declaration.body, "", &declared) }
    }
    for kind in [ResourceKind.image, .net, .domain] {
      for path in Self.paths(Schema.resource(kind), "") {
        #expect(declared.contains(path), "no case declares \(path)")
      }
    }
  }

  @Test func missingPropertiesAreNotInTheSchema() throws {
    let missing = try SpecRule.words(ofParagraph: "Not in the schema yet")
    #expect(!missing.isEmpty)
    for word in missing {
      #expect(!Schema.resource(.domain).entryNames.contains(word), "\(word) needs a case")
    }
  }

  private static func collect(_ block: DeclaredBlock, _ path: String, _ found: inout Set<String>) {
    let path = "\(path)/\(block.schema.name)"
    found.insert(path)
    for property in block.properties { found.insert("\(path)/\(property.schema.name)") }
    for nested in block.blocks { collect(nested, path, &found) }
  }

  private static func paths(_ block: BlockSchema, _ path: String) -> [String] {
    let path = "\(path)/\(block.name)"
    return [path] + block.properties.map { "\(path)/\($0.name)" }
      + block.blocks.flatMap { paths($0, path) }
  }
}
