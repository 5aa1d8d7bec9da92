import Testing

@testable import VMScript

@Suite struct XMLReaderTests {
  @Test func elementsAttributesAndTextAreFoundByNameAndPath() throws {
    let root = try XMLElement.parse(
      """
      <?xml version='1.0' encoding='UTF-8'?>
      <!-- made by hand -->
      <domain type='qemu' id="3">
        <name>a &amp; b&#x41;&#66;</name>
        <devices>
          <disk device='disk'><source file='/a'/><backingStore><source file='/b'/></backingStore></disk>
          <disk device='cdrom' />
        </devices>
      </domain >

      """)
    #expect(root.name == "domain")
    #expect(Array(root.attributes.keys) == ["type", "id"])
    #expect(root.text(at: "name") == "a & bAB")
    #expect(root.text(at: "devices/disk/@device") == "disk")
    #expect(root.text(at: "devices/nothing/@device") == nil)
    let devices = try #require(root.first("devices"))
    #expect(devices.first("disk", with: ["@device": "cdrom"]) === devices.children.last)
    #expect(devices.descendants.compactMap { $0["file"] } == ["/a", "/b"])
  }

  @Test func lineBreaksAndSpacesAreNormalisedAsInXML() throws {
    let root = try XMLElement.parse("<a b='1\t2\r\n3&#10;4'>x\r\ny\rz<![CDATA[<&>]]></a>")
    #expect(root["b"] == "1 2 3\n4")
    #expect(root.stringValue == "x\ny\nz<&>")
  }

  @Test func aCharacterReferenceMayHaveLeadingZeros() throws {
    let root = try XMLElement.parse("<a>&#x0000000000000041;&#00000000000000066;</a>")
    #expect(root.stringValue == "AB")
  }

  @Test(arguments: [
    "version='1.0'", "version = \"1.1\"\n", "version='1.0' encoding='iso-8859-1'",
    "version='1.0' standalone='yes' ", "version='1.0' encoding='UTF-8' standalone='no'",
  ])
  func anXMLDeclarationIsRead(content: String) throws {
    #expect(try XMLElement.parse("<?xml \(content)?><a/>").name == "a")
  }

  @Test(arguments: [
    "", "encoding='UTF-8'", "version=1.0", "version='2.0'", "version='1.0x'",
    "version='1.0'encoding='UTF-8'", "version='1.0' encoding=''", "version='1.0' encoding='8'",
    "version='1.0' standalone='maybe'", "version='1.0' standalone='no' encoding='UTF-8'",
    "version='1.0' version='1.0'",
  ])
  func aMalformedXMLDeclarationIsRefused(content: String) {
    #expect(throws: MalformedXML.self) { try XMLElement.parse("<?xml \(content)?><a/>") }
  }

  @Test func contentBeforeAndAfterTheRootIsIgnored() throws {
    for prolog in ["", "\u{FEFF}", "<?xml\n version='1.0'?>\n", "\n\n<!-- a -->\t", "<?a b?>\n"] {
      let root = try XMLElement.parse(prolog + "<a>x<b/></a>\n<!-- c --> <?d?>\n")
      #expect(root.stringValue == "x")
    }
  }

  @Test func aPartOutlivesItsDocument() throws {
    let devices = try XMLElement.parse("<domain><devices><disk/></devices></domain>").first(
      "devices")
    #expect(devices?.children.count == 1)
    #expect(devices?.parent == nil)
  }

  @Test func namespacesAreComparedByURI() throws {
    let root = try XMLElement.parse(
      "<m xmlns='urn:d' xmlns:x='urn:x'><x:r/><r/><y:r xmlns:y='urn:x'/><z:r/><r xmlns=''/></m>")
    #expect(root.children.map(\.namespaceURI) == ["urn:x", "urn:d", "urn:x", nil, nil])
    #expect(root.all("r", namespace: "urn:x").map(\.name) == ["x:r", "y:r"])
  }

