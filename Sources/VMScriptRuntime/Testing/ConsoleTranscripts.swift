import Libvirt
import Synchronization
import VMScriptPlan

/// The output of the consoles of a run's machines, each from the moment it was attached.
///
/// A console has one reader, so a run that waits for a text reads it here.
final class ConsoleTranscripts: Sendable {
  /// The number of bytes that are kept of each console, from its end.
  static let limit = 1 << 20

  private struct State {
    var bytes: [String: [UInt8]] = [:]
    /// The attachment to each console that is open or being opened; true if it is open.
    var attached: [String: Task<Bool, Never>] = [:]
    var listeners: [String: [AsyncStream<[UInt8]>.Continuation]] = [:]
    var consoles: [String: Console] = [:]
    var isClosed = false
  }

  private let connections: ConnectionPool
  private let state = Mutex(State())

  init(uri: String?) { connections = ConnectionPool(uri: HostURI.resolve(uri), size: 1) }

  /// The recorded output by machine.
  var transcripts: [String: [UInt8]] { state.withLock(\.bytes) }

  /// Attaches to a machine's console, unless it is attached already.
  ///
  /// - Returns: whether it is attached; false for a guest that is off, has no console, or whose
  ///   console is in use.
  @discardableResult
  func attach(to name: String) async -> Bool {
    let task = state.withLock { state -> Task<Bool, Never>? in
      if state.isClosed { return nil }
      if let task = state.attached[name] { return task }
      let task = Task { await self.open(name) }
      state.attached[name] = task
      return task
    }
    return await task?.value ?? false
  }

  /// Attaches to the consoles of these machines that are not attached.
  func attach(toAll names: Set<String>) {
    for name in names { Task { await attach(to: name) } }
  }

  /// Returns the output of a machine's console from now on; nil if it cannot be attached.
  func output(of name: String) async -> AsyncStream<[UInt8]>? {
    guard await attach(to: name) else { return nil }
    let (output, continuation) = AsyncStream.makeStream(of: [UInt8].self)
    return state.withLock { state in
      guard state.consoles[name] != nil else { return nil }
      state.listeners[name, default: []].append(continuation)
      return output
    }
  }

  /// Closes the consoles; the transcripts stay.
  func close() async {
    let (consoles, opening) = state.withLock { state in
      state.isClosed = true
      return (Array(state.consoles.values), Array(state.attached.values))
    }
    for console in consoles { console.close() }
    for task in opening { _ = await task.value }
    for console in state.withLock({ Array($0.consoles.values) }) { console.close() }
    await connections.close()
  }

  private func open(_ name: String) async -> Bool {
    let console = try? await connections.run { connection -> Console? in
      guard let domain = try connection.domain(named: name), try domain.isActive() else {
        return nil
      }
      return try domain.openConsole()
    }
    guard let console = console ?? nil else {
      state.withLock { $0.attached[name] = nil }
      return false
    }
    state.withLock { $0.consoles[name] = console }
    Task {
      for await bytes in console.output { receive(bytes, from: name) }
      end(name)
    }
    return true
  }

  private func receive(_ bytes: [UInt8], from name: String) {
    let listeners = state.withLock { state in
      var known = state.bytes[name, default: []]
      known += bytes
      // Twice the limit, so that the bytes are not moved each time.
      if known.count > 2 * Self.limit { known = Array(known.suffix(Self.limit)) }
      state.bytes[name] = known
      return state.listeners[name] ?? []
    }
    for listener in listeners { listener.yield(bytes) }
  }

  /// Records that a console is closed, as when its guest stops.
  private func end(_ name: String) {
    let listeners = state.withLock { state in
      state.consoles[name] = nil
      state.attached[name] = nil
      return state.listeners.removeValue(forKey: name) ?? []
    }
    for listener in listeners { listener.finish() }
  }
}
