import Testing

@testable import VMScript
@testable import VMScriptEditing

/// The completions at the end of a text.
@Suite struct CompletionTests {
  /// Of all candidates those that begin as what was typed.
  private func complete(_ text: String, _ names: [KnownName] = []) -> [String] {
    let context = CursorContext(before: text)
    return context.candidates(names).map(\.text).filter { $0.hasPrefix(context.typed) }
  }

  @Test(arguments: [
    ("dom", ["domain", "domain"]),
    ("domain a {\n  mem", ["memory"]),
    ("domain a { memory = 1GiB, tit", ["title"]),
    ("domain a {\n  nic {\n    net = lab\n    mode", ["mode", "model"]),
    ("domain a {\n  disk data { siz", ["size"]),
    ("domain a {\n  disk { }\n  tit", ["title"]),
    ("domain a {\n  if true {\n    tit", ["title"]),
    ("domain a {\n  for i in 1...3 {\n    disk \"d\\(i)\" { siz", ["size"]),
    ("domain a {\n  wrong here\n  tit", ["title"]),
    ("domain a {\n  ...{ tit", ["title"]),
    ("clone a as b {\n  titl", ["title"]),
    ("clone a as b {\n  remove dis", ["disk"]),
    ("let w = domain \"w\" { titl", ["title"]),
    ("domain a {\n  disk = [{ siz", ["size"]),
    ("domain a {\n  cloud_init = { host", ["hostname"]),
    ("net a { mode = iso", ["isolated"]),
    ("net a { mode = true ? nat : iso", ["isolated"]),
    ("image a { format = qco", ["qcow2"]),
    ("domain a { boot = [disk, cdr", ["cdrom"]),
    ("domain a { acpi = fal", ["false"]),
    ("let x = to_j", ["to_json"]),
    ("print \"\\(to_j", ["to_json"]),
    ("func f(a) {\n  let b = to_j", ["to_json"]),
    ("param x: dur", ["duration"]),
    ("clone a a", ["as"]), ("snapshot a a", ["as"]), ("revert a t", ["to"]),
    ("delete snapshot a o", ["of"]), ("mov", ["moved"]),
    ("wait a f", ["for"]), ("wait a for clo", ["cloud_init"]), ("wait a for ip wi", ["within"]),
    ("stop a for", ["force"]), ("let l = [x fo", ["for"]), ("for x i", ["in"]),
    ("import \"a\" a", ["as"]),
    ("nothingbeginslikethis", []),
  ])
  func fittingCandidatesAreOffered(text: String, expected: [String]) {
    #expect(complete(text) == expected)
  }

  @Test(arguments: [
    "let na", "func na", "func f(na", "param na", "output na", "for na", "domain na", "net na",
    "clone a as na", "import \"a\" as na", "domain a { disk na", "# na", "print 1 # na", "12",
    "print 0x1", "10.0.", "let f = (na) => na; let g = (", "snapshot a as na",
  ])
  func nothingIsKnownWhereNamesAreMadeOrNothingIsNamed(text: String) {
    let candidates = complete(text)
    #expect(candidates.isEmpty, "\(candidates.prefix(3))")
  }

  @Test func namesAndTheirMembers() {
    let lab = ResourceReference(kind: .domain, name: "web", isDeclared: true)
    let names = [
      KnownName("size", .variable, value: .size(ByteSize(bytes: 512))),
      KnownName("big", .variable, value: .map(["cpus": .int(1), "inner": .map(["a": .int(2)])])),
      KnownName("web", .resource, value: .resource(lab)),
      KnownName("lib", .module, members: [KnownName("kind", .function)]),
    ]
    #expect(complete("print bi", names) == ["big"])
    #expect(complete("print big.c", names) == ["cpus", "count", "contains"])
    #expect(complete("print big.inner.", names).first == "a")
    #expect(complete("print size.g", names) == ["gib"])
    #expect(complete("print web.st", names) == ["state", "state"])
    #expect(complete("print web.cpu", names) == ["cpus"])
    #expect(complete("print lib.", names) == ["kind"])
    #expect(complete("print other.", names) == [])
    #expect(complete("print f(1).", names) == [])
    #expect(complete("start we", names) == ["web"])
    for call in ["domain(\"x\")", "net(\"x\")", "image(\"x\")"] {
      let kind = ResourceKind(rawValue: String(call.prefix { $0 != "(" }))
      let members = Set(complete("print \(call).", names))
      #expect(members.isSuperset(of: kind?.attributes.map(\.name) ?? []) && !members.isEmpty)
    }
    #expect(complete("print domain(\"x\").st", names) == ["state", "state"])
  }

  @Test func valuesThatAreResourcesAreOfTheirKind() {
    func known(_ name: String, _ kind: ResourceKind) -> KnownName {
      KnownName(
        name, .resource, value: .resource(.init(kind: kind, name: name, isDeclared: true)))
    }
    let names = [
      known("web", .domain), known("lab", .net), known("base", .image),
      KnownName("size", .variable, value: .size(ByteSize(bytes: 512))),
      KnownName("f", .function), KnownName("wanted", .parameter),
    ]
    for (text, expected) in [
      ("domain a { nic { net = ", ["lab", "wanted"]),
      ("domain a { disk { image = ", ["base", "wanted"]),
      ("domain a { disk { source = ", ["base", "wanted"]),
    ] {
      #expect(complete(text, names) == expected, "\(text)")
      #expect(CursorContext(before: text).quotedKinds == [text.contains("nic") ? .net : .image])
    }
    #expect(complete("domain a { nic { net = la", names) == ["lab"])
    // A function that gives no resource would only hide the name.
    let g = [known("g", .image)]
    #expect(complete("domain a { disk { image = g", g) == ["g"])
    #expect(complete("domain a { disk { image = im", g) == ["image"])
    #expect(CursorContext(before: "start ").quotedKinds == [.domain])
  }

  @Test func contentOfStringsIsUnchanged() {
    func context(_ text: String) -> CursorContext { CursorContext(before: text) }
    #expect(context("import \"lib/na").takesFiles)
    #expect(context("import \"lib/na").typed == "lib/na")
    #expect(context("image a { source = \"x").takesFiles)
    #expect(context("domain a { nic { net = \"la").resourceKinds == [.net])
    #expect(context("print domain(\"we").resourceKinds == [.domain])
    #expect(context("start \"we").resourceKinds == [.domain])
    #expect(context("start 'we").typed == "we")
    #expect(context("print \"\"\"\n  we").typed == "\n  we")
    #expect(context("print \"a\\(1) b").typed == " b")
    #expect(context("print \"a\\(1)").typed == "")
    #expect(context("print \"done\" ").resourceKinds == [])
  }

  /// Cut anywhere, a text has a context.
  @Test func everyBeginningOfAScriptHasAContext() {
    let text = #"""
      ## Doc
      param n: int = 3
      import "a" as b
      func f(x, y = 2) { if x > 1 { return [i for i in 1...y if i > 1] } else { return none } }
      domain a { disk data { size = 1GiB }, nic { net = b.c }, ...{ cpus: { max: 2 } } }
      clone a as "b\(n)" { remove disk data; cloud_init { run = ['x', "\(f(1, y: 2))"] } }
      wait a for ip && true within 5m # end
      print a.ip ?? "none", '''
        raw
        ''', """
        text \(n)
        """
      """#
    let bytes = Array(text.utf8)
    for end in 0...bytes.count {
      let context = CursorContext(before: Array(bytes[..<end]))
      _ = context.candidates([])
    }
  }
}
