import CLibvirt

/// What a libvirt call failed with, in libvirt's own terms.
///
/// Read from `virGetLastError` on the thread that made the call.
public struct LibvirtError: Error, Sendable, Hashable {
  /// The number of the failure, one of libvirt's `virErrorNumber`.
  public struct Code: RawRepresentable, Sendable, Hashable {
    /// libvirt's number.
    public let rawValue: Int32

    /// Wraps one of libvirt's numbers.
    public init(rawValue: Int32) {
      self.rawValue = rawValue
    }

    init(_ number: virErrorNumber) {
      rawValue = Int32(bitPattern: number.rawValue)
    }
  }

  /// How bad it is, libvirt's `virErrorLevel`.
  public enum Level: Int32, Sendable {
    /// Nothing went wrong.
    case none = 0
    /// Something to look at, the call went through.
    case warning = 1
    /// The call failed.
    case error = 2
  }

  /// The part of libvirt that failed, a `virErrorDomain` such as 10 for the QEMU driver.
  public let domain: Int32
  /// What failed.
  public let code: Code
  /// How bad it is.
  public let level: Level
  /// libvirt's own words, without a trailing newline.
  public let message: String
  /// The object that the call was made on; nil for a call on the connection.
  public private(set) var subject: Subject?

  /// An object of the host.
  public struct Subject: Sendable, Hashable {
    /// Such as `domain`.
    public let kind: String
    /// The name.
    public let name: String

    /// An object of a kind.
    public init(kind: String, name: String) {
      self.kind = kind
      self.name = name
    }
  }

  /// Makes an error; the binding does so for failures that libvirt itself does not word.
  public init(
    domain: Int32 = Int32(bitPattern: VIR_FROM_NONE.rawValue), code: Code, level: Level = .error,
    message: String
  ) {
    self.domain = domain
    self.code = code
    self.level = level
    self.message = message
  }
}

extension LibvirtError {
  /// The same failure of a call on this object, unless it names another one.
  func about(_ subject: Subject) -> LibvirtError {
    var error = self
    error.subject = self.subject ?? subject
    return error
  }
}

extension LibvirtError: CustomStringConvertible {
  /// libvirt's own words.
  public var description: String { message }
}

extension LibvirtError {
  /// Whether the connection is gone, so that no further call on it can succeed.
  ///
  /// libvirt has no code for this: a lost socket is an error of the RPC layer (a failed read, write
  /// or keepalive), or a call on a connection that is already closed.
  public var isConnectionLost: Bool {
    let transport = [VIR_FROM_RPC, VIR_FROM_REMOTE].map { Int32(bitPattern: $0.rawValue) }
    switch code {
    case .invalidConnection, .noConnection: return true
    case .internalError, .systemError, .rpc, .operationFailed, .operationTimeout:
      return transport.contains(domain)
    default: return false
    }
  }

  /// The failure that libvirt noted last on this thread.
  static func last() -> LibvirtError {
    // SAFETY: the pointer is thread-local and stays valid until the next libvirt call on this
    // thread; everything is copied out before one is made.
    guard let pointer = virGetLastError() else {
      return LibvirtError(code: .internalError, message: Messages.noReason)
    }
    let error = pointer.pointee
    let text = error.message.map { String(cString: $0) } ?? Messages.noReason
    return LibvirtError(
      domain: error.domain, code: Code(rawValue: error.code),
      level: Level(rawValue: Int32(bitPattern: error.level.rawValue)) ?? .error,
      message: text.last == "\n" ? String(text.dropLast()) : text)
  }
}
