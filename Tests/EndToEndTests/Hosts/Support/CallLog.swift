import Foundation
import Testing

/// The calls of libvirt's interface that a client made, as libvirt's own client library logs them.
///
/// Each entry is written before the call is sent, so that the log also says where a client was when
/// it was killed.
struct CallLog: Sendable {
  let path: String

  /// The environment in which a client writes the log.
  var environment: [String: String] {
    [
      "LIBVIRT_DEBUG": "3", "LIBVIRT_LOG_FILTERS": "1:libvirt",
      "LIBVIRT_LOG_OUTPUTS": "1:file:\(path)",
    ]
  }

  /// The names of the functions that were called, in their order.
  func names() throws -> [String] {
    guard FileManager.default.fileExists(atPath: path) else { return [] }
    return Self.names(in: try Data(contentsOf: URL(fileURLWithPath: path)))
  }

  /// The calls that may change something: all that are not known to read only.
  func changes() throws -> [String] { try names().filter { !Self.isReading($0) } }

  /// Names of whole lines, such as `… debug : virDomainCreate:6844 : dom=…`.
  static func names(in log: Data) -> [String] {
    String(decoding: log, as: UTF8.self).split(separator: "\n").compactMap { line in
      guard let mark = line.range(of: " debug : vir") else { return nil }
      let name = line[mark.upperBound...].prefix { $0.isLetter || $0.isNumber }
      return "vir" + name
    }
  }

  /// Whether a function of this name only reads, or is about the client's own memory and connection.
  static func isReading(_ name: String) -> Bool {
    let own = ["virEvent", "virStream", "virTypedParams", "virRegister", "virGlobalInit"]
    if own.contains(where: name.hasPrefix) { return true }
    let objects = [
      "virConnectDomainEvent", "virConnect", "virDomainSnapshot", "virDomain", "virNetworkPort",
      "virNetwork",
      "virStoragePool", "virStorageVol", "virNode", "vir",
    ]
    guard let object = objects.first(where: name.hasPrefix) else { return false }
    let reading = [
      "Get", "List", "NumOf", "Lookup", "Is", "Has", "Free", "Ref", "Open", "Close", "Register",
      "Unregister", "Deregister", "SetKeepAlive", "InterfaceAddresses", "InterfaceStats",
      "Download",
    ]
    return reading.contains { name.dropFirst(object.count).hasPrefix($0) }
  }
}

/// Watches a log while it is written, and acts once at a certain call.
///
/// On a thread of its own: the act is to come at once.
final class CallWatch: Sendable {
  let log: CallLog
  private let isMoment: @Sendable ([String]) -> Bool
  private let act: @Sendable (pid_t) -> Void
  private let acts: AsyncStream<pid_t>
  private let continuation: AsyncStream<pid_t>.Continuation

  /// - Parameters:
  ///   - isMoment: receives all calls so far whenever there are more.
  ///   - act: given the writer's process identifier.
  init(
    log: CallLog, isMoment: @escaping @Sendable ([String]) -> Bool,
    act: @escaping @Sendable (pid_t) -> Void
  ) {
    self.log = log
    self.isMoment = isMoment
    self.act = act
    (acts, continuation) = AsyncStream.makeStream()
  }

  /// Kills the writer, so that it can finish nothing.
  static func killing(
    _ log: CallLog, when isMoment: @escaping @Sendable ([String]) -> Bool
  ) -> CallWatch {
    CallWatch(log: log, isMoment: isMoment) { kill($0, SIGKILL) }
  }

  /// Watches until the moment has come or the process is gone.
  func begin(_ identifier: pid_t) {
    Thread {
      self.watch(identifier)
      self.continuation.finish()
    }.start()
  }

  /// Waits for the act; gives the writer's process identifier.
  func acted() async throws -> pid_t {
    var iterator = acts.makeAsyncIterator()
    return try #require(await iterator.next(), "it ended before its moment came")
  }

  private func watch(_ identifier: pid_t) {
    var offset: UInt64 = 0
    var rest = Data()
    var names: [String] = []
    while kill(identifier, 0) == 0 {
      if let handle = FileHandle(forReadingAtPath: log.path) {
        try? handle.seek(toOffset: offset)
        let added = (try? handle.readToEnd()) ?? Data()
        try? handle.close()
        offset += UInt64(added.count)
        rest += added
      }
      if let end = rest.lastIndex(of: UInt8(ascii: "\n")) {
        let more = CallLog.names(in: rest[...end])
        rest = Data(rest[(end + 1)...])
        names += more
        if !more.isEmpty, isMoment(names) {
          act(identifier)
          continuation.yield(identifier)
          return
        }
      }
      usleep(500)
    }
  }
}
