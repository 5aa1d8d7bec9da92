import Foundation
import OrderedCollections
import Testing
import VMScriptSyntax

@testable import VMScript

/// Outputs as Swift values, and the errors of those that do not fit.
@Suite struct DecodingTests {
  private func decode<T: Decodable>(_ type: T.Type, _ text: String) throws -> T {
    try Engine().compile(.text(text, name: "t")).decode(type)
  }

  /// The diagnostics, each with the text that it points to.
  private func problem<T: Decodable>(
    _ type: T.Type, _ text: String
  ) throws -> (diagnostic: Diagnostic, place: String) {
    let error = try #require(throws: ScriptError.self) { try decode(type, text) }
    let diagnostic = try #require(error.diagnostics.first)
    let span = try #require(diagnostic.primary?.span)
    let bytes = error.sources[span.source].bytes[Int(span.start)..<Int(span.end)]
    return (diagnostic, String(decoding: bytes, as: UTF8.self))
  }

  private enum Mode: String, Decodable, CaseIterable { case nat, isolated, route }
  private enum Shape: Decodable, Equatable {
    case circle(radius: Int)
    case none
  }

  private struct Node: Decodable, Equatable {
    var name: String
    var memory: ByteSize
    var tags: [String]?
  }

  private struct Lab: Decodable {
    var nodes: [Node]
    var limits: [String: Int]
    var wait: Duration
    var gateway: IPAddress
    var subnet: Subnet
    var mac: MACAddress
    var hosts: ValueRange
    var mode: Mode
    var note: String?
    var ratio: Double
    var token: SecretText
    var anything: Value
    var url: URL
  }

  @Test func everyTypeOfTheLanguage() throws {
    let lab = try decode(
      Lab.self,
      """
      output nodes = [{ name: "a", memory: 2GiB }, { name: "b", memory: "512MiB", tags: ["x"] }]
      output limits = { cores: 4, disks: 2 }
      output wait = 90s
      output gateway = 10.0.0.1
      output subnet = 10.0.0.0/24
      output mac = "52:54:00:00:00:01"
      output hosts = 10.0.0.2...10.0.0.9
      output mode = "nat"
      output note = none
      output ratio = 2
      output token = secret("hush")
      output anything = { b: 1, a: [none] }
      output url = "https://example.org/x"
      output more = "is not asked for"
      """)
    #expect(lab.nodes.map(\.memory) == [.gib(2), .mib(512)])
    #expect(lab.nodes.map(\.tags) == [nil, ["x"]])
    #expect(lab.limits == ["cores": 4, "disks": 2])
    #expect(lab.wait == .seconds(90))
    #expect(lab.gateway == IPAddress("10.0.0.1"))
    #expect(lab.subnet == Subnet("10.0.0.0/24"))
    #expect(lab.mac == MACAddress("52:54:00:00:00:01"))
    #expect(lab.hosts.count == 8)
    #expect(lab.mode == .nat)
    #expect(lab.note == nil)
    #expect(lab.ratio == 2)
    #expect(lab.token.revealed == "hush")
    #expect(lab.anything == ["b": 1, "a": [.none]])
    #expect(lab.url.host == "example.org")
  }

  @Test func quantitiesAsPlainTypes() throws {
    struct Plain: Decodable {
      var size: Int
      var sizeText: String
      var seconds: Double
      var address: String
      var subnet: String
      var steps: ClosedRange<Int>
      var list: [Int]
      var password: String
    }
    let plain = try decode(
      Plain.self,
      """
      output size = 1KiB
      output sizeText = 1KiB
      output seconds = 1500ms
      output address = 10.0.0.1
      output subnet = 10.0.0.0/8
      output steps = 1...3
      output list = 4...6
      output password = secret("p")
      """)
    #expect(plain.size == 1_024)
    #expect(plain.sizeText == "1KiB")
    #expect(plain.seconds == 1.5)
    #expect(plain.address == "10.0.0.1")
    #expect(plain.subnet == "10.0.0.0/8")
    #expect(plain.steps == 1...3)
    #expect(plain.list == [4, 5, 6])
    #expect(plain.password == "p")
  }

  @Test func enumerationsWithValues() throws {
    struct Drawing: Decodable { var shapes: [Shape] }
    let drawing = try decode(
      Drawing.self, "output shapes = [{ circle: { radius: 3 } }, { none: {} }]")
    #expect(drawing.shapes == [.circle(radius: 3), .none])
  }

  @Test func dictionariesOfOutputs() throws {
    #expect(try decode([String: Int].self, "output a = 1\noutput b = 2") == ["a": 1, "b": 2])
    let ordered = try Engine().compile(.text("output m = { z: 1, a: 2 }")).evaluate()
      .decode(OrderedDictionary<String, Int>.self, output: "m")
    #expect(Array(ordered.keys) == ["z", "a"])
  }

  @Test func aWrongTypeIsReportedAtItsEntry() throws {
    struct Wrapped: Decodable { var lab: [String: [Node]] }
    let (diagnostic, place) = try problem(
      Wrapped.self,
      "output lab = { nodes: [{ name: \"a\", memory: 1GiB }, { name: \"b\", memory: 2 }] }")
    #expect(diagnostic.code.number == 320)
    #expect(diagnostic.message == "`lab.nodes[1].memory` must be a size, not an int")
    #expect(diagnostic.helps.first?.text.contains("2GiB") == true)
    #expect(place == "2")
  }

