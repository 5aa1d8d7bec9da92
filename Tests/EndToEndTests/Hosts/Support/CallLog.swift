import Foundation

/// The calls of libvirt's interface that a client made, as libvirt's own client library logs them.
///
/// Each entry is written before the call is sent, so that the log also says where a client was when
/// it was killed.
struct CallLog: Sendable {
  let path: String

  /// What makes a client write the log.
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
      "virConnectDomainEvent", "virConnect", "virDomainSnapshot", "virDomain", "virNetwork",
      "virStoragePool", "virStorageVol", "virNode", "vir",
    ]
    guard let object = objects.first(where: name.hasPrefix) else { return false }
    let reading = [
      "Get", "List", "NumOf", "Lookup", "Is", "Has", "Free", "Ref", "Open", "Close", "Register",
      "Unregister", "Deregister", "SetKeepAlive", "InterfaceAddresses", "Download",
    ]
    return reading.contains { name.dropFirst(object.count).hasPrefix($0) }
  }
}

/// Watches a log while it is written, and acts once at a certain call.
///
/// On a thread of its own: the act is to come at once.
struct CallWatch: Sendable {
  let log: CallLog
  /// Told the calls so far whenever there are more.
  let isMoment: @Sendable ([String]) -> Bool
  /// Given the writer's process identifier.
  let act: @Sendable (pid_t) -> Void

  /// Kills the writer, so that it can finish nothing.
  static func killing(
    _ log: CallLog, when isMoment: @escaping @Sendable ([String]) -> Bool
  ) -> CallWatch {
    CallWatch(log: log, isMoment: isMoment) { kill($0, SIGKILL) }
  }

  /// Watches until the moment has come or the process is gone.
  func begin(_ identifier: pid_t) {
    Thread { watch(identifier) }.start()
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
        if !more.isEmpty, isMoment(names) { return act(identifier) }
      }
      usleep(500)
    }
  }
}
