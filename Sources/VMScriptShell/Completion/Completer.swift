import VMScript
import VMScriptEditing
import VMScriptRuntime
import VMScriptSyntax

/// Finds what may stand at the end of a text: commands, what the language knows, what the host has.
struct Completer {
  let session: LiveSession
  let commands: [Command]
  /// What the host has, as it was when it was last looked at.
  var inventory: HostInventory?

  /// What may stand at the end of the text before the cursor.
  func complete(_ text: String) -> Completion {
    if text.first == ":" { return completeCommand(text) }
    let context = CursorContext(before: text)
    var candidates = context.candidates(session.language.knownNames)
    candidates += resources(context.resourceKinds)
    // What has a name in the language is written by that.
    let named = Set(candidates.map(\.text))
    candidates += resources(context.quotedKinds).filter { !named.contains($0.text) }.map {
      Candidate(Value.string($0.text).literal, $0.kind, doc: $0.doc)
    }
    if context.takesFiles { candidates += files(context.typed) }
    return Completion(typed: context.typed, among: candidates)
  }

  private func completeCommand(_ text: String) -> Completion {
    let words = text.dropFirst().split(separator: " ", omittingEmptySubsequences: false)
    let name = words.first.map(String.init) ?? ""
    guard words.count > 1, let command = try? Command.named(name) else {
      return Completion(
        typed: name,
        among: commands.map {
          Candidate($0.name, .keyword, doc: $0.doc, suffix: $0.argument.form.isEmpty ? "" : " ")
        })
    }
    let typed = words.last.map(String.init) ?? ""
    switch command.argument.kind {
    case .topic: return Completion(typed: typed, among: Help.topics)
    case .file: return Completion(typed: typed, among: files(typed))
    case .expression: return complete(String(text.drop { $0 != " " }.dropFirst()))
    case .words(let words):
      return Completion(typed: typed, among: words.map { Candidate($0, .word) })
    case .setting:
      let settings = Setting.all.map { Candidate($0.name, .word, doc: $0.doc, suffix: " ") }
      let isFirst = words.count == 2
      return Completion(
        typed: typed,
        among: isFirst ? settings : Setting.words.map { Candidate($0, .word) })
    case .resources(let kinds):
      // A user may stand before it.
      let name = typed.lastIndex(of: "@").map { String(typed[typed.index(after: $0)...]) } ?? typed
      return Completion(typed: name, among: resources(kinds))
    case .text: return Completion(length: 0, candidates: [])
    }
  }

  /// Names of what is on the host, and of what the session has declared.
  private func resources(_ kinds: [ResourceKind]) -> [Candidate] {
    var found: [Candidate] = []
    if let inventory, kinds.contains(.domain) {
      found += inventory.domains.map {
        Candidate($0.name, .resource, doc: "domain, \($0.state.rawValue)")
      }
    }
    if let inventory, kinds.contains(.net) {
      found += inventory.networks.map { Candidate($0.name, .resource, doc: "net") }
    }
    if let inventory, kinds.contains(.image) {
      found += inventory.images.map { Candidate($0.name, .resource, doc: "image") }
    }
    return found
      + session.language.declarations.declarations.filter { kinds.contains($0.kind) }
      .map { Candidate($0.name, .resource, doc: $0.kind.rawValue) }
  }

  /// Files that begin as what was typed, folders with their slash.
  private func files(_ typed: String) -> [Candidate] {
    FileNames.beside(typed).filter { $0.hasPrefix(typed) }.map { Candidate($0, .file) }
  }
}
