import Crypto
import Foundation
import VMScriptPlan

/// The name of the volume by which a run shows all clients of a host that it holds a stack.
///
/// `vmscript-lock.<stack>.<client>.<process>.<machine>.<boot>.<space>.<start>.<nonce>`: an empty
/// volume, there while the run lasts. Its own file says by the time of its last change when its
/// holder renewed it.
struct LockClaim: Hashable {
  /// The machine that a process runs on, so far as it can be told from others.
  struct Machine: Hashable {
    /// The host name, cleaned.
    let client: String
    /// A digest of the machine's id and its host name; empty where there is no such id.
    let machine: String
    /// A digest of the id of the machine's present boot; empty where there is none.
    let boot: String
    /// The network namespace, in which an ``ExclusiveName`` is unique.
    let space: String

    /// Where this process runs.
    static let current: Machine = {
      let client = ThisMachine.hostName
      let id = text("/etc/machine-id")
      let boot = text("/proc/sys/kernel/random/boot_id")
      let space = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/ns/net"))
      return Machine(
        client: cleaned(client), machine: id.isEmpty ? "" : digest("\(id)\0\(client)"),
        boot: boot.isEmpty ? "" : digest(boot), space: digest(space ?? ""))
    }()

    private static func text(_ path: String) -> String {
      let data = FileManager.default.contents(atPath: path) ?? Data()
      return String(decoding: data, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
    }

    private static func cleaned(_ name: String) -> String {
      let fit = name.prefix(48).map { character in
        character.isASCII && (character.isLetter || character.isNumber) ? character : "-"
      }
      return fit.isEmpty ? "-" : String(fit)
    }

    private static func digest(_ text: String) -> String {
      Hexadecimal.text(SHA256.hash(data: Array(text.utf8)).prefix(4))
    }
  }

  let stack: String
  let holder: Machine
  let process: Int32
  /// Seconds since 1970, by the holder's clock.
  let start: Int64
  let nonce: String

  private static let word = "vmscript-lock"

  /// A claim of this process.
  init(stack: String) {
    self.stack = stack
    holder = .current
    process = getpid()
    start = Int64(Date().timeIntervalSince1970)
    nonce = Storage.nonce()
  }

  /// Reads the name of a volume; nil if it is no claim.
  init?(parsing name: String) {
    let parts = name.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    guard parts.count == 9, parts[0] == Self.word, let process = Int32(parts[3]),
      let start = Int64(parts[7])
    else { return nil }
    stack = parts[1]
    holder = Machine(client: parts[2], machine: parts[4], boot: parts[5], space: parts[6])
    self.process = process
    self.start = start
    nonce = parts[8]
  }

  /// The volume's name.
  var name: String {
    [
      Self.word, stack, holder.client, String(process), holder.machine, holder.boot, holder.space,
      String(start), nonce,
    ].joined(separator: ".")
  }

  /// Whether the holder of this claim is known to have ended, for a process that runs on `machine`
  /// and holds the stack's ``ExclusiveName`` there: nobody else does, and no process survives a boot.
  func isDead(seenFrom machine: Machine) -> Bool {
    guard !holder.boot.isEmpty, !machine.boot.isEmpty else { return false }
    if holder.boot == machine.boot { return holder.space == machine.space }
    return !holder.machine.isEmpty && holder.machine == machine.machine
  }

  /// Who holds the stack, in words.
  var description: String {
    let minutes = start % 86_400 / 60
    let time = [minutes / 60, minutes % 60].map { ($0 < 10 ? "0" : "") + String($0) }
    return
      "process \(process) on `\(holder.client)` has held it since \(time.joined(separator: ":")) UTC"
  }
}
