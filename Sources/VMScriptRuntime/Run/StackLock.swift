import Crypto
import Foundation
import Libvirt
import Synchronization
import VMScript
import VMScriptPlan
import VMScriptSyntax

/// A lock that prevents two simultaneous runs of one stack on one host.
///
/// The lock has two parts. An ``ExclusiveName`` excludes other runs on this machine, whatever their
/// user and environment; the kernel frees it with its process. A ``LockClaim``, a volume on the host,
/// excludes runs from other machines. Each run makes its claim first and then looks for others, so of
/// two simultaneous runs at least one sees the other. The claim is made before the first change, so a
/// run without changes does not modify the host. Every run removes claims whose holder is known to
/// have ended and claims that have expired.
final class StackLock: StackHold {
  /// The interval at which a claim is renewed.
  private static let renewal = Duration.seconds(20)
  /// The seconds after which a claim expires if it is not renewed.
  static let patience: Int64 = 120

  private struct State {
    var volume: String?
    var renewing: Task<Void, Never>?
    /// Whether a claim was made or is impossible.
    var isSettled = false
  }

  private let stack: String
  private let name: ExclusiveName
  /// The pool for claims; nil if there is none.
  private let pool: String?
  private let connections: ConnectionPool
  private let state = Mutex(State())

  private init(
    stack: String, name: ExclusiveName, pool: String?, connections: ConnectionPool
  ) {
    self.stack = stack
    self.name = name
    self.pool = pool
    self.connections = connections
  }

  deinit { state.withLock { $0.renewing?.cancel() } }

  /// Takes the lock on this machine and removes claims of killed runs; does not wait.
  ///
  /// - Throws: a diagnostic that names the holder if another run holds the lock, or one with the reason
  ///   if the system refuses the lock.
  static func take(
    stack: String, on connections: ConnectionPool
  ) async throws(Diagnostic) -> StackLock {
    do {
      let host = try await connections.run { try LockHost($0) }
      let name = try exclusiveName(of: stack, host)
      if let pool = host.pool {
        try await connections.run { try Self.removeDeadClaims(on: stack, in: pool, $0) }
      }
      return StackLock(stack: stack, name: name, pool: host.pool, connections: connections)
    } catch { throw HostMessages.diagnostic(error, "locking the stack", at: nil) }
  }

  /// Shows other machines that the stack is about to be changed; waits briefly for a run that has
  /// just started.
  ///
  /// - Throws: a diagnostic that names the holder if a run from another machine is in progress.
  func claim() async throws -> StackClaim {
    guard let pool, !state.withLock(\.isSettled) else { return .unneeded }
    let (stack, connections) = (stack, connections)
    for attempt in 0..<4 {
      let outcome = try await PoolJobs.retrying {
        try await connections.run { try Self.claim(stack, in: pool, $0) }
      }
      switch outcome {
      case .made(let volume):
        let uri = connections.uri
        state.withLock { state in
          state.isSettled = true
          state.volume = volume
          state.renewing = Task.detached { await Self.renew(volume, pool: pool, uri: uri) }
        }
        return .made
      case .impossible(let reason):
        state.withLock { $0.isSettled = true }
        return .impossible(LockMessages.unseen(stack, pool: pool, reason))
      case .taken(let other, let age):
        // Two simultaneous runs have seen each other; one of them has to continue.
        guard attempt < 3, age < 2 else {
          throw LockMessages.inUse(stack, by: other, age: age, pool: pool)
        }
        try await Task.sleep(for: .milliseconds(Int.random(in: 50...400)))
      }
    }
    throw LockMessages.inUse(stack, by: nil)
  }

  /// Releases the lock; the end of the process frees a lock that was not released.
  func release() async {
    let (volume, renewing) = state.withLock { ($0.volume.take(), $0.renewing.take()) }
    renewing?.cancel()
    // A cancelled run releases its lock, too. The next run removes a claim that stays behind.
    await Task.detached { [pool, connections] in
      await renewing?.value
      guard let volume, let pool else { return }
      try? await PoolJobs.retrying {
        try await connections.run { connection in
          try connection.pool(named: pool)?.volume(named: volume)?.delete()
        }
      }
    }.value
    name.release()
  }

  private static func exclusiveName(
    of stack: String, _ host: LockHost
  ) throws(Diagnostic) -> ExclusiveName {
    let digest = SHA256.hash(data: Array("\(host.identity)\0\(stack)".utf8)).prefix(16)
    do throws(ExclusiveName.Obstacle) {
      return try ExclusiveName.take("vmscript/\(Hexadecimal.text(digest))")
    } catch {
      switch error {
      case .taken(let holder): throw LockMessages.inUse(stack, by: holder)
      case .refused(let reason): throw LockMessages.noLock(reason)
      }
    }
  }

  // MARK: Claims

  private enum Outcome {
    case made(volume: String)
    /// The pool does not accept the claim.
    case impossible(String)
    /// There is another claim, with the seconds since its renewal.
    case taken(LockClaim, age: Int64)
  }

