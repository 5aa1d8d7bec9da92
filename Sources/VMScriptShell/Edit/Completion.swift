import VMScript
import VMScriptEditing
import VMScriptRuntime
import VMScriptSyntax
import VMScriptTerminal

/// Finds completions for the end of a text: commands, names of the language, resources of the host.
struct Completer {
  let session: LiveSession
  let commands: [Command]
  /// The last known inventory of the host.
  var inventory: HostInventory?

  /// The completion of the text before the cursor.
  func complete(_ text: String) -> Completion {
    if text.first == ":" { return completeCommand(text) }
    let context = CursorContext(before: text)
    var candidates = context.candidates(session.language.knownNames)
    candidates += resources(context.resourceKinds)
    // Resources with a name in the script are completed by that name.
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
      // A user name may precede it.
      let name = typed.lastIndex(of: "@").map { String(typed[typed.index(after: $0)...]) } ?? typed
      return Completion(typed: name, among: resources(kinds))
    case .text: return Completion(length: 0, candidates: [])
    }
  }

  /// Names of resources on the host and of the session's declarations.
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

  /// Files that begin with the typed text; folders end with a slash.
  private func files(_ typed: String) -> [Candidate] {
    FileNames.beside(typed).filter { $0.hasPrefix(typed) }.map { Candidate($0, .file) }
  }
}

/// Candidates for the text before the cursor.
struct Completion {
  /// The number of characters before the cursor that a candidate replaces.
  var length: Int
  /// The matching candidates, in the order of the list.
  var candidates: [Candidate]

  /// Selects the candidates that begin with the typed text, with or without their quote.
  init(typed: String, among all: [Candidate]) {
    length = typed.unicodeScalars.count
    var seen: Set<String> = []
    candidates = all.filter {
      ($0.text.hasPrefix(typed) || $0.text.hasPrefix("\"" + typed))
        && seen.insert($0.text).inserted
    }
  }

  init(length: Int, candidates: [Candidate]) {
    self.length = length
    self.candidates = candidates
  }

  /// The common prefix of all candidates.
  var commonPrefix: String {
    guard let first = candidates.first?.text else { return "" }
    return candidates.dropFirst().reduce(first) { prefix, candidate in
      String(zip(prefix, candidate.text).prefix { $0 == $1 }.map(\.0))
    }
  }
}

/// Rows of candidates below an entry: one per row with notes, otherwise in columns.
struct CompletionList {
  /// A row of candidates, with the note on a single one.
  struct Row: Hashable {
    var text: String
    var note = ""
  }

  /// The available width.
  let columns: Int
  /// The available rows, at least one.
  let rows: Int

  /// The rows; the last one counts the candidates that do not fit.
  func rows(_ candidates: [Candidate]) -> [Row] {
    let names = candidates.map { TerminalText.escaped($0.text) }
    let width = names.map(TerminalText.columns).max() ?? 0
    let hasNotes = candidates.contains { !$0.note.isEmpty }
    // Very short notes would be useless.
    if hasNotes, columns - width - 5 >= 12 {
      return cut(candidates.count) { position in
        let text = "  \(TerminalText.padded(names[position], to: width))  "
        let note = TerminalText.escaped(candidates[position].note)
        return Row(
          text: text,
          note: TerminalText.fitted(note, to: columns - 1 - TerminalText.columns(of: text)))
      }
    }
    let perRow = max(1, (columns - 1) / (width + 2))
    return cut(candidates.count, perRow: perRow) { row in
      let height = (candidates.count + perRow - 1) / perRow
      let cells = stride(from: row, to: candidates.count, by: height).map { position in
        TerminalText.padded(names[position], to: width)
      }
      let text = "  " + cells.joined(separator: "  ")
      return Row(text: TerminalText.fitted(Self.withoutSpaces(text), to: columns - 1))
    }
  }

  /// As many rows as fit.
  private func cut(_ count: Int, perRow: Int = 1, _ row: (Int) -> Row) -> [Row] {
    let needed = (count + perRow - 1) / perRow
    guard needed > rows else { return (0..<needed).map(row) }
    let shown = max(0, rows - 1)
    let rest = "  … \(count - shown * perRow) more"
    return (0..<shown).map(row) + [Row(text: "", note: TerminalText.fitted(rest, to: columns - 1))]
  }

  private static func withoutSpaces(_ text: String) -> String {
    String(text.reversed().drop { $0 == " " }.reversed())
  }
}
