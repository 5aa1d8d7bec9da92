import Foundation
import Libvirt
import Synchronization
import VMScriptPlan
import VMScriptSyntax

/// Asks cloud-init inside a guest, by way of the guest agent, whether it is through.
///
/// `cloud-init status --wait` runs in the guest and ends with it; this only looks whether it has.
final class CloudInitProbe: Sendable {
  private let targets: DomainTargets
  private let name: String
  private let span: Span
  /// The process in the guest, once it was begun.
  private let process = Mutex<Int?>(nil)

  init(targets: DomainTargets, name: String, span: Span) {
    self.targets = targets
    self.name = name
    self.span = span
  }

  /// nil once cloud-init is through, else why not, in words.
  ///
  /// - Throws: a diagnostic if it failed, or cannot be asked.
  func obstacle() async throws -> String? {
    guard let process = process.withLock(\.self) else {
      let begun: Answer<Begun> = try await ask(
        Command(
          execute: "guest-exec",
          arguments: Arguments(
            path: "cloud-init", arg: ["status", "--wait"], capturesOutput: true)))
      process.withLock { $0 = begun.value.pid }
      return Self.runs
    }
    let status: Answer<Status>
    do {
      status = try await ask(
        Command(execute: "guest-exec-status", arguments: Arguments(pid: process)))
    } catch let error as LibvirtError where !error.isConnectionLost {
      // A guest that rebooted in between knows nothing of it: it is asked anew.
      self.process.withLock { $0 = nil }
      return Self.runs
    }
    guard status.value.exited else { return Self.runs }
    // 2 stands for errors that cloud-init could go on after.
    guard let code = status.value.exitcode, code == 0 || code == 2 else {
      throw HostMessages.cloudInitFailed(name, says: status.value.output, at: span)
    }
    return nil
  }

  private static let runs = "cloud-init has not finished yet"

  private func ask<Value: Decodable & Sendable>(_ command: Command) async throws -> Answer<Value> {
    let text = String(decoding: try JSONEncoder().encode(command), as: UTF8.self)
    let (name, span) = (name, span)
    let answer = try await targets.with(name, span) { domain in
      do throws(LibvirtError) {
        return try domain.agentCommand(text)
      } catch {
        guard !error.isConnectionLost, command.execute == "guest-exec" else { throw error }
        throw HostMessages.cloudInitUnreachable(name, error.message, at: span)
      }
    }
    return try JSONDecoder().decode(Answer<Value>.self, from: Data(answer.utf8))
  }
}

/// The agent's protocol, as far as it is needed.
extension CloudInitProbe {
  fileprivate struct Command: Encodable, Sendable {
    let execute: String
    let arguments: Arguments
  }

  fileprivate struct Arguments: Encodable, Sendable {
    var path: String?
    var arg: [String]?
    var capturesOutput: Bool?
    var pid: Int?

    enum CodingKeys: String, CodingKey {
      case path, arg, pid
      case capturesOutput = "capture-output"
    }
  }

  fileprivate struct Answer<Value: Decodable & Sendable>: Decodable, Sendable {
    let value: Value
    enum CodingKeys: String, CodingKey { case value = "return" }
  }

  fileprivate struct Begun: Decodable, Sendable { let pid: Int }

  fileprivate struct Status: Decodable, Sendable {
    let exited: Bool
    let exitcode: Int?
    let outData: String?
    let errData: String?

    enum CodingKeys: String, CodingKey {
      case exited, exitcode
      case outData = "out-data"
      case errData = "err-data"
    }

    /// What it wrote, without space around it.
    var output: String {
      [outData, errData].compactMap { $0.flatMap { Data(base64Encoded: $0) } }
        .map { String(decoding: $0, as: UTF8.self) }.joined()
        .trimmingCharacters(in: .whitespacesAndNewlines)
    }
  }
}
