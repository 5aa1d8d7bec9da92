import Foundation
import Testing

@testable import VMScript
@testable import VMScriptPlan

/// Patches between real documents: applied to the first, they give the second.
@Suite struct XMLPatchDiffTests {
  @Test(.enabled(if: Corpus.isPresent, "no corpus of libvirt's XML beside the repository"))
  func patchesTurnOneDomainIntoAnother() throws {
    try compare(Corpus.documents("domains"), pairs: 1_200)
  }

  @Test(.enabled(if: Corpus.isPresent, "no corpus of libvirt's XML beside the repository"))
  func patchesTurnOneNetworkIntoAnother() throws {
    try compare(Corpus.documents("networks"), pairs: 300)
  }

  private func compare(_ documents: [[UInt8]], pairs: Int) throws {
    let roots = documents.compactMap {
      try? XMLElement.parse(String(decoding: $0, as: UTF8.self))
    }
    try #require(roots.count > 50)
    var number: UInt64 = 7
    func random(below limit: Int) -> Int {
      number = number &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int((number >> 33) % UInt64(limit))
    }
    var longest = 0
    for _ in 0..<pairs {
      let from = roots[random(below: roots.count)]
      let others = roots.filter { $0.name == from.name }
      let to = others[random(below: others.count)]
      let drafts = XMLPatchDiff.patches(from: from, to: to)
      let result = from.copy()
      for draft in drafts {
        let path = try XMLPath(draft.path)
        #expect(path.elements(from: result).count == 1, "\(draft.path)")
        try draft.apply(to: result)
      }
      #expect(
        result.isEquivalent(to: to), "\(drafts.map(\.path))\n\(result.xmlString)\n\(to.xmlString)")
      longest = max(longest, drafts.count)
      #expect(XMLPatchDiff.patches(from: to, to: to).isEmpty)
    }
    #expect(longest < 200)
  }
}
