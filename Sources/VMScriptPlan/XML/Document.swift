import Synchronization
import VMScript
import VMScriptSyntax

/// A document of libvirt's, parsed once where it is read.
///
/// Nobody changes its tree: whoever writes gets a copy, which costs far less than another parse.
public final class Document: Sendable {
  /// The text as libvirt gave it, which shows whether the object has changed since.
  public let text: String
  private let tree: Mutex<XMLElement>

  /// Parses a document.
  ///
  /// - Parameters:
  ///   - text: the document.
  ///   - root: the name of its root, such as `domain`.
  /// - Throws: `MalformedXML` for text that is no such document.
  public init(_ text: String, root: String) throws(MalformedXML) {
    self.text = text
    tree = Mutex(try XMLElement.parse(text, root: root))
  }

  /// A copy of the tree.
  package func element() -> sending XMLElement { tree.withLock { $0.copy() } }

  /// Reads from the tree without a copy; the closure must not change it.
  package func read<Result: Sendable>(_ body: (XMLElement) -> Result) -> Result {
    tree.withLock { body($0) }
  }
}

extension Declaration {
  /// A document that the host has, or shall have, for the declaration.
  ///
  /// - Throws: a diagnostic for text that is no document of the declaration's kind.
  package func document(_ text: String) throws(Diagnostic) -> Document {
    do { return try Document(text, root: rootName) } catch {
      throw XMLMessages.malformed(self, error)
    }
  }

  /// The root that the declaration is written to: of an earlier document, or of a new one.
  package func root(onto base: Document?) -> XMLElement {
    base?.element() ?? XMLElement(name: rootName)
  }

  private var rootName: String { kind == .net ? "network" : "domain" }
}
