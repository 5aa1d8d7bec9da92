import Foundation
import VMScript

/// Whose a resource is, read from libvirt itself: there is no state file.
public struct Ownership: Sendable {
  /// The stack that may own it.
  public let stack: String
  /// By UUID, the names of the domains that a script gives a UUID of its own.
  private let declared: [String: String]

  /// The ownership of one stack.
  public init(stack: String) {
    self.stack = stack
    declared = [:]
  }

  /// The ownership of a script's stack, which knows the UUIDs that the script declares.
  package init(_ set: DeclarationSet) {
    stack = set.stack
    declared = Dictionary(
      set.declarations.filter { $0.kind == .domain }.compactMap { domain in
        domain.body["uuid"]?.text.map { ($0.lowercased(), domain.name) }
      }
    ) { first, _ in first }
  }

  /// By its UUID, or, where the script declared the UUID, by the metadata on it.
  public func owns(_ domain: LiveDomain) -> Bool { madeName(of: domain) != nil }

  /// The name that the stack made a domain by, whatever it is called now; nil for one of others.
  ///
  /// A copy that somebody made by hand carries the mark of its original and another UUID.
  public func madeName(of domain: LiveDomain) -> String? {
    func isMade(by name: String) -> Bool {
      domain.uuid == Identity.uuid(stack: stack, kind: .domain, name: name)
    }
    if isMade(by: domain.name) { return domain.name }
    guard let owner = domain.facts.owner, owner.stack == stack else { return nil }
    guard owner.name == domain.name || isMade(by: owner.name) || declared[domain.uuid] == owner.name
    else { return nil }
    return owner.name
  }

  /// By its UUID alone, as nothing renames a network.
  public func owns(_ network: LiveNetwork) -> Bool {
    network.uuid == Identity.uuid(stack: stack, kind: .net, name: network.name)
  }
}

/// Where a stack is run from: a script's file on a client.
///
/// Stacks are named after their files, so two files of one name in two folders are one stack. The marks
/// of machines and networks record the origin, by which a run from elsewhere is noticed before it
/// changes anything. Volumes have no marks: of a stack of images alone it is not known.
public struct StackOrigin: Sendable, Hashable {
  /// The client's host name.
  public let host: String
  /// The script's absolute path on the client, symbolic links resolved.
  public let script: String

  /// An origin as it was recorded.
  public init(host: String, script: String) {
    self.host = host
    self.script = script
  }

  /// The origin of a script on this machine; nil for a pipe and the like, which is in no place.
  public init?(scriptAt path: String) {
    let script = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
    let type =
      try? FileManager.default.attributesOfItem(atPath: script)[.type] as? FileAttributeType
    guard type == .typeRegular else { return nil }
    self.init(host: ThisMachine.hostName, script: script)
  }

  /// The place in words, such as `/srv/lab.vmscript on ci-1`.
  public var description: String { "\(script) on \(host)" }
}

extension StackOrigin {
  /// The origin in a stack's mark; nil in one that was made without a script's file.
  package init?(mark: XMLElement) {
    guard let host = mark["host"], let script = mark["script"] else { return nil }
    self.init(host: host, script: script)
  }

  /// Writes it into a stack's mark.
  package func write(to mark: XMLElement) {
    mark["host"] = host
    mark["script"] = script
  }
}

extension LiveState {
  /// The origins that the machines and networks of a stack record, each once.
  func origins(of stack: String) -> [StackOrigin] {
    let ownership = Ownership(stack: stack)
    let found =
      domains.values.compactMap { domain in
        domain.facts.owner.flatMap { $0.stack == stack ? $0.origin : nil }
      } + networks.values.filter(ownership.owns).compactMap(\.origin)
    return Set(found).sorted { ($0.host, $0.script) < ($1.host, $1.script) }
  }
}

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
