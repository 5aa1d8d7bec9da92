import CLibvirt
import Synchronization

/// Knows whether a connection was closed by the other side, and ends its event streams then.
final class ConnectionWatch: Sendable {
  private struct State {
    var isClosed = false
    var nextKey = 0
    var streams: [Int: @Sendable () -> Void] = [:]
  }

  private let state = Mutex(State())

  var isClosed: Bool { state.withLock { $0.isClosed } }

  /// One function for both calls: libvirt unregisters by the pointer that was registered.
  private static let closed: virConnectCloseFunc = { _, _, opaque in
    guard let opaque else { return }
    // SAFETY: libvirt holds a reference to the watch while the callback is registered.
    Unmanaged<ConnectionWatch>.fromOpaque(opaque).takeUnretainedValue().close()
  }

  /// Starts to watch a connection (`virConnectRegisterCloseCallback`).
  func attach(to connection: OpaquePointer) {
    // SAFETY: libvirt keeps one reference to the watch, given back by the free callback. Where the
    // registration fails (a driver without a transport) it is never called, so it is given back here.
    let reference = Unmanaged.passRetained(self)
    let status = virConnectRegisterCloseCallback(
      connection, ConnectionWatch.closed,
      reference.toOpaque(),
      { opaque in
        guard let opaque else { return }
        Unmanaged<ConnectionWatch>.fromOpaque(opaque).release()
      })
    if status < 0 { reference.release() }
  }

  /// Stops to watch it.
  func detach(from connection: OpaquePointer) {
    // Fails where nothing was registered, which is what is wanted.
    _ = virConnectUnregisterCloseCallback(connection, Self.closed)
  }

  /// Ends a stream, by the closure that does, together with the connection; gives the key to forget
  /// it by.
  func add(_ finish: @escaping @Sendable () -> Void) -> Int {
    let (key, isClosed) = state.withLock { state in
      state.nextKey += 1
      if !state.isClosed { state.streams[state.nextKey] = finish }
      return (state.nextKey, state.isClosed)
    }
    if isClosed { finish() }
    return key
  }

  func forget(_ key: Int) {
    state.withLock { state in state.streams[key] = nil }
  }

  private func close() {
    let streams = state.withLock { state in
      state.isClosed = true
      let streams = state.streams.values.map { $0 }
      state.streams = [:]
      return streams
    }
    for finish in streams { finish() }
  }
}
