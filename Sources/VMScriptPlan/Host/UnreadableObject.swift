import VMScript

/// A domain, network or pool of the host whose document could not be read.
///
/// libvirt prints some attributes without escaping them, so an object of others may have a document
/// that is no XML. All that it holds is unknown, for this object alone.
public struct UnreadableObject: Sendable, Hashable {
  /// The kinds of objects.
  public enum Kind: String, Sendable {
    case domain, network
    case pool = "storage pool"
  }

  /// The kind.
  public let kind: Kind
  /// The name, unique among its kind.
  public let name: String
  /// In lower case; empty for a pool.
  public let uuid: String
  /// Why it could not be read.
  public let reason: String
  /// The texts in quotes that its document holds, one of which each path, address and name in an
  /// attribute is; nil where the host gave no document.
  package let values: Set<String>?

  /// An object of which nothing more is known.
  ///
  /// - Parameters:
  ///   - kind: what it is.
  ///   - name: its name, unique among its kind.
  ///   - uuid: in lower case; empty for a pool.
  ///   - reason: why it could not be read.
  ///   - documents: what the host gave; nil where it gave nothing.
  public init(kind: Kind, name: String, uuid: String, reason: String, documents: [String]?) {
    self.kind = kind
    self.name = name
    self.uuid = uuid
    self.reason = reason
    values = documents.map { $0.reduce(into: []) { $0.formUnion(Self.quotedTexts(in: $1)) } }
  }

  /// The files that its document may name.
  package var paths: [String] { (values ?? []).filter { $0.hasPrefix("/") }.sorted() }

  /// The object with its reason, for a note.
  package var note: String { "the \(kind.rawValue) `\(name)` cannot be read: \(reason)" }

  /// Whether a stack made it under a name; the UUID says so without the document.
  package func isMade(by stack: String, as name: String) -> Bool {
    switch kind {
    case .domain: uuid == Identity.uuid(stack: stack, kind: .domain, name: name)
    case .network: uuid == Identity.uuid(stack: stack, kind: .net, name: name)
    case .pool: false
    }
  }

  /// Every text behind `='` or `="` up to the next quote of the same kind, wherever it stands: one
  /// that is not as it should be does not spoil those behind it.
  private static func quotedTexts(in document: String) -> Set<String> {
    let bytes = Array(document.utf8)
    var texts: Set<String> = []
    for (position, byte) in bytes.enumerated() where byte == UInt8(ascii: "=") {
      guard position + 1 < bytes.count else { break }
      let quote = bytes[position + 1]
      guard quote == UInt8(ascii: "'") || quote == UInt8(ascii: "\"") else { continue }
      let text = bytes[(position + 2)...].prefix { $0 != quote }
      let escaped = String(decoding: text, as: UTF8.self)
      texts.insert(escaped)
      // What libvirt did escape stands as it is meant.
      if let value = try? XMLElement.parse("<a>\(escaped)</a>").stringValue { texts.insert(value) }
    }
    return texts
  }
}

extension [UnreadableObject] {
  /// The object that a stack knows by a name: the one of this name, or the one that it made under it.
  func first(of kind: UnreadableObject.Kind, _ name: String, stack: String) -> UnreadableObject? {
    first { object in
      object.kind == kind && (object.name == name || object.isMade(by: stack, as: name))
    }
  }
}
