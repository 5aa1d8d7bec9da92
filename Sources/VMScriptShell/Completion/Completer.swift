import Foundation
import VMScript
import VMScriptRuntime
import VMScriptSyntax

/// Finds what may stand at the end of a text, by commands, schema, scope and what the host has.
struct Completer {
  typealias Candidate = Completion.Candidate

  let session: LiveSession
  let commands: [Command]
  /// What the host has, as it was when it was last looked at.
  var inventory: HostInventory?

  /// What may stand at the end of the text before the cursor.
  func complete(_ text: String) -> Completion {
    if text.first == ":" { return completeCommand(text) }
    let context = EntryContext(before: text)
    return Completion(typed: context.typed, among: candidates(at: context.place, context.typed))
  }

  private func completeCommand(_ text: String) -> Completion {
    let words = text.dropFirst().split(separator: " ", omittingEmptySubsequences: false)
    let name = words.first.map(String.init) ?? ""
    guard words.count > 1 else {
      return Completion(
        typed: name,
        among: commands.map {
          Candidate(text: $0.name, note: $0.doc, suffix: $0.argument.isEmpty ? "" : " ")
        })
    }
    let typed = words.last.map(String.init) ?? ""
    switch commands.first(where: { $0.name.hasPrefix(name) })?.name {
    case "help": return Completion(typed: typed, among: Help.topics)
    case "load", "save": return Completion(typed: typed, among: files(typed))
    case "type":
      return complete(String(text.drop { $0 != " " }.dropFirst()))
    case "plan", "events", "time":
      return Completion(typed: typed, among: ["on", "off"].map { Candidate(text: $0) })
    case "show", "xml", "console", "ssh", "screenshot":
      return Completion(typed: typed, among: resources([.domain, .net, .image]))
    default: return Completion(length: 0, candidates: [])
    }
  }

  private func candidates(at place: EntryContext.Place, _ typed: String) -> [Candidate] {
    switch place {
    case .statement:
      return StatementStarts.all.filter { $0 != "remove" }.map { Candidate(text: $0, suffix: " ") }
        + scope + reserved
    case .entry(let block):
      return block.properties.map {
        Candidate(text: $0.name, note: "\($0.type.name): \($0.doc)", suffix: " = ")
      }
        + block.blocks.map {
          Candidate(
            text: $0.name, note: "block: \($0.doc)", suffix: $0.shorthand == nil ? " " : " = ")
        }
        + ["let", "if", "for"].map { Candidate(text: $0) }
    case .value(let property):
      let words = property.type.words.map { Candidate(text: $0) }
      let truth: [Candidate] =
        if case .bool = property.type { [.init(text: "true"), .init(text: "false")] } else { [] }
      return words + truth + scope
    case .expression: return scope + reserved
    case .target: return scope.filter { !$0.text.hasSuffix("(") } + resources([.domain])
    case .member(let path): return members(of: path)
    case .string: return resources([.domain, .net, .image]) + files(typed)
    }
  }

  private var reserved: [Candidate] { StatementStarts.reserved.map { Candidate(text: $0) } }

  /// What the session has named, then what every script knows.
  private var scope: [Candidate] {
    session.language.names.map { name, value in
      Candidate(text: name, note: value.map { Self.excerpt($0.literal) } ?? "module")
    } + Session.builtinNames.map { Candidate(text: $0) }
  }

  private static func excerpt(_ text: String) -> String {
    text.count > 40 ? text.prefix(39) + "…" : text
  }

  private func members(of path: [String]) -> [Candidate] {
    guard let first = path.first, var value = session.language.names[first] ?? nil else {
      return []
    }
    for name in path.dropFirst() {
      guard case .map(let entries) = value, let next = entries[name] else { return [] }
      value = next
    }
    switch value {
    case .resource(let reference):
      return reference.kind.liveAttributes.map { Candidate(text: $0, note: "from the host") }
        + Schema.resource(reference.kind).properties.map { Candidate(text: $0.name, note: $0.doc) }
    case .map(let entries):
      return entries.map { Candidate(text: $0.key, note: Self.excerpt($0.value.literal)) }
    default: return []
    }
  }

  /// Names of what is on the host, and of what the session has declared.
  private func resources(_ kinds: [ResourceKind]) -> [Candidate] {
    var found: [Candidate] = []
    if let inventory, kinds.contains(.domain) {
      found += inventory.domains.map {
        Candidate(text: $0.name, note: "domain, \($0.state.rawValue)")
      }
    }
    if let inventory, kinds.contains(.net) {
      found += inventory.networks.map { Candidate(text: $0.name, note: "net") }
    }
    if let inventory, kinds.contains(.image) {
      found += inventory.images.map { Candidate(text: $0.name, note: "image") }
    }
    return found
      + session.language.declarations.declarations.filter { kinds.contains($0.kind) }
      .map { Candidate(text: $0.name, note: $0.kind.rawValue) }
  }

  /// Files that begin as what was typed, folders with their slash.
  private func files(_ typed: String) -> [Candidate] {
    let folder = typed.lastIndex(of: "/").map { String(typed[...$0]) } ?? ""
    let rest = typed.dropFirst(folder.count)
    let names =
      (try? FileManager.default.contentsOfDirectory(atPath: folder.isEmpty ? "." : folder))
    return (names ?? []).filter { $0.hasPrefix(rest) && ($0.first != "." || rest.first == ".") }
      .sorted().map { name in
        var isFolder: ObjCBool = false
        _ = FileManager.default.fileExists(atPath: folder + name, isDirectory: &isFolder)
        return Candidate(text: folder + name + (isFolder.boolValue ? "/" : ""))
      }
  }
}