  @Test(arguments: [
    "", " \n", "text", "<a>", "<a", "<a b", "<a b=", "<a b='", "<a b='c", "<a b='c'", "<a/",
    "</a>",
    "<a></b>", "<a><b></a></b>", "<a/><b/>", "<a/>text", "text<a/>", "<a/></a>",
    "<a b='1' b='2'/>",
    "<a b=c/>", "<a b='1'c='2'/>", "<a b='<'/>", "<1/>", "< a/>", "<a>]]></a>", "<a>&b;</a>",
    "<a>&#0;</a>", "<a>&#xD800;</a>", "<a>&#99999999999;</a>", "<a>&#+65;</a>", "<a>&amp</a>",
    "<a>& b</a>", "<a>\0</a>", "<a>\u{1}</a>", "<a>\u{FFFF}</a>", "<a b='\0'/>",
    "<a><!-- -- --></a>",
    "<a><!-- </a>", "<a><![CDATA[ </a>", "<![CDATA[x]]><a/>", "<a><? ?></a>", "<a><?1?></a>",
    "<a><?b</a>?>",
    "<?xml?><a/>", "<?xmlx<a/>", "<a\u{FFFE}/>",
    "<a/><?xml version='1.0'?>",
    "<a/>&#32;", "&#10;<a/>", "<a>]]>\u{338}</a>", "<\u{E9}></e\u{301}>",
    " <?xml version='1.0'?><a/>", "<!DOCTYPE a><a/>", "<a><!ELEMENT a ANY></a>",
    """
    <!DOCTYPE a [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY c SYSTEM "file:///etc/passwd">]>
    <a>&b;&c;</a>
    """,
  ])
  func malformedDocumentsAreRefused(text: String) {
    #expect(throws: MalformedXML.self) { try XMLElement.parse(text) }
  }

  @Test func truncatedDocumentsAreRefused() throws {
    let whole = "<?xml version='1.0'?><a b='&lt;'>x<!-- c --><d><![CDATA[e]]></d><?f g?>&#65;</a>"
    _ = try XMLElement.parse(whole)
    for length in 0..<whole.count {
      #expect(throws: MalformedXML.self) { try XMLElement.parse(String(whole.prefix(length))) }
    }
  }

  @Test func invalidUTF8IsRefusedInNamesAndAtTheEnd() throws {
    let text = String(decoding: [0x3C, 0x61, 0xFF, 0xFE, 0x3E] as [UInt8], as: UTF8.self)
    #expect(throws: MalformedXML.self) { try XMLElement.parse(text) }
  }

  @Test(
    arguments: [(256, true), (257, false), (100_000, false)])
  func depthIsLimited(levels: Int, isAllowed: Bool) {
    let text =
      String(repeating: "<a>", count: levels) + String(repeating: "</a>", count: levels)
    #expect(((try? XMLElement.parse(text)) != nil) == isAllowed)
  }

  @Test func damagedTextIsRefusedOrSurvivesARoundTrip() throws {
    let whole = Array(
      """
      <?xml version='1.0'?><!-- c --><a b='1' c="x&lt;&#10;&#x41;">t&amp;<b/>u<![CDATA[<x>]]>é
      <q:r xmlns:q='urn:q'>v</q:r><?pi d?><c d='ü'>  </c></a><!-- end -->
      """.utf8)
    let pieces = [
      "<", "</", "/>", ">", "&", "&#", ";", "]]>", "<!--", "-->", "<?", "'", "\"", "=", "\0",
    ]
    var number: UInt64 = 1
    func random(below limit: Int) -> Int {
      number = number &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int((number >> 33) % UInt64(limit))
    }
    for _ in 0..<3_000 {
      var bytes = whole
      for _ in 0...random(below: 3) {
        let place = random(below: bytes.count - 4)
        if random(below: 2) == 0 {
          bytes.removeSubrange(place...(place + random(below: 4)))
        } else {
          bytes.insert(contentsOf: pieces[random(below: pieces.count)].utf8, at: place)
        }
      }
      guard let root = try? XMLElement.parse(String(decoding: bytes, as: UTF8.self)) else {
        continue
      }
      let again = try XMLElement.parse(root.xmlString)
      #expect(again.xmlString == root.xmlString)
    }
  }

  @Test func anErrorHasAPlaceAndAReason() {
    #expect(throws: MalformedXML(.wrongEnd("b"), line: 2)) { try XMLElement.parse("<a>\n</b>") }
    let other = MalformedXML(.otherRoot(found: "a", expected: "domain"), line: 1)
    #expect(throws: other) { try XMLElement.parse("<a/>", root: "domain") }
    #expect(other.description == "line 1: the root is `a`, not `domain`")
  }
}

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

  @Test(arguments: [
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