  @Test func aNameLeadsToItsLet() throws {
    struct Wrapped: Decodable { var lab: Node }
    let (_, place) = try problem(
      Wrapped.self, "let config = { name: 7, memory: 1GiB }\noutput lab = config")
    #expect(place == "7")
    let computed = try problem(
      Wrapped.self, "func f() = { name: 7, memory: 1GiB }\noutput lab = f()")
    #expect(computed.place == "f()")
  }

  @Test func aMissingKeyNamesTheClosest() throws {
    struct Wrapped: Decodable { var lab: Node }
    let (diagnostic, place) = try problem(
      Wrapped.self, "output lab = { name: \"a\", memroy: 1GiB }")
    #expect(diagnostic.message == "`lab` has no `memory`")
    #expect(diagnostic.helps.first?.text == "did you mean `memory` instead of `memroy`?")
    #expect(place == "{ name: \"a\", memroy: 1GiB }")
    let output = try problem(Wrapped.self, "output lap = 1").diagnostic
    #expect(output.message == "the script has no output `lab`")
    #expect(output.helps.first?.text == "did you mean `lab` instead of `lap`?")
  }

  @Test func aKeyThatNothingReadsIsAnError() throws {
    struct Wrapped: Decodable { var lab: Node }
    let (diagnostic, place) = try problem(
      Wrapped.self, "output lab = { name: \"a\", memory: 1GiB, tag: [\"x\"] }")
    #expect(diagnostic.code.number == 322)
    #expect(diagnostic.message == "`tag` is not used in `lab`")
    #expect(diagnostic.helps.first?.text == "did you mean `tags`?")
    #expect(place == "tag")
  }

  @Test func wordsOutsideOfAnEnumeration() throws {
    struct Net: Decodable { var mode: Mode }
    let (diagnostic, place) = try problem(Net.self, "output mode = \"isolatd\"")
    #expect(diagnostic.code.number == 323)
    #expect(diagnostic.notes == ["it can be nat, isolated, route"])
    #expect(diagnostic.helps.first?.text == "did you mean `isolated`?")
    #expect(place == "\"isolatd\"")
  }

  @Test(arguments: [
    ("300", "`x` must be an int of 0 to 255, not an int"),
    ("1.5", "`x` must be an int of 0 to 255, not a float"),
    ("none", "`x` must be an int of 0 to 255, not none"),
    ("'5'", "`x` must be an int of 0 to 255, not a string"),
    ("30s", "`x` must be an int of 0 to 255, not a duration"),
  ])
  func numbersMustFit(text: String, message: String) throws {
    struct Small: Decodable { var x: UInt8 }
    #expect(try problem(Small.self, "output x = \(text)").diagnostic.message == message)
  }

  @Test func errorsOfATypeItselfAreNotes() throws {
    struct Port: Decodable {
      struct TooLow: Error, CustomStringConvertible { let description = "ports begin at 1024" }
      init(from decoder: any Decoder) throws {
        if try decoder.singleValueContainer().decode(Int.self) < 1_024 { throw TooLow() }
      }
    }
    struct Service: Decodable { var ports: [Port] }
    let (diagnostic, place) = try problem(Service.self, "output ports = [8080, 80]")
    #expect(diagnostic.message == "`ports[1]` cannot be 80")
    #expect(diagnostic.notes == ["ports begin at 1024"])
    #expect(place == "80")
  }

  @Test func typesMayTryOneThingAndThenAnother() throws {
    enum Either: Decodable, Equatable {
      case number(Int)
      case text(String)
      init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let number = try? container.decode(Int.self) {
          self = .number(number)
        } else {
          self = .text(try container.decode(String.self))
        }
      }
    }
    #expect(
      try decode([String: [Either]].self, "output x = [1, 'a']") == ["x": [.number(1), .text("a")]])
  }

  @Test func scriptErrorsComeFirst() throws {
    let error = try #require(throws: ScriptError.self) {
      try decode(Node.self, "output name = 1 / 0")
    }
    #expect(error.diagnostics.map(\.code.number) == [305])
  }

  @Test func unknownValuesCannotBeDecoded() throws {
    let found = try problem([String: String].self, "domain a { memory = 1GiB }\noutput x = a.ip")
    #expect(found.diagnostic.code.number == 320)
    #expect(found.place == "a.ip")
  }

  @Test func valuesAreTextsInOtherFormats() throws {
    struct All: Codable, Equatable {
      var size = ByteSize.gib(2)
      var address = IPAddress("10.0.0.1")
      var subnet = Subnet("10.0.0.0/24")
      var mac = MACAddress("52:54:00:00:00:01")
      var range = ValueRange.ints(first: 1, last: 3)
    }
    let data = try JSONEncoder().encode(All())
    #expect(String(decoding: data, as: UTF8.self).contains("\"2GiB\""))
    #expect(try JSONDecoder().decode(All.self, from: data) == All())
    #expect(throws: DecodingError.self) {
      try JSONDecoder().decode([ByteSize].self, from: Data(#"["2 apples"]"#.utf8))
    }
    let value = try JSONDecoder().decode(
      Value.self, from: Data(#"{"a":[1,"b",null,true,1.5]}"#.utf8))
    #expect(value == ["a": [1, "b", .none, true, 1.5]])
  }
}
