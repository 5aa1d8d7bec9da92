import Foundation
import TestSupport
import Testing

@testable import VMScript

/// Every built-in function and every method with values as large as the limits allow, over and over:
/// a limit ends each in bounded memory.
@Suite(.enabled(if: sanitizer == nil, "a sanitizer takes as much memory as there is"))
struct HostileCallTests {
  /// Values of each kind, near a quarter of the limit.
  private static let values = #"""
    func grow(s, n) = n == 0 ? s : grow(s + s, n - 1)
    func nest(v, n) = n == 0 ? v : nest([v, v], n - 1)
    let text = grow("aaaaaaaa", 17)
    let list = [n for n in 1...60000]
    let texts = [text, text, text, text, text, text, text, text]
    let nested = nest("part", 15)
    let table = { a: nested, b: text, "\u{1}": text }
    let pairs = [["\(n)", n] for n in 1...4000]
    let digits = "[" + grow("0,", 16) + "0]"
    let controls = grow("\u{1}\u{9b}", 16)
    """#

  private static let arguments = [
    "text", "controls", "digits", "list", "texts", "nested", "table", "pairs", "1...16000000",
    "secret(text)",
  ]

  private static let seconds = ["text", "\"a\"", "list", "x => x", "\"\""]

  /// Calls of one function, by its name.
  private static func calls(_ builtin: Builtin) -> [String] {
    let name = builtin.name
    var calls = builtin.arity.contains(1) ? arguments.map { "\(name)(\($0))" } : []
    if builtin.arity.contains(2) {
      calls += arguments.flatMap { first in seconds.prefix(3).map { "\(name)(\(first), \($0))" } }
    }
    if name == "format" {
      calls.append(
        "format(\"{}{}{}{}{}{}{}{}\", \(arguments[1]), text, text, text, text, text, text, nested)")
    }
    if name == "range" { calls.append("range(0, 9000000000000000000, 3)") }
    return calls
  }

  private static let functions = Builtin.functions.map { ($0.name, calls($0)) }

  private static let methods: [(String, [String])] = {
    let names = Set(
      ["string", "list", "map", "range", "secret", "cidr"]
        .compactMap(Reference.type).flatMap { $0.members + $0.methods }.map(\.name))
    return names.sorted().map { name in
      let calls = ["text", "controls", "texts", "nested", "table"].flatMap { base in
        ["\(base).\(name)()"] + seconds.map { "\(base).\(name)(\($0))" }
          + ["\(base).\(name)(\"a\", text)", "\(base).\(name)(\"\\u{1}\", controls)"]
      }
      return (".\(name)", calls)
    }
  }()

  private static let others: [(String, [String])] = [
    ("interpolation", arguments.prefix(8).map { "\"\\(\($0))\\(\($0))\"" }),
    ("+", ["text + text", "list + list", "secret(text) + text"]),
    ("spread", ["[...list, ...list]", "{ ...table, ...table }"]),
    (
      "in",
      ["nested in [nested, 1]", "text in controls", "nested in nested", "[nested] == [nested]"]
    ),
  ]

  @Test(arguments: functions + methods + others)
  func aCallEndsAtALimit(name: String, calls: [String]) throws {
    let folder = try ScratchFolder()
    let file = folder.url.appendingPathComponent("hostile.vmscript")
    for call in calls {
      // What is refused for its types ends the script, and is none of the limits' business.
      let script =
        Self.values + "\nfunc again(n) { for i in 0..<n { let x = \(call) } }\nagain(1000000000)\n"
      try Data(script.utf8).write(to: file)
      // 512 MiB are the stack of the evaluation.
      let result = try run(
        URL(fileURLWithPath: "/usr/bin/prlimit"),
        ["--as=1000000000", "--core=0", "--cpu=30", Self.host.path, file.path, "16", "300"])
      #expect(result.status == 0, "\(call): \(result.errors.suffix(300))")
      #expect(result.output.hasSuffix("\nstill there\n"), "\(call)")
      let codes = ["VM0410", "VM0411", "VM0412", "VM0417", "VM03", "VM0413", "VM02"]
      #expect(
        codes.contains { result.output.contains("error[\($0)") },
        "\(call): \(result.output.prefix(400))")
    }
  }

  private static let host = productsFolder.appendingPathComponent("HostileHost")
}
