import Testing
import VMScript
import VMScriptSyntax

@Suite struct SchemaTests {
  @Test(arguments: ResourceKind.allCases)
  func everyRowIsDocumented(kind: ResourceKind) {
    let page = SchemaReference.markdown()
    func visit(_ block: BlockSchema) {
      #expect(!block.doc.isEmpty, "\(block.name)")
      for row in block.properties {
        #expect(row.doc.hasSuffix("."), "\(block.name).\(row.name)")
        #expect(page.contains("| `\(row.name)` |"))
      }
      let names = block.properties.map(\.name) + block.blocks.map(\.name)
      #expect(Set(names).count == names.count, "\(block.name)")
      if let shorthand = block.shorthand {
        #expect(block.properties.contains { $0.name == shorthand })
      }
      block.blocks.forEach(visit)
    }
    visit(Schema.resource(kind))
  }

  @Test func aPageSaysHowBlocksAreWrittenAndKeepsItsTables() {
    let kind = BlockSchema(
      "queue", "A queue.",
      properties: [
        PropertySchema(
          "order", .word(["fifo", "lifo"]), "fifo | lifo,\nas it comes.",
          defaultValue: .string("fifo"))
      ],
      blocks: [
        BlockSchema(
          "worker", "Who works.", label: .optional, repeats: true, shorthand: "cores",
          properties: [PropertySchema("cores", .int(1...8), "How many.", impact: .live)])
      ])
    #expect(
      SchemaReference.markdown(of: [kind], title: "Queues") == """
        # Queues

        ## queue

        A queue.

        | Property | Type | Change | Meaning |
        |---|---|---|---|
        | `order` | `fifo` `lifo` | at next start | fifo \\| lifo, as it comes. Default: `fifo`. |

        Contains the blocks `worker`.

        ### queue · worker

        Who works.

        Notation: `worker { … }` or `worker NAME { … }`, any number of times; `worker = VALUE` sets \
        only `cores`.

        | Property | Type | Change | Meaning |
        |---|---|---|---|
        | `cores` | int 1 to 8 | live | How many. |

        """)
  }
}

@Suite struct ValidationTests {
  private func codes(_ script: String) throws -> [Int] {
    Validation.check(try #require(run(script).outcome).declarations).map(\.code.number)
  }

  @Test func subnetsAndGatewaysAreCheckedAgainstEachOther() throws {
    #expect(try codes("net a { subnet = 10.0.0.0/24 }\nnet b { subnet = 10.0.1.0/24 }").isEmpty)
    #expect(try codes("net a { subnet = 10.0.0.0/16 }\nnet b { subnet = 10.0.1.0/24 }") == [256])
    #expect(try codes("net a { subnet = 10.0.0.0/24, gateway = 10.0.1.1 }") == [252])
  }

  @Test func everyCodeIsExplainedOnce() {
    let codes = Validation.codes.map(\.number)
    #expect(codes == Set(codes).sorted())
    #expect(codes.allSatisfy { (245...299).contains($0) })
  }
}
