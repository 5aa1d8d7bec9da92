import Crypto
import Foundation
import Libvirt
import Synchronization
import VMScript
import VMScriptPlan
import VMScriptSyntax

/// Keeps two runs of one stack on one host apart.
///
/// Two things hold a stack. An ``ExclusiveName`` keeps runs on this machine apart, whoever starts them
/// and in whatever environment; the kernel frees it with its process. A ``LockClaim``, a volume on the
/// host, keeps runs from different machines apart: each makes its claim first and then looks for those
/// of others, so that of two that come at once at least one sees the other. It is made before the
/// first change alone, so that a run that changes nothing makes no call that does. A claim whose
/// holder is known to have ended, or was not renewed in time, is removed by whoever meets it.
final class StackLock: Sendable {
  /// How often a claim is renewed, and how long one may stay without that, in seconds.
  private static let renewal = Duration.seconds(20)
  static let patience: Int64 = 120

  private struct State {
    var volume: String?
    var renewing: Task<Void, Never>?
    /// Whether a claim was made, or cannot be.
    var isSettled = false
  }

  private let stack: String
  private let name: ExclusiveName
  /// The pool for claims; nil where there is none.
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

  /// Takes the lock on this machine and removes claims that killed runs left; does not wait.
  ///
  /// - Throws: a diagnostic that names the holder if another run holds the lock, and one for a lock
  ///   that cannot be had.
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

  /// What became of showing other machines that the stack is about to be changed.
  enum Claim: Sendable {
    /// From now on nobody else changes it; what was read before may be out of date.
    case made
    /// There is one already, or nobody else to see it.
    case unneeded
    /// The host does not take it; a warning.
    case impossible(Diagnostic)
  }

  /// Shows other machines that the stack is about to be changed; waits a moment for a run that has
  /// just begun, and for none longer.
  ///
  /// - Throws: a diagnostic that names the holder if a run from another machine is going on.
  func claim() async throws -> Claim {
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
        // Two runs that come at once have seen each other; one of them is to go on.
        guard attempt < 3, age < 2 else {
          throw LockMessages.inUse(stack, by: other, age: age, pool: pool)
        }
        try await Task.sleep(for: .milliseconds(Int.random(in: 50...400)))
      }
    }
    throw LockMessages.inUse(stack, by: nil)
  }

  /// Lets others take the lock; one that is not released is freed with the process.
  func release() async {
    let (volume, renewing) = state.withLock { ($0.volume.take(), $0.renewing.take()) }
    renewing?.cancel()
    // A cancelled run releases its lock, too. What is left behind is found dead by the next run.
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
    /// The pool does not take it.
    case impossible(String)
    /// Another claim is there, renewed so many seconds ago.
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
      // Whoever cannot remove it is told so when it makes its own.
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

  /// The volume of a claim; nil with libvirt's reason where the pool does not take it.
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

  /// The claim of another run that goes on, and the seconds since it was renewed; removes the claims
  /// of runs that have ended.
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
        // Both are times of the host's own clock.
        let age = max(0, (try lastChange(of: volume) ?? changed) - changed)
        if age <= patience { return (claim, age) }
      }
      try pool.volume(named: other.name)?.delete()
    }
    return (nil, 0)
  }

  /// When a volume's file was changed last, in seconds; nil for one that is gone.
  private static func lastChange(of volume: StorageVolume) throws -> Int64? {
    do {
      let root = try XMLElement.parse(volume.xml(), root: "volume")
      let text = root.text(at: "target/timestamps/mtime") ?? ""
      // A host that keeps no times never says that a claim is old.
      return text.split(separator: ".").first.flatMap { Int64($0) } ?? .max
    } catch let error as LibvirtError where error.code == .noStorageVolume { return nil }
  }

  /// Renews a claim until the task is cancelled, over a connection of its own: those of the run may
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
      // Growing an empty file by a byte takes no room and renews its time of change. Where it fails,
      // the next renewal may succeed.
      try? await current.run {
        try $0.pool(named: pool)?.volume(named: volume)?.resize(to: wanted)
      }
    }
    await connections?.close()
  }
}

/// What tells a host from others, whichever URI it is reached by, and where it holds claims.
private struct LockHost: Sendable {
  let identity: String
  /// The pool for claims; nil where there is none, and on the test driver, which nobody else sees.
  let pool: String?

  /// Asks the host; blocks.
  init(_ connection: Connection) throws {
    let name = try connection.hostName()
    guard !connection.isTestDriver else {
      // That host is the process itself.
      identity = "test\0\(connection.uri)\0\(getpid())"
      pool = nil
      return
    }
    if let found = try Self.pool(of: connection) {
      // It tells two daemons of one machine apart, too.
      identity = "\(connection.driverType)\0\(name)\0\(found.uuid)"
      pool = found.name
    } else {
      identity = "\(connection.driverType)\0\(name)\0\(Self.place(connection.uri))"
      pool = nil
    }
  }

  /// `default`, else the first by name that keeps volumes as files.
  private static func pool(of connection: Connection) throws -> StoragePool? {
    if let pool = try connection.pool(named: "default"), try isFit(pool) { return pool }
    return try connection.pools().sorted { $0.name < $1.name }.first(where: isFit)
  }

  private static func isFit(_ pool: StoragePool) throws -> Bool {
    guard try pool.isActive() else { return false }
    let type = try XMLElement.parse(pool.xml(), root: "pool")["type"] ?? ""
    return ["dir", "fs", "netfs"].contains(type)
  }

  /// What of a URI tells daemons of one machine apart: `/system` or `/session`, whose session, and a
  /// socket other than the usual ones.
  private static func place(_ uri: String) -> String {
    let components = URLComponents(string: uri)
    let path = components?.path ?? uri
    let socket = components?.queryItems?.first { $0.name == "socket" }?.value ?? ""
    let isUsual = ["/run/libvirt/", "/var/run/libvirt/"].contains { socket.hasPrefix($0) }
    let user = path == "/session" ? String(getuid()) : ""
    return [path, user, isUsual ? "" : socket].joined(separator: "\0")
  }
}

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
