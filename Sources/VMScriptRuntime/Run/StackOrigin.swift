import Foundation
import Libvirt
import VMScript

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
    self.init(host: LockClaim.Machine.hostName(), script: script)
  }

  /// The place in words, such as `/srv/lab.vmscript on ci-1`.
  public var description: String { "\(script) on \(host)" }
}

extension StackOrigin {
  /// The origin in a stack's mark; nil in one that was made without a script's file.
  init?(mark: XMLElement) {
    guard let host = mark["host"], let script = mark["script"] else { return nil }
    self.init(host: host, script: script)
  }

  /// Records it in the mark of a machine of the stack that has another one, running and stored; blocks.
  ///
  /// A machine whose definition cannot be read has no mark that could be written.
  func record(in domain: Domain, of stack: String) throws {
    let isPersistent = try domain.isPersistent()
    let definition = try domain.xml(inactive: isPersistent)
    let root: XMLElement
    do throws(MalformedXML) { root = try XMLElement.parse(definition, root: "domain") } catch {
      return
    }
    guard let mark = DomainMetadata.bareMark(in: root), mark["stack"] == stack,
      let recorded = StackOrigin(mark: mark), recorded != self
    else { return }
    write(to: mark)
    try domain.setMetadata(
      mark.xmlString, namespace: DomainMetadata.namespace, prefix: DomainMetadata.prefix,
      live: domain.isActive(), config: isPersistent)
  }

  /// Records it in the mark of a stored network that has another one; blocks.
  ///
  /// libvirt changes the metadata of networks from 9.7 on only, but keeps what a definition says.
  func record(in network: Network, on connection: Connection) throws {
    guard try network.isPersistent() else { return }
    let root = try XMLElement.parse(network.xml(inactive: true), root: "network")
    guard let mark = DomainMetadata.mark(in: root), let recorded = StackOrigin(mark: mark),
      recorded != self
    else { return }
    write(to: mark)
    _ = try connection.defineNetwork(xml: root.xmlString)
  }

  /// Writes it into a stack's mark.
  func write(to mark: XMLElement) {
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
