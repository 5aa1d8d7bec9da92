import Synchronization
import VMScriptSyntax

@testable import VMScript

/// Enters texts one after another and keeps what was shown.
final class Entries: Sendable {
  let session = Session(
    stack: "test", engine: Engine(importer: .dictionary(["lib": "let three = 3"])))
  private let shown = Mutex<[String]>([])

  @discardableResult
  func enter(_ text: String) -> [Int] {
    let name = "<\(session.sources.sources.count + 1)>"
    let outcome = session.enter(SourceText(name: name, text: text), host: OfflineHost { _ in }) {
      value in self.shown.withLock { $0.append(value.literal) }
    }
    return outcome.diagnostics.map(\.code.number)
  }

  /// The values that one more entry shows.
  func values(_ text: String) -> [String] {
    shown.withLock { $0 = [] }
    enter(text)
    return shown.withLock(\.self)
  }

  var declared: [String] {
    session.declarations.declarations.map { "\($0.kind.rawValue) \($0.name)" }
  }
}
