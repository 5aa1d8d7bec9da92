import Testing
import VMScript

@Suite("The schema table") struct SchemaTests {
  @Test(
    "Every row has a doc line and stands on the reference page", arguments: ResourceKind.allCases)
  func complete(kind: ResourceKind) {
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
}
