import Foundation
import VMScript

/// The ownership of resources, read from libvirt itself: there is no state file.
public struct Ownership: Sendable {
  /// The stack.
  public let stack: String
  /// By UUID, the names of the domains with a declared UUID.
  private let declared: [String: String]

  /// Creates the ownership of one stack.
  public init(stack: String) {
    self.stack = stack
    declared = [:]
  }

  /// Creates the ownership of a script's stack with the UUIDs that the script declares.
  package init(_ set: DeclarationSet) {
    stack = set.stack
    declared = Dictionary(
      set.declarations.filter { $0.kind == .domain }.compactMap { domain in
        domain.body["uuid"]?.text.map { ($0.lowercased(), domain.name) }
      }
    ) { first, _ in first }
  }

  /// Whether the stack owns a domain, by its UUID or, if the script declared the UUID, by its
  /// metadata.
  public func owns(_ domain: LiveDomain) -> Bool { madeName(of: domain) != nil }

  /// Returns the name that the stack made a domain under, even if it was renamed; nil for a
  /// foreign domain.
  ///
  /// A copy made by hand has the mark of its original and another UUID.
  public func madeName(of domain: LiveDomain) -> String? {
    func isMade(by name: String) -> Bool {
      domain.uuid == Identity.uuid(stack: stack, kind: .domain, name: name)
    }
    if let owner = domain.facts.owner, owner.stack == stack, owner.uuid == domain.uuid {
      return owner.name
    }
    if isMade(by: domain.name) { return domain.name }
    guard let owner = domain.facts.owner, owner.stack == stack else { return nil }
    guard owner.name == domain.name || isMade(by: owner.name) || declared[domain.uuid] == owner.name
    else { return nil }
    return owner.name
  }

  /// Returns the other names that volumes of the stack's own domain may bear, because it was renamed.
  ///
  /// - Parameter name: its present name in the stack.
  func earlierNames(of domain: LiveDomain, named name: String) -> [String] {
    guard let owner = domain.facts.owner, owner.stack == stack else { return [] }
    let names = (owner.earlierNames + [owner.name]).filter { $0 != name }
    return names.isEmpty || !owns(domain) ? [] : names
  }

  /// Whether the stack owns a network, by its UUID, because networks cannot be renamed.
  public func owns(_ network: LiveNetwork) -> Bool {
    network.uuid == Identity.uuid(stack: stack, kind: .net, name: network.name)
  }
}

/// The origin of a stack: a script's file on a client.
///
/// Stacks are named after their files, so two files with the same name in different folders are
/// the same stack. The marks of machines and networks record the origin, so that a run from
/// elsewhere is noticed before it changes anything. Volumes have no marks, so the origin of a
/// stack with only images is unknown.
public struct StackOrigin: Sendable, Hashable {
  /// The client's host name.
  public let host: String
  /// The script's absolute path on the client, symbolic links resolved.
  public let script: String

  /// Creates an origin from recorded values.
  public init(host: String, script: String) {
    self.host = host
    self.script = script
  }

  /// Creates the origin of a script on this machine; nil for a pipe and the like.
  public init?(scriptAt path: String) {
    let script = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
    let type =
      try? FileManager.default.attributesOfItem(atPath: script)[.type] as? FileAttributeType
    guard type == .typeRegular else { return nil }
    self.init(host: ThisMachine.hostName, script: script)
  }

  /// A description such as `/srv/lab.vmscript on ci-1`.
  public var description: String { "\(script) on \(host)" }
}

extension StackOrigin {
  /// Reads the origin in a stack's mark; nil if it was made without a script's file.
  package init?(mark: XMLElement) {
    guard let host = mark["host"], let script = mark["script"] else { return nil }
    self.init(host: host, script: script)
  }

  /// Writes the origin into a stack's mark.
  package func write(to mark: XMLElement) {
    mark["host"] = host
    mark["script"] = script
  }
}

extension LiveState {
  /// Returns the distinct origins that the machines and networks of a stack record.
  func origins(of stack: String) -> [StackOrigin] {
    let ownership = Ownership(stack: stack)
    let found =
      domains.values.compactMap { domain in
        domain.facts.owner.flatMap { $0.stack == stack ? $0.origin : nil }
      } + networks.values.filter(ownership.owns).compactMap(\.origin)
    return Set(found).sorted { ($0.host, $0.script) < ($1.host, $1.script) }
  }
}

/// A domain, network or pool of the host with an unreadable document.
///
/// libvirt does not escape some attributes, so the document of a foreign object may be malformed
/// XML. Then its content is unknown, which does not affect other objects.
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
  /// The UUID in lower case; empty for a pool.
  public let uuid: String
  /// The reason that it could not be read.
  public let reason: String
  /// The quoted texts in its document, which include each path, address and name in an attribute;
  /// nil if the host returned no document.
  package let values: Set<String>?

  /// Creates an unreadable object.
  ///
  /// - Parameters:
  ///   - kind: its kind.
  ///   - name: its name, unique among its kind.
  ///   - uuid: in lower case; empty for a pool.
  ///   - reason: the reason that it could not be read.
  ///   - documents: the documents from the host; nil if it returned none.
  public init(kind: Kind, name: String, uuid: String, reason: String, documents: [String]?) {
    self.kind = kind
    self.name = name
    self.uuid = uuid
    self.reason = reason
    values = documents.map { $0.reduce(into: []) { $0.formUnion(Self.quotedTexts(in: $1)) } }
  }

  /// The files that its document may name.
  package var paths: [String] { (values ?? []).filter { $0.hasPrefix("/") }.sorted() }

  /// The object and the reason, for a note.
  package var note: String { "the \(kind.rawValue) `\(name)` cannot be read: \(reason)" }

  /// Whether a stack made it under a name, which the UUID shows without the document.
  package func isMade(by stack: String, as name: String) -> Bool {
    switch kind {
    case .domain: uuid == Identity.uuid(stack: stack, kind: .domain, name: name)
    case .network: uuid == Identity.uuid(stack: stack, kind: .net, name: name)
    case .pool: false
    }
  }

  /// Returns every text after `='` or `="` up to the next quote of the same kind. A malformed one
  /// does not affect later ones.
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
      // Unescape the text that libvirt escaped.
      if let value = try? XMLElement.parse("<a>\(escaped)</a>").stringValue { texts.insert(value) }
    }
    return texts
  }
}

extension [UnreadableObject] {
  /// Returns the object that a stack knows by a name: the one of this name, or the one that it
  /// made under it.
  func first(of kind: UnreadableObject.Kind, _ name: String, stack: String) -> UnreadableObject? {
    first { object in
      object.kind == kind && (object.name == name || object.isMade(by: stack, as: name))
    }
  }
}
