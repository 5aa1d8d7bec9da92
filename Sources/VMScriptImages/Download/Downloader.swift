import CCurl
import Foundation
import VMScriptPlan

/// Downloads of files, on the calling thread.
///
/// A download writes a part file. After an interruption, the next download continues it if the
/// server still has the same content, which `If-Range` ensures.
struct Downloader {
  /// The properties of content that change with it.
  struct Validators: Codable, Hashable, Sendable {
    var etag: String?
    var lastModified: String?
    /// The whole length in bytes; nil if the server does not announce it.
    var length: Int64?

    init(_ head: WebTransfer.Head) {
      etag = head.headers["etag"]
      lastModified = head.headers["last-modified"]
      length =
        head.status == 206
        ? head.headers["content-range"]?.split(separator: "/").last.flatMap { Int64($0) }
        : head.headers["content-length"].flatMap { Int64($0) }
    }

    /// The state of a file of this machine.
    init(_ file: FileIdentity) {
      etag = "\(file.device)-\(file.modified)-\(file.changed)"
      length = file.size
    }

    /// The value of `If-Range`: a strong ETag, else the date.
    var condition: String? {
      if let etag, !etag.hasPrefix("W/") { return etag }
      return lastModified
    }

    /// Whether both describe the same content: by ETag, else by date and length; nil if unknown.
    func isSame(as other: Validators) -> Bool? {
      if let etag, let theirs = other.etag { return etag == theirs }
      if let lastModified, let theirs = other.lastModified {
        return lastModified == theirs && length == other.length
      }
      if let length, let theirs = other.length { return length == theirs }
      return nil
    }
  }

  /// Receives the bytes so far and the total, which is nil if it is unknown.
  typealias Progress = (_ done: Int64, _ total: Int64?) -> Void

  let policy: DownloadPolicy
  let cancellation: BlockingWork.Cancellation

  /// Downloads a file into `part`, and continues it if it exists.
  ///
  /// - Parameters:
  ///   - address: the file.
  ///   - part: the path of the part file; its validators are beside it.
  ///   - expectsImage: whether a web page is an error.
  ///   - progress: receives the progress.
  /// - Returns: the properties of the content.
  /// - Throws: ``DownloadFailure``; the part stays for a later download if it may be continued.
  func download(
    _ address: WebAddress, to part: String, expectsImage: Bool, progress: @escaping Progress
  ) throws(DownloadFailure) -> Validators {
    var (failures, attempts) = (0, 0)
    while true {
      let before = Self.length(of: part)
      do throws(DownloadFailure) {
        return try attempt(address, part, expectsImage, progress)
      } catch {
        attempts += 1
        if Self.length(of: part) > before { failures = 0 }
        guard error.isOfTheMoment, failures < policy.pauses.count,
          attempts < policy.maximumAttempts
        else { throw error }
        let pause = max(policy.pauses[failures], error.requestedPause)
        // A server that is busy for longer is tried by a later run.
        guard pause <= policy.longestPause else { throw error }
        try self.pause(pause, address, part)
        failures += 1
      }
    }
  }

  /// Requests the properties of a file without its content.
  func look(at address: WebAddress) throws(DownloadFailure) -> Validators {
    let request = WebTransfer.Request(url: address.text, isHead: true, limits: policy)
    let (head, end) = WebTransfer.perform(
      request,
      isCancelled: { [cancellation] in
        cancellation.isCancelled
      })
    try check(head, end, address, received: 0)
    return Validators(head)
  }

  /// Downloads a small text.
  func text(at address: WebAddress, limit: Int = 4 << 20) throws(DownloadFailure) -> [UInt8] {
    let content = Box<[UInt8]>([])
    let request = WebTransfer.Request(url: address.text, limits: policy)
    let (head, end) = WebTransfer.perform(
      request, onHead: { (200..<300).contains($0.status) },
      onBody: { bytes in
        content.value += bytes
        return content.value.count <= limit
      }, isCancelled: { [cancellation] in cancellation.isCancelled })
    if end == .stopped, content.value.count > limit {
      throw .tooLarge(address.shown, limit: Int64(limit))
    }
    try check(head, end, address, received: Int64(content.value.count))
    return content.value
  }

  /// Removes a part file with its validators.
  static func discard(_ part: String) {
    unlink(part)
    unlink(record(of: part))
  }

  /// The path of the validators of a part file.
  static func record(of part: String) -> String { part + ".json" }

