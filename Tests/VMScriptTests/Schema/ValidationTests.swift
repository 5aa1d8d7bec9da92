import Testing
import VMScript
import VMScriptSyntax

@Suite struct ValidationTests {
  private let span = Span(source: SourceID(index: 0), start: 0, length: 0)

  private func net(_ name: String, _ subnet: String, gateway: String? = nil) -> Declaration {
    let schema = Schema.resource(.net)
    let values: [(String, Value?)] = [
      ("subnet", Subnet(subnet).map(Value.cidr)),
      ("gateway", gateway.flatMap { IPAddress($0) }.map(Value.ip)),
    ]
    let properties = values.compactMap { name, value -> DeclaredProperty? in
      guard let value, let row = schema.properties.first(where: { $0.name == name }) else {
        return nil
      }
      return DeclaredProperty(schema: row, value: value, span: span)
    }
    return Declaration(
      kind: .net, name: name,
      body: DeclaredBlock(schema: schema, properties: properties, span: span), span: span,
      nameSpan: span)
  }

  private func codes(_ declarations: Declaration...) -> [Int] {
    Validation.check(DeclarationSet(stack: "s", declarations: declarations)).map(\.code.number)
  }

  @Test func subnetsAndGatewaysAreCheckedAgainstEachOther() {
    #expect(codes(net("a", "10.0.0.0/24"), net("b", "10.0.1.0/24")).isEmpty)
    #expect(codes(net("a", "10.0.0.0/16"), net("b", "10.0.1.0/24")) == [256])
    #expect(codes(net("a", "10.0.0.0/24", gateway: "10.0.1.1")) == [252])
  }

  @Test func everyCodeIsExplainedOnce() {
    let codes = Validation.codes.map(\.number)
    #expect(codes == Set(codes).sorted())
    #expect(codes.allSatisfy { (252...299).contains($0) })
  }
}
