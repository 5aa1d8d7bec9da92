import Foundation
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
