import Foundation
import Testing
import VMScript

/// Our reader of XML is held to libxml2, which libvirt reads with: both take and refuse the same
/// documents, and make the same trees of them.
@Suite struct XMLDifferenceTests {
  @Test func ownDocumentsAreReadAsLibxml2ReadsThem() throws {
    try compare(Seeds.of(.xml) + Self.odd.map { Array($0.utf8) }, runs: 6_000)
  }

  @Test(.enabled(if: Corpus.isPresent, "no corpus of libvirt's XML beside the repository"))
  func realDocumentsAreReadAsLibxml2ReadsThem() throws {
    let documents = try Corpus.documents()
    try #require(!documents.isEmpty)
    try compare(documents, runs: 1_500)
  }

  private func compare(_ seeds: [[UInt8]], runs: Int) throws {
    for seed in seeds { check(seed) }
    var mutations = Mutations(seed: 0x5EED, words: Self.words)
    for run in 0..<runs { check(mutations.changed(seeds[run % seeds.count], others: seeds)) }
  }

  /// Both readers get the same text, whatever the bytes were. What libvirt reads holds no NUL.
  private func check(_ bytes: [UInt8]) {
    let text = String(decoding: bytes.filter { $0 != 0 }, as: UTF8.self)
    let difference = Self.difference(text)
    #expect(difference == nil, "\(text.debugDescription)")
  }

  private static func difference(_ text: String) -> String? {
    let own = Result { try XMLElement.parse(text) }
    switch (own, Libxml2.read(text)) {
    case (.failure, .malformed), (.failure, .typed), (.success, .unclearNamespaces): return nil
    case (.success(let root), .tree(let tree)): return TreeText.difference(TreeText(root), tree)
    case (.success, _): return "only our reader takes it"
    case (.failure(let error), _): return "only our reader refuses it: \(error)"
    }
  }

  private static let odd = [
    "<?xml version='1.0' encoding=\"UTF-8\" standalone='yes' ?><a/>",
    "<a:b xmlns:a='urn:a' xmlns='urn:b' a:c='1' c='2'><d xmlns=''/><a:d/></a:b>",
    "<a b='\r\n\t x &#9;&#10;&#13;&#xD;'>\r\n&#13;]] > &#x1F600;\u{1F600}</a>",
    "<é·a à='é'>e\u{301}<?p  q ?><?p?><!----><![CDATA[]]><![CDATA[ ]] ]]></é·a>\n<?end?>\n",
  ]

  private static let words = [
    "<", "</", "/>", ">", "&", "&#", "&#x", ";", "&lt;", "&gt;", "&amp;", "&quot;", "&apos;", "&b;",
    "&#32;", "&#10;", "&#x0000000000000041;", "&#0000000000000065;", "&#xD800;", "&#X41;", "]]>",
    "]]", "<![CDATA[", "<!--", "-->", "--", "-", "<?", "?>", "<?xml version='1.0'?>", "<?XML ?>",
    "<?xml-x y?>", " version='1.1'", " encoding='x'", " standalone='no'", "'", "\"", "=", ":", " ",
    "\n", "\r\n", "\r", "\t", "a", "b:c", "xmlns", "xmlns:x='urn:x'", " xml:space='preserve'",
    " a='1' a='2'", "<a>", "</a>", "<a/>", "<b c='d'/>", "é", "\u{301}", "\u{338}", "·",
    "\u{FEFF}", "\u{FFFE}", "\u{FFFF}", "\u{7F}", "\u{85}", "\u{2028}", "\u{1}", "\u{10FFFF}",
    "<!DOCTYPE a>", "<!",
  ]
}
