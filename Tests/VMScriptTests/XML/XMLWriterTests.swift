import Testing

@testable import VMScript

@Suite struct XMLWriterTests {
  @Test func aDocumentInLibvirtsLayoutIsUnchanged() throws {
    let text = """
      <domain type='qemu' id='1'>
        <name>a</name>
        <metadata>
          <!-- kept: it is another program's -->
          <x:note xmlns:x='urn:x'>some <x:b>mixed</x:b> text</x:note>
          <?keep this?>
        </metadata>
        <devices>
          <disk type='file'/>
        </devices>
      </domain>
      """
    #expect(try XMLElement.parse(text).xmlString == text)
    let squeezed = text.split(separator: "\n").map { $0.drop { $0 == " " } }.joined()
    #expect(try XMLElement.parse(squeezed).xmlString == text)
  }

  @Test(
    arguments: [
      "", " ", "<a/>", "\"'&", "]]>", "a\nb", "a\r\nb", "\ttab ", "&amp;", "é ü 🧵", "&#10;", "-->",
    ])
  func textAndAttributesSurviveARoundTrip(text: String) throws {
    let root = XMLElement(name: "a")
    root["b"] = text
    root.stringValue = text
    let inner = root.copy()
    let outer = XMLElement(name: "outer")
    outer.append(.element(inner))
    let read = try XMLElement.parse(outer.xmlString).first("a")
    #expect(read?["b"] == text)
    #expect(read?.stringValue == text)
  }

  @Test func addedElementsAreIndentedLikeTheOthers() throws {
    let root = try XMLElement.parse("<a>\n    <b>\n    </b>\n</a>")
    root.first("b")?.add("c", ["d": "1"])
    root.setText("2", at: "e/@f")
    #expect(root.xmlString == "<a>\n  <b>\n    <c d='1'/>\n  </b>\n  <e f='2'/>\n</a>")
  }

  @Test func anElementHasOneParent() throws {
    let root = try XMLElement.parse("<a><b/><c/></a>")
    let (first, second) = (try #require(root.first("b")), try #require(root.first("c")))
    second.append(.element(first))
    #expect(root.xmlString == "<a>\n  <c>\n    <b/>\n  </c>\n</a>")
    second.detach()
    #expect(root.xmlString == "<a/>")
    #expect(second.parent == nil)
    second.stringValue = "text"
    #expect(first.parent == nil)
  }

  @Test func aCopySharesNothing() throws {
    let root = try XMLElement.parse("<a b='1'><c/></a>")
    let copy = root.copy()
    copy["b"] = nil
    copy.first("c")?["d"] = "2"
    #expect(root.xmlString == "<a b='1'>\n  <c/>\n</a>")
    #expect(copy.xmlString == "<a>\n  <c d='2'/>\n</a>")
  }
}
