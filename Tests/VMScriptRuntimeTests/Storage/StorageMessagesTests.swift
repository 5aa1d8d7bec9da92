import Testing

@testable import VMScriptPlan
@testable import VMScriptRuntime

@Suite struct StorageMessagesTests {
  private static let all: [StorageFailure] = [
    .unfitStackName("a.b"), .unreadable(path: "/x", reason: "gone"), .emptyImage,
    .truncatedImage(.qcow2, needs: 2, has: 1), .corruptImage(.vdi), .splitImage(nil),
    .splitImage("data.raw"),
    .unknownFormat("/a b", content: "vhd"),
    .notAnImage("a web page"), .formatMismatch(declared: .raw, found: .iso),
    .hasBackingFile("/b"), .digestMismatch(algorithm: "sha256", declared: "a", found: "b"),
    .changedWhileRead, .toolMissing("qemu-img"), .conversionFailed(status: 1, output: "no"),
    .missingPool("p", existing: ["q"]), .inactivePool("p"),
    .poolFull("p", needed: 2, available: 1), .seedFailed("no"),
    .hasBackingFile(nil), .encrypted(.raw), .encrypted(.qcow2), .foreignImage("a Bochs image"),
    .misnamed(format: "vdi"), .unfitImage(.vhd, output: "no"),
    .toolTimedOut("qemu-img", seconds: 1), .scratchFull("/tmp", needed: 2, available: 1),
    .ambiguousImage("i", paths: ["/a", "/b"]), .missingBesideScript("vmlinuz"),
    .missingVolume("v"), .volumeKept("v", .notOwned), .volumeKept("v", .hasOverlays(["o"])),
  ]

  @Test(arguments: all)
  func everyCodeIsExplained(failure: StorageFailure) {
    let diagnostic = StorageMessages.diagnostic(failure, at: nil)
    #expect(StorageCodes.codes.contains(diagnostic.code))
    #expect(!diagnostic.message.isEmpty)
  }

  @Test func codesAreExplainedOnce() {
    let codes = StorageCodes.codes
    #expect(Set(codes).count == codes.count)
  }
}