  /// Removes the claims whose holders are known to have ended; blocks.
  private static func removeDeadClaims(
    on stack: String, in poolName: String, _ connection: Connection
  ) throws {
    guard let pool = try connection.pool(named: poolName) else { return }
    for volume in try pool.volumes() {
      guard let claim = LockClaim(parsing: volume.name), claim.stack == stack,
        claim.isDead(seenFrom: .current)
      else { continue }
      // A failure shows when this run makes its own claim.
      try? volume.delete()
    }
  }

  /// Makes a claim and looks for others; blocks.
  private static func claim(
    _ stack: String, in poolName: String, _ connection: Connection
  ) throws -> Outcome {
    guard let pool = try connection.pool(named: poolName) else {
      return .impossible("the pool is gone")
    }
    let own = LockClaim(stack: stack)
    let (created, refusal) = try create(own, in: pool)
    guard let created else { return .impossible(refusal) }
    do {
      let (other, age) = try rival(of: own, created, in: pool)
      guard let other else { return .made(volume: own.name) }
      try created.delete()
      return .taken(other, age: age)
    } catch {
      try? created.delete()
      throw error
    }
  }

  /// Creates the volume of a claim; returns nil with libvirt's reason if the pool does not accept it.
  private static func create(
    _ claim: LockClaim, in pool: StoragePool
  ) throws -> (StorageVolume?, refusal: String) {
    let xml = VolumeXML(name: claim.name, format: .raw, capacity: 0, allocation: 0)
    do throws(LibvirtError) {
      return (try pool.createVolume(xml: xml.text()), "")
    } catch {
      guard !error.isConnectionLost, !PoolJobs.isBusy(error) else { throw error }
      return (nil, error.message)
    }
  }

  /// Returns the claim of another active run, and the seconds since its renewal. Removes the claims of
  /// runs that have ended.
  private static func rival(
    of own: LockClaim, _ volume: StorageVolume, in pool: StoragePool
  ) throws -> (LockClaim?, age: Int64) {
    for other in try pool.volumes() {
      guard let claim = LockClaim(parsing: other.name), claim != own, claim.stack == own.stack
      else {
        continue
      }
      if !claim.isDead(seenFrom: own.holder) {
        guard let changed = try lastChange(of: other) else { continue }
        // Both times are from the host's clock.
        let age = max(0, (try lastChange(of: volume) ?? changed) - changed)
        if age <= patience { return (claim, age) }
      }
      try pool.volume(named: other.name)?.delete()
    }
    return (nil, 0)
  }

  /// Returns the modification time of a volume's file, in seconds; nil if it is gone.
  private static func lastChange(of volume: StorageVolume) throws -> Int64? {
    do {
      let root = try XMLElement.parse(volume.xml(), root: "volume")
      let text = root.text(at: "target/timestamps/mtime") ?? ""
      // On a host without timestamps, a claim never expires.
      return text.split(separator: ".").first.flatMap { Int64($0) } ?? .max
    } catch let error as LibvirtError where error.code == .noStorageVolume { return nil }
  }

  /// Renews a claim until the task is cancelled, over its own connection, because those of the run may
  /// be busy for long.
  private static func renew(_ volume: String, pool: String, uri: String?) async {
    var connections: ConnectionPool?
    var size: UInt64 = 0
    while true {
      do { try await Task.sleep(for: renewal) } catch { break }
      let current = connections ?? ConnectionPool(uri: uri, size: 1)
      connections = current
      size += 1
      let wanted = size
      // Growing an empty file by a byte takes no space and updates its modification time. If it fails,
      // the next renewal may succeed.
      try? await current.run {
        try $0.pool(named: pool)?.volume(named: volume)?.resize(to: wanted)
      }
    }
    await connections?.close()
  }
}

/// The name of the volume that shows all clients of a host that a run holds a stack.
///
/// `vmscript-lock.<stack>.<client>.<process>.<machine>.<boot>.<space>.<start>.<nonce>`: an empty
/// volume that exists while the run lasts. The modification time of its file is the time of the last
/// renewal.
struct LockClaim: Hashable {
  /// The machine that a process runs on, as far as it can be identified.
  struct Machine: Hashable {
    /// The host name with only letters, digits and hyphens.
    let client: String
    /// A digest of the machine's ID and its host name; empty without an ID.
    let machine: String
    /// A digest of the ID of the machine's current boot; empty without an ID.
    let boot: String
    /// A digest of the network namespace, in which an ``ExclusiveName`` is unique.
    let space: String

    /// The machine of this process.
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

  /// Parses the name of a volume; nil if it is not a claim.
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

  /// Whether the holder of this claim is known to have ended.
  ///
  /// The caller runs on `machine` and holds the stack's ``ExclusiveName`` there, so no other process
  /// there does. No process survives a boot.
  func isDead(seenFrom machine: Machine) -> Bool {
    guard !holder.boot.isEmpty, !machine.boot.isEmpty else { return false }
    if holder.boot == machine.boot { return holder.space == machine.space }
    return !holder.machine.isEmpty && holder.machine == machine.machine
  }

  /// The holder of the stack, in words.
  var description: String {
    let minutes = start % 86_400 / 60
    let time = [minutes / 60, minutes % 60].map { ($0 < 10 ? "0" : "") + String($0) }
    return
      "process \(process) on `\(holder.client)` has held it since \(time.joined(separator: ":")) UTC"
  }
}