  private func attempt(
    _ address: WebAddress, _ part: String, _ expectsImage: Bool, _ progress: @escaping Progress
  ) throws(DownloadFailure) -> Validators {
    let known = Self.validators(of: part)
    let start = known?.condition == nil ? 0 : Self.length(of: part)
    if start > 0, start == known?.length, let known { return known }
    var request = WebTransfer.Request(url: address.text, limits: policy)
    if start > 0, let condition = known?.condition {
      request.start = start
      request.headers = ["If-Range: \(condition)"]
    }
    let receiver = Receiver(
      address, part, start: start, policy, expectsImage: expectsImage, progress: progress)
    let (head, end) = WebTransfer.perform(
      request, onHead: receiver.take, onBody: receiver.take,
      isCancelled: { [cancellation] in cancellation.isCancelled })
    let received = receiver.output?.length ?? start
    if cancellation.isCancelled { throw .cancelled(address.shown, kept: received) }
    if let failure = receiver.failure {
      if !failure.isOfTheMoment { Self.discard(part) }
      throw failure
    }
    if head.status == 416 {
      // The content is shorter than the part by now.
      Self.discard(part)
      throw .cutShort(address.shown, received: 0, reason: "the content changed")
    }
    try check(head, end, address, received: received)
    guard let output = receiver.output, let validators = receiver.validators else {
      throw .cutShort(address.shown, received: 0, reason: "the answer is empty")
    }
    if let length = validators.length, output.length < length {
      throw .cutShort(
        address.shown, received: output.length,
        reason: "\(length - output.length) of \(length) bytes are missing")
    }
    do throws(OutputFile.Failure) { try output.finish() } catch {
      Self.discard(part)
      throw Receiver.failure(error, address, part)
    }
    return validators
  }

  /// Throws the failure of a response that is not a success.
  private func check(
    _ head: WebTransfer.Head, _ end: WebTransfer.End, _ address: WebAddress, received: Int64
  ) throws(DownloadFailure) {
    if cancellation.isCancelled { throw .cancelled(address.shown, kept: received) }
    if case .failed(let code, let message) = end {
      throw failure(code, message, address, received: received)
    }
    switch head.status {
    case 200..<300: return
    case 404, 410: throw .missing(address.shown, status: head.status)
    case 401, 403, 407: throw .forbidden(address.shown, status: head.status)
    // The date that may stand there instead of seconds (RFC 9110, 10.2.3) is ignored.
    default:
      let pause = head.headers["retry-after"].flatMap { UInt32($0) }
      throw .refused(address.shown, status: head.status, pause: pause.map(Double.init))
    }
  }

  /// Returns the failure of one of libcurl's codes.
  private func failure(
    _ code: Int, _ reason: String, _ address: WebAddress, received: Int64
  ) -> DownloadFailure {
    let shown = address.shown
    switch CURLcode(UInt32(code)) {
    case CURLE_UNSUPPORTED_PROTOCOL, CURLE_TOO_MANY_REDIRECTS:
      return .redirects(shown, reason: reason)
    case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY:
      return .unknownHost(shown, reason: reason)
    case CURLE_COULDNT_CONNECT: return .noConnection(shown, reason: reason)
    case CURLE_OPERATION_TIMEDOUT:
      // libcurl has one code for both time limits.
      return reason.contains("too slow")
        ? .stalled(shown, seconds: Int(policy.stallSeconds), received: received)
        : .noConnection(shown, reason: reason)
    case CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CERTPROBLEM,
      CURLE_SSL_CIPHER, CURLE_SSL_CACERT_BADFILE, CURLE_SSL_ISSUER_ERROR, CURLE_USE_SSL_FAILED:
      return .insecure(shown, reason: reason)
    case CURLE_PARTIAL_FILE, CURLE_RECV_ERROR, CURLE_SEND_ERROR, CURLE_GOT_NOTHING, CURLE_HTTP2,
      CURLE_HTTP2_STREAM:
      return .cutShort(shown, received: received, reason: "curl: \(reason)")
    default: return .failed(shown, reason: reason)
    }
  }

  /// Waits before another attempt; a cancellation ends the wait.
  private func pause(
    _ seconds: Double, _ address: WebAddress, _ part: String
  ) throws(DownloadFailure) {
    let end = ContinuousClock.now + .seconds(seconds)
    while ContinuousClock.now < end {
      if cancellation.isCancelled {
        throw .cancelled(address.shown, kept: Self.length(of: part))
      }
      Thread.sleep(forTimeInterval: 0.05)
    }
  }

