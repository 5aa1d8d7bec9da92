import Foundation
import Libvirt
import Synchronization
import VMScript
import VMScriptPlan
import VMScriptSyntax

/// A check for the end of cloud-init inside a guest, through the guest agent.
///
/// `cloud-init status --wait` runs in the guest until cloud-init has finished; the probe checks
/// whether that process has ended.
final class CloudInitProbe: Sendable {
  private let agent: GuestAgent
  private let span: Span
  /// The process in the guest; nil before it starts.
  private let process = Mutex<Int?>(nil)

  init(agent: GuestAgent, span: Span) {
    self.agent = agent
    self.span = span
  }

  /// Returns nil once cloud-init has finished, else the obstacle in words.
  ///
  /// - Throws: a diagnostic if cloud-init failed or cannot be queried.
  func obstacle() async throws -> String? {
    guard let process = process.withLock(\.self) else {
      let begun: Int
      do {
        begun = try await agent.start("cloud-init", ["status", "--wait"], capturesOutput: true)
      } catch let error as LibvirtError where !error.isConnectionLost {
        throw HostMessages.cloudInitUnreachable(agent.name, error.message, at: span)
      }
      process.withLock { $0 = begun }
      return Self.runs
    }
    let status: GuestAgent.Status
    do {
      status = try await agent.status(of: process)
    } catch let error as LibvirtError where !error.isConnectionLost {
      // A guest that rebooted in between has no such process: start it again.
      self.process.withLock { $0 = nil }
      return Self.runs
    }
    guard let code = status.code else { return Self.runs }
    // 2 means that cloud-init recovered from errors.
    guard code == 0 || code == 2 else {
      // The dots are the progress of the wait.
      throw HostMessages.cloudInitFailed(
        agent.name, says: String(status.output.drop { $0 == "." || $0.isNewline }),
        errors: await CloudInitRecord.read(by: agent)?.errors ?? [],
        at: span)
    }
    return nil
  }

  private static let runs = "cloud-init has not finished yet"
}

/// The state of cloud-init that it records in the guest: `/run/cloud-init/status.json`.
struct CloudInitRecord: Decodable, Sendable {
  /// The stage that runs, such as `modules-config`; nil before the first and after the last.
  let stage: String?
  /// The first lines of the errors so far, with their stage.
  let errors: [String]

  private static let path = "/run/cloud-init/status.json"
  /// The stages in their order.
  private static let stages = ["init-local", "init", "modules-config", "modules-final"]
  private static let maximumErrors = 5

  /// Reads the record; nil if there is none or the agent cannot read it.
  static func read(by agent: GuestAgent) async -> CloudInitRecord? {
    guard let file = try? await agent.open(path, mode: "r"),
      let read = try? await agent.read(file)
    else { return nil }
    try? await agent.close(file)
    return try? JSONDecoder().decode(CloudInitRecord.self, from: Data(read.bytes))
  }

  private enum CodingKeys: String, CodingKey { case v1 }

  /// One stage. Other members of the record have other shapes and count as stages without errors.
  private struct Stage: Decodable {
    let errors: [String]
    private enum CodingKeys: String, CodingKey { case errors }

    init(from decoder: any Decoder) throws {
      let members = try? decoder.container(keyedBy: CodingKeys.self)
      errors = (try? members?.decode([String].self, forKey: .errors)) ?? []
    }
  }

  private struct Running: Decodable { let stage: String? }

  init(from decoder: any Decoder) throws {
    let record = try decoder.container(keyedBy: CodingKeys.self)
    stage = try record.decode(Running.self, forKey: .v1).stage
    let stages = try record.decode([String: Stage].self, forKey: .v1)
    errors = Array(
      Self.stages.flatMap { stage in
        (stages[stage]?.errors ?? []).map { error in
          "\(stage): \(error.prefix { !$0.isNewline }.prefix(200))"
        }
      }.prefix(Self.maximumErrors))
  }
}
