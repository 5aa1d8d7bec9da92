import CCurl
import Foundation

/// One HTTP request with its redirects, performed by libcurl on the calling thread.
final class WebTransfer {
  /// The request.
  struct Request: Sendable {
    let url: String
    /// Whether only the headers are requested.
    var isHead = false
    /// The first byte to request; nil requests the whole content.
    var start: Int64?
    /// Further headers, such as `If-Range: "1"`.
    var headers: [String] = []
    var limits = DownloadPolicy()
  }

  /// The status and headers of the last response, without those of redirects.
  struct Head: Sendable, Hashable {
    var status = 0
    /// The headers by name in lower case.
    var headers: [String: String] = [:]
  }

  /// The end of a transfer.
  enum End: Sendable, Hashable {
    case complete
    /// A handler ended it.
    case stopped
    /// libcurl's code and message.
    case failed(code: Int, message: String)
  }

  /// Called with the head before the first bytes of the body; false ends the transfer.
  typealias HeadHandler = (Head) -> Bool
  /// Called with bytes of the body, which are valid until it returns; false ends the transfer.
  typealias BodyHandler = (UnsafeRawBufferPointer) -> Bool

  private(set) var head = Head()
  private var isHeadHandled = false
  private var isStopped = false
  private let onHead: HeadHandler
  private let onBody: BodyHandler
  private let isCancelled: () -> Bool

  private init(
    onHead: @escaping HeadHandler, onBody: @escaping BodyHandler,
    isCancelled: @escaping () -> Bool
  ) {
    (self.onHead, self.onBody, self.isCancelled) = (onHead, onBody, isCancelled)
  }

  /// Performs a request.
  ///
  /// - Parameters:
  ///   - isCancelled: called about once a second and at each part of the body; true ends the
  ///     transfer.
  /// - Returns: the head of the response, and the end of the transfer.
  static func perform(
    _ request: Request, onHead: @escaping HeadHandler = { _ in true },
    onBody: @escaping BodyHandler = { _ in true }, isCancelled: @escaping () -> Bool
  ) -> (head: Head, end: End) {
    let transfer = WebTransfer(onHead: onHead, onBody: onBody, isCancelled: isCancelled)
    let end = transfer.perform(request)
    return (transfer.head, end)
  }

  /// libcurl's one-time initialization, which Swift performs once.
  private static let isReady = vms_curl_initialize() == CURLE_OK

  private func perform(_ request: Request) -> End {
    guard Self.isReady, let handle = curl_easy_init() else {
      return .failed(code: Int(CURLE_FAILED_INIT.rawValue), message: "libcurl is not usable")
    }
    defer { curl_easy_cleanup(handle) }
    // SAFETY: the buffer, the list of headers and this object outlive `curl_easy_perform`, and the
    // handle, which keeps their addresses, is not used after it.
    let message = UnsafeMutablePointer<CChar>.allocate(capacity: Int(CURL_ERROR_SIZE))
    message.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
    defer { message.deallocate() }
    var headers: UnsafeMutablePointer<curl_slist>?
    for header in request.headers { headers = curl_slist_append(headers, header) ?? headers }
    defer { curl_slist_free_all(headers) }
    configure(handle, request)
    _ = vms_curl_set_errors(handle, message)
    _ = vms_curl_set_list(handle, headers)
    let context = Unmanaged.passUnretained(self).toOpaque()
    vms_curl_set_callbacks(handle, context, Self.receiveBody, Self.receiveHeader, Self.look)
    let code = withExtendedLifetime(self) { curl_easy_perform(handle) }
    if isStopped { return .stopped }
    guard code == CURLE_OK else {
      let text = String(cString: message)
      return .failed(
        code: Int(code.rawValue),
        message: text.isEmpty ? String(cString: curl_easy_strerror(code)) : text)
    }
    // A response without a body.
    return handleHead() ? .complete : .stopped
  }

  private func configure(_ handle: UnsafeMutableRawPointer, _ request: Request) {
    let limits = request.limits
    let numbers: [(CURLoption, Int)] = [
      (CURLOPT_FOLLOWLOCATION, 1), (CURLOPT_MAXREDIRS, limits.maximumRedirects),
      (CURLOPT_CONNECTTIMEOUT_MS, Int(limits.connectSeconds * 1000)),
      (CURLOPT_LOW_SPEED_LIMIT, limits.leastBytesPerSecond),
      (CURLOPT_LOW_SPEED_TIME, Int(max(1, limits.stallSeconds))),
      (CURLOPT_NETRC, Int(CURL_NETRC_OPTIONAL.rawValue)),
      // Signals are the program's own.
      (CURLOPT_NOSIGNAL, 1), (CURLOPT_NOBODY, request.isHead ? 1 : 0),
    ]
    for (option, number) in numbers { _ = vms_curl_set_number(handle, option, number) }
    vms_curl_allow_web_only(handle)
    _ = vms_curl_set_text(handle, CURLOPT_URL, request.url)
    _ = vms_curl_set_text(handle, CURLOPT_USERAGENT, "vmscript")
    if let start = request.start { _ = vms_curl_set_text(handle, CURLOPT_RANGE, "\(start)-") }
  }

  private func handleHead() -> Bool {
    guard !isHeadHandled else { return true }
    isHeadHandled = true
    isStopped = !onHead(head)
    return !isStopped
  }

  private func take(header line: String) {
    if line.hasPrefix("HTTP/") {
      // A redirect or a proxy's answer precedes the response.
      head = Head()
      isHeadHandled = false
      head.status = line.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
      return
    }
    guard let colon = line.firstIndex(of: ":") else { return }
    let value = line[line.index(after: colon)...].trimmingCharacters(in: .whitespacesAndNewlines)
    head.headers[line[..<colon].lowercased()] = value
  }

  // SAFETY of the three callbacks: libcurl passes the context that `perform` set, an object that
  // lives during the transfer, and buffers of `size * count` bytes.

  private static let receiveHeader:
    @convention(c) (UnsafeMutablePointer<CChar>?, Int, Int, UnsafeMutableRawPointer?) -> Int = {
      bytes, size, count, context in
      guard let bytes, let context else { return 0 }
      let transfer = Unmanaged<WebTransfer>.fromOpaque(context).takeUnretainedValue()
      let buffer = UnsafeRawBufferPointer(start: bytes, count: size * count)
      transfer.take(header: String(decoding: buffer, as: UTF8.self))
      return size * count
    }

  private static let receiveBody:
    @convention(c) (UnsafeMutablePointer<CChar>?, Int, Int, UnsafeMutableRawPointer?) -> Int = {
      bytes, size, count, context in
      guard let bytes, let context else { return 0 }
      let transfer = Unmanaged<WebTransfer>.fromOpaque(context).takeUnretainedValue()
      // Any other number than that of the bytes ends the transfer.
      let stop = size * count == 0 ? 1 : 0
      guard transfer.handleHead() else { return stop }
      guard !transfer.isCancelled(),
        transfer.onBody(UnsafeRawBufferPointer(start: bytes, count: size * count))
      else {
        transfer.isStopped = true
        return stop
      }
      return size * count
    }

  private static let look:
    @convention(c) (UnsafeMutableRawPointer?, curl_off_t, curl_off_t, curl_off_t, curl_off_t) ->
      Int32 = { context, _, _, _, _ in
        guard let context else { return 1 }
        let transfer = Unmanaged<WebTransfer>.fromOpaque(context).takeUnretainedValue()
        guard transfer.isCancelled() else { return 0 }
        transfer.isStopped = true
        return 1
      }
}