  private static func validators(of part: String) -> Validators? {
    FileManager.default.contents(atPath: record(of: part)).flatMap {
      try? JSONDecoder().decode(Validators.self, from: $0)
    }
  }

  static func length(of path: String) -> Int64 {
    var status = stat()
    return lstat(path, &status) == 0 ? Int64(status.st_size) : 0
  }
}

/// A value that a handler changes.
private final class Box<T> {
  var value: T
  init(_ value: T) { self.value = value }
}

/// The receiver of one response, which writes the part file.
private final class Receiver {
  private let address: WebAddress
  private let part: String
  private let start: Int64
  private let policy: DownloadPolicy
  private let expectsImage: Bool
  private let progress: Downloader.Progress
  private(set) var validators: Downloader.Validators?
  private(set) var output: OutputFile?
  private(set) var failure: DownloadFailure?

  init(
    _ address: WebAddress, _ part: String, start: Int64, _ policy: DownloadPolicy,
    expectsImage: Bool, progress: @escaping Downloader.Progress
  ) {
    (self.address, self.part, self.start, self.policy) = (address, part, start, policy)
    (self.expectsImage, self.progress) = (expectsImage, progress)
  }

  /// Opens the part file for the content, unless the response is not that of a file.
  func take(_ head: WebTransfer.Head) -> Bool {
    guard [200, 206].contains(head.status) else { return false }
    if head.status == 206, !Self.continues(head, at: start) {
      // A server that sends another part than the requested one.
      failure = .cutShort(address.shown, received: 0, reason: "the server sent another range")
      Downloader.discard(part)
      return false
    }
    let type = head.headers["content-type"]?.lowercased() ?? ""
    if expectsImage, type.hasPrefix("text/html") || type.hasPrefix("application/xhtml") {
      failure = .notAnImage(address.shown, what: "a web page")
      return false
    }
    let found = Downloader.Validators(head)
    validators = found
    if let length = found.length, length > policy.maximumSize {
      failure = .tooLarge(address.shown, limit: policy.maximumSize)
      return false
    }
    let kept = head.status == 206 ? start : 0
    let room = OutputFile.room(at: part.lastIndex(of: "/").map { String(part[..<$0]) } ?? ".")
    if let length = found.length, length - kept > room - policy.reserve {
      failure = .full(part, needed: length - kept, available: room)
      return false
    }
    do throws(OutputFile.Failure) {
      // The old validators must not describe the new content.
      unlink(Downloader.record(of: part))
      output = try OutputFile(
        path: part, keeping: kept, limit: policy.maximumSize, reserve: policy.reserve)
      let record = (try? JSONEncoder().encode(found)) ?? Data()
      try DurableFolder.write(record, to: Downloader.record(of: part))
    } catch { failure = Self.failure(error, address, part) }
    return failure == nil
  }

  /// Writes bytes of the content.
  func take(_ bytes: UnsafeRawBufferPointer) -> Bool {
    guard let output else { return false }
    if expectsImage, output.length == 0, Self.isWebPage(bytes) {
      failure = .notAnImage(address.shown, what: "a web page")
      return false
    }
    do throws(OutputFile.Failure) { try output.write(bytes) } catch {
      failure = Self.failure(error, address, part)
      return false
    }
    progress(output.length, validators?.length)
    return true
  }

  static func failure(
    _ failure: OutputFile.Failure, _ address: WebAddress, _ part: String
  ) -> DownloadFailure {
    switch failure {
    case .tooLarge(let limit): .tooLarge(address.shown, limit: limit)
    case .full(let available): .full(part, needed: nil, available: available)
    case .system(let reason): .unusableCache(part, reason: reason)
    }
  }

  private static func continues(_ head: WebTransfer.Head, at start: Int64) -> Bool {
    let range = head.headers["content-range"]?.split(separator: " ").last ?? ""
    return Int64(range.prefix { $0 != "-" }) == start
  }

  private static func isWebPage(_ bytes: UnsafeRawBufferPointer) -> Bool {
    let text = String(decoding: bytes.prefix(256), as: UTF8.self).drop(while: \.isWhitespace)
      .lowercased()
    return ["<!doctype", "<html", "<head", "<?xml"].contains(where: text.hasPrefix)
  }
}
