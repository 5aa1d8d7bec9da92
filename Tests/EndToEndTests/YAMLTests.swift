import Foundation
import TestSupport
import Testing

/// The output of `to_yaml`, compared with PyYAML, which reads YAML 1.1 as cloud-init and Ansible do.
@Suite(.enabled(if: PyYAML.isThere, "PyYAML is not installed"))
struct YAMLTests {

  /// Texts that a reader takes for something else, and what such texts are made of.
  private static let fixed = [
    "52:54:00:12:34:56", "1:30", "1_000", "2001-01-01", "2001-12-14t21:59:43.10-05:00", ".inf",
    "-.INF", ".nan", "=", "<<", "y", "n", "Yes", "NO", "on", "Off", "~", "null", "0o7", "0x1f",
    "0b101", "1e3", "1e+20", "12e03", "012", "1.", ".5", "+1", "-1", "", " a", "a ", "- a", "? a",
    "a: b", "a #b", "#c", "a\tb", "\t", "\u{1}", "\u{7f}", "\u{85}", "\u{2028}x", "\u{2029}",
    "\u{feff}a", "---", "...", "!x", "&a", "*a", "%x", "@x", "`x", "[a", "{a", "a\nb", "a\nb\n",
    "\na", "a\n\n", " a\nb", "a \nb", "a\n b\n", "\n", "a\r\nb", "\r", "\u{a0}", "190:20:30.15",
    "ab:cd:ef:01:23:45", "e\u{301}", "😀", "\u{10ffff}", "\0", "10.0.0.1", "20GiB", "inf", "NaN",
  ]
  private static let pieces =
    "abyn01259:_-.#,?!&*|>'\"%@`{}[]=~<+ \n\t\r\\/xoeETZé😀".unicodeScalars.map { String($0) }
    + ["\u{85}", "\u{2028}", "\u{feff}", "\u{301}", "\u{a0}", "\u{200b}", "\0", "\u{1b}"]

  @Test(arguments: 0..<4 as Range<UInt64>)
  func everyReaderGetsBackWhatWasWritten(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    var texts = Self.fixed
    for _ in 0..<500 {
      let count = Int.random(in: 1...9, using: &random)
      texts.append(
        (0..<count).map { _ in Self.pieces.randomElement(using: &random) ?? "" }.joined())
    }
    let folder = try ScratchFolder()
    let numbers = "[1.5, 1e20, -3e-9, 1e16, -7, null, true, [[\"a\\nb\"], {\"k\\nl\": \" v\\n\"}]]"
    let list = try JSONSerialization.data(withJSONObject: texts)
    var document = Data("{\"list\": ".utf8) + list + Data(", \"more\": \(numbers), \"map\": {".utf8)
    // Keys that differ in composition alone are different keys, which a dictionary here cannot hold.
    var seen: Set<[UInt8]> = []
    var entries: [Data] = []
    for text in texts where seen.insert(Array(text.utf8)).inserted {
      let key = try JSONSerialization.data(withJSONObject: text, options: .fragmentsAllowed)
      entries.append(key + Data(": 1".utf8))
    }
    document += Data(entries.joined(separator: Data(",".utf8))) + Data("}}".utf8)
    try document.write(to: folder.url.appendingPathComponent("in.json"))
    let script = """
      let d = json(read("in.json"))
      let t = to_yaml(d)
      output yaml = t
      output same = yaml(t) == d
      """
    try folder.write("t.vmscript", script)
    let result = try vmscript(["eval", "t.vmscript"], folder: folder.url)
    #expect(result.status == 0, "\(result.errors)")
    try folder.write("out.json", result.output)
    let compare = """
      import json, yaml
      given = json.load(open("in.json", encoding="utf-8"))
      out = json.load(open("out.json", encoding="utf-8"))
      assert out["same"] is True, "our own reader"
      read = yaml.safe_load(out["yaml"])
      for kind in given:
        for a, b in zip(given[kind], read[kind]):
          assert a == b and type(a) is type(b), (kind, a, b)
      assert read == given
      """
    let compared = try run(PyYAML.python, ["-c", compare], folder: folder.url)
    #expect(compared.status == 0, "seed \(seed): \(compared.errors.suffix(500))")
  }
}

private enum PyYAML {
  static let python = URL(fileURLWithPath: "/usr/bin/python3")
  static let isThere = (try? run(python, ["-c", "import yaml"]).status) == 0
}
