import Testing
import VMScriptTerminal

@Suite struct TerminalTextTests {
  @Test(arguments: [
    ("", 0), ("web-1", 5), ("Größe", 5), ("e\u{301}", 1), ("日本", 4), ("🐧", 2), ("a\u{200B}b", 2),
    ("✅", 2), ("🇩🇪", 2), ("👩\u{200D}💻", 2), ("\u{1112}\u{1161}\u{11AB}", 2), ("🌡", 1), ("ｱ", 1),
  ])
  func widthCountsColumns(text: String, columns: Int) {
    #expect(TerminalText.columns(of: text) == columns)
  }

  @Test(arguments: [
    ("plain", "plain"), ("\u{1B}[2J", "\\u{1B}[2J"), ("a\nb\r", "a\\u{A}b\\u{D}"),
    ("\u{202E}evil", "\\u{202E}evil"), ("\u{9B}31m", "\\u{9B}31m"), ("日本", "日本"),
  ])
  func controlCharactersAreEscaped(text: String, shown: String) {
    #expect(TerminalText.escaped(text) == shown)
  }

  @Test(arguments: [
    ("domain", 6, "domain"), ("domain", 5, "doma…"), ("domain", 1, "…"), ("domain", 0, ""),
    ("domain", -3, ""), ("日本語", 4, "日…"), ("日本語", 6, "日本語"),
  ])
  func fittedNeverExceedsItsLimit(text: String, limit: Int, shown: String) {
    #expect(TerminalText.fitted(text, to: limit) == shown)
  }

  @Test func wrappingBreaksBetweenWords() {
    #expect(TerminalText.wrapped("one two three", to: 7) == ["one two", "three"])
    #expect(TerminalText.wrapped("a\n\nb c", to: 1) == ["a", "", "b", "c"])
    #expect(TerminalText.wrapped("immeasurable x", to: 4) == ["immeasurable", "x"])
    #expect(TerminalText.wrapped("日本 語", to: 5) == ["日本", "語"])
    #expect(TerminalText.wrapped("", to: 5) == [""])
  }

  @Test func paddingCountsColumns() {
    #expect(TerminalText.padded("日本", to: 6) == "日本  ")
    #expect(TerminalText.padded("longer", to: 2) == "longer")
  }

  @Test(
    arguments: [
      (0, "0B"), (1023, "1023B"), (1024, "1.0KiB"), (1536, "1.5KiB"), (10 << 20, "10MiB"),
      (Int64.max, "7.9EiB"),
    ] as [(Int64, String)])
  func bytesAreShort(count: Int64, shown: String) {
    #expect(Quantity.bytes(count) == shown)
  }

  @Test(arguments: [
    (Duration.milliseconds(0), "0.0s"), (.milliseconds(449), "0.4s"), (.milliseconds(9999), "9.9s"),
    (.seconds(10), "10s"), (.seconds(185), "3m05s"), (.seconds(7800), "2h10m"),
    (.seconds(-1), "0.0s"),
  ])
  func timeIsShort(duration: Duration, shown: String) {
    #expect(Quantity.time(duration) == shown)
  }

  @Test func colorFollowsTheChoiceThenTheTerminal() {
    #expect(ColorChoice.always.isOn(isTerminal: false, environment: ["NO_COLOR": "1"]))
    #expect(!ColorChoice.never.isOn(isTerminal: true, environment: [:]))
    #expect(
      ColorChoice.auto.isOn(isTerminal: true, environment: ["NO_COLOR": "", "TERM": "xterm"]))
    #expect(!ColorChoice.auto.isOn(isTerminal: true, environment: [:]))
    #expect(
      !ColorChoice.auto.isOn(isTerminal: true, environment: ["NO_COLOR": "1", "TERM": "xterm"]))
    #expect(!ColorChoice.auto.isOn(isTerminal: true, environment: ["TERM": "dumb"]))
    #expect(!ColorChoice.auto.isOn(isTerminal: false, environment: ["TERM": "xterm"]))
  }
}
