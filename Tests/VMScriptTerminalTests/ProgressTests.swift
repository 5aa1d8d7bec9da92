import Testing
import VMScriptTerminal

@Suite struct ProgressTests {
  @Test func aTaskRunsThenEndsOnce() {
    var board = ProgressBoard()
    board.start("1", label: "+ domain web-1", at: .zero)
    board.advance("1", phase: "defining", at: .milliseconds(100))
    #expect(
      board.lines(at: .milliseconds(200), columns: 80, rows: 10)
        == ["⠹ + domain web-1  defining  0.2s"])
    board.finish("1", at: .milliseconds(1300))
    #expect(board.takeEnded() == ["✓ + domain web-1  1.3s"])
    #expect(board.takeEnded().isEmpty)
    #expect(board.lines(at: .seconds(2), columns: 80, rows: 10).isEmpty)
  }

  @Test func anUploadShowsBarRateAndTimeLeft() {
    var board = ProgressBoard()
    board.start("1", label: "+ image base", at: .zero)
    board.advance("1", phase: "uploading", done: 0, total: 100 << 20, at: .zero)
    board.advance("1", phase: "uploading", done: 50 << 20, total: 100 << 20, at: .seconds(5))
    #expect(
      board.lines(at: .seconds(5), columns: 80, rows: 10)
        == ["⠋ + image base  uploading █████░░░░░ 50% 10MiB/s 5.0s left  5.0s"])
  }

  @Test func anUploadWithoutMeasureShowsNoRate() {
    var board = ProgressBoard()
    board.start("1", label: "x", at: .zero)
    board.advance("1", phase: "uploading", done: 7, total: 7, at: .zero)
    #expect(
      board.lines(at: .zero, columns: 80, rows: 9) == ["⠋ x  uploading ██████████ 100%  0.0s"])
    board.advance("1", phase: "verifying", done: 9, total: 0, at: .zero)
    #expect(board.lines(at: .zero, columns: 80, rows: 9) == ["⠋ x  verifying  0.0s"])
  }

  @Test(arguments: [(-5, "0%"), (500, "100%")] as [(Int64, String)])
  func reportsOutOfRangeAreClamped(done: Int64, share: String) {
    var board = ProgressBoard()
    board.start("1", label: "x", at: .zero)
    board.advance("1", phase: "p", done: done, total: 100, at: .zero)
    #expect(board.lines(at: .zero, columns: 80, rows: 9)[0].contains(" \(share)"))
  }

  @Test func unknownAndRepeatedReportsAreIgnored() {
    var board = ProgressBoard()
    board.finish("none", at: .zero)
    board.advance("none", phase: "p", at: .zero)
    board.start("1", label: "a", at: .zero)
    board.start("1", label: "b", at: .seconds(1))
    #expect(board.lines(at: .zero, columns: 80, rows: 9) == ["⠋ a  0.0s"])
    #expect(board.takeEnded().isEmpty)
  }

  @Test(arguments: [0, 1, 2, 5, 20, 80])
  func noLineIsWiderThanTheTerminal(columns: Int) {
    var board = ProgressBoard()
    for number in 1...5 { board.start("\(number)", label: "+ domain 日本-\(number)", at: .zero) }
    for line in board.lines(at: .seconds(1), columns: columns, rows: 3) {
      #expect(TerminalText.columns(of: line) <= columns)
    }
  }

  @Test func hiddenTasksAreCounted() {
    var board = ProgressBoard()
    for number in 1...5 { board.start("\(number)", label: "d\(number)", at: .zero) }
    #expect(
      board.lines(at: .zero, columns: 80, rows: 3)
        == ["⠋ d1  0.0s", "⠋ d2  0.0s", "  … 3 more"])
    #expect(board.lines(at: .zero, columns: 80, rows: 5).count == 5)
  }

  @Test func aFrameOverwritesTheLastOne() {
    var region = LiveRegion()
    #expect(region.frame(kept: [], live: ["a", "b"], columns: 80) == "a\u{1B}[K\nb\u{1B}[K\n")
    #expect(
      region.frame(kept: ["done"], live: ["b"], columns: 80)
        == "\u{1B}[2A\rdone\u{1B}[K\nb\u{1B}[K\n\u{1B}[J")
    #expect(region.end(columns: 80) == "\u{1B}[1A\r\u{1B}[J")
    #expect(region.end(columns: 80) == "")
  }

  @Test func aNarrowerTerminalHasWrappedWhatWasDrawn() {
    var region = LiveRegion()
    _ = region.frame(kept: [], live: ["0123456789", "ab"], columns: 20)
    #expect(region.frame(kept: [], live: ["x"], columns: 4).hasPrefix("\u{1B}[4A\r"))
  }
}
