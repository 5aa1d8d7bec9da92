import CLibvirt

/// The error of a libvirt call, in libvirt's own terms.
///
/// Read from `virGetLastError` on the thread that made the call.
public struct LibvirtError: Error, Sendable, Hashable {
  /// An error number, one of libvirt's `virErrorNumber`.
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

  /// The severity, libvirt's `virErrorLevel`.
  public enum Level: Int32, Sendable {
    /// No error.
    case none = 0
    /// A warning; the call succeeded.
    case warning = 1
    /// The call failed.
    case error = 2
  }

  /// The part of libvirt that failed, a `virErrorDomain` such as 10 for the QEMU driver.
  public let domain: Int32
  /// The error number.
  public let code: Code
  /// The severity.
  public let level: Level
  /// libvirt's message, without a trailing newline.
  public let message: String
  /// The object of the call; nil for a call on the connection.
  public private(set) var subject: Subject?

  /// An object of the host.
  public struct Subject: Sendable, Hashable {
    /// The kind of object, such as `domain`.
    public let kind: String
    /// The name.
    public let name: String

    /// Creates a subject.
    public init(kind: String, name: String) {
      self.kind = kind
      self.name = name
    }
  }

  /// Creates an error; the binding does so for failures that libvirt does not report.
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
  /// The same error with this object as its subject, unless it already has one.
  func about(_ subject: Subject) -> LibvirtError {
    var error = self
    error.subject = self.subject ?? subject
    return error
  }
}

extension LibvirtError: CustomStringConvertible {
  /// libvirt's message.
  public var description: String { message }
}

extension LibvirtError {
  /// Whether the connection is lost, so that every further call on it fails.
  ///
  /// libvirt has no code for this. A lost socket shows as an error of the RPC layer (a failed read,
  /// write or keepalive), or as a call on a closed connection.
  public var isConnectionLost: Bool {
    let transport = [VIR_FROM_RPC, VIR_FROM_REMOTE].map { Int32(bitPattern: $0.rawValue) }
    switch code {
    case .invalidConnection, .noConnection: return true
    case .internalError, .systemError, .rpc, .operationFailed, .operationTimeout:
      return transport.contains(domain)
    default: return false
    }
  }

  /// libvirt's most recent error on this thread.
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

extension LibvirtError.Code {
  /// A failure inside libvirt or the hypervisor.
  public static let internalError = Self(VIR_ERR_INTERNAL_ERROR)
  /// The driver does not support the call.
  public static let noSupport = Self(VIR_ERR_NO_SUPPORT)
  /// There is no connection to the hypervisor.
  public static let noConnection = Self(VIR_ERR_NO_CONNECT)
  /// The connection is closed or invalid.
  public static let invalidConnection = Self(VIR_ERR_INVALID_CONN)
  /// The call does not accept an argument or a flag.
  public static let invalidArgument = Self(VIR_ERR_INVALID_ARG)
  /// The operation failed.
  public static let operationFailed = Self(VIR_ERR_OPERATION_FAILED)
  /// The XML is not well-formed or not valid.
  public static let xmlError = Self(VIR_ERR_XML_ERROR)
  /// The XML cannot be parsed; the message has the location.
  public static let xmlDetail = Self(VIR_ERR_XML_DETAIL)
  /// A domain of this name or UUID already exists.
  public static let domainExists = Self(VIR_ERR_DOM_EXIST)
  /// A network of this name or UUID already exists.
  public static let networkExists = Self(VIR_ERR_NETWORK_EXIST)
  /// A volume of this name already exists.
  public static let storageVolumeExists = Self(VIR_ERR_STORAGE_VOL_EXIST)
  /// The connection is read-only.
  public static let operationDenied = Self(VIR_ERR_OPERATION_DENIED)
  /// A system call failed.
  public static let systemError = Self(VIR_ERR_SYSTEM_ERROR)
  /// The transport to libvirtd failed.
  public static let rpc = Self(VIR_ERR_RPC)
  /// There is no such domain.
  public static let noDomain = Self(VIR_ERR_NO_DOMAIN)
  /// There is no such network.
  public static let noNetwork = Self(VIR_ERR_NO_NETWORK)
  /// There is no such storage pool.
  public static let noStoragePool = Self(VIR_ERR_NO_STORAGE_POOL)
  /// There is no such volume.
  public static let noStorageVolume = Self(VIR_ERR_NO_STORAGE_VOL)
  /// There is no such snapshot.
  public static let noSnapshot = Self(VIR_ERR_NO_DOMAIN_SNAPSHOT)
  /// There is no metadata of this namespace.
  public static let noDomainMetadata = Self(VIR_ERR_NO_DOMAIN_METADATA)
  /// Authentication failed.
  public static let authenticationFailed = Self(VIR_ERR_AUTH_FAILED)
  /// The state of the object does not allow the call.
  public static let operationInvalid = Self(VIR_ERR_OPERATION_INVALID)
  /// The driver does not support the operation.
  public static let operationUnsupported = Self(VIR_ERR_OPERATION_UNSUPPORTED)
  /// The caller aborted the call.
  public static let operationAborted = Self(VIR_ERR_OPERATION_ABORTED)
  /// The call timed out, often because another call holds a lock.
  public static let operationTimeout = Self(VIR_ERR_OPERATION_TIMEOUT)
  /// The hypervisor does not support the configuration.
  public static let configurationUnsupported = Self(VIR_ERR_CONFIG_UNSUPPORTED)
  /// The driver does not support an argument.
  public static let argumentUnsupported = Self(VIR_ERR_ARGUMENT_UNSUPPORTED)
  /// The guest agent does not answer.
  public static let agentUnresponsive = Self(VIR_ERR_AGENT_UNRESPONSIVE)
  /// The object is in use.
  public static let resourceBusy = Self(VIR_ERR_RESOURCE_BUSY)
  /// The caller lacks permission.
  public static let accessDenied = Self(VIR_ERR_ACCESS_DENIED)
  /// There is no such device in the domain.
  public static let deviceMissing = Self(VIR_ERR_DEVICE_MISSING)
}

/// The messages of this module's own errors; all others are libvirt's.
enum Messages {
  static let noReason = "libvirt gave no reason"
  static let poolClosed = "the connection pool is closed"
  static let transferStopped = "the transfer was stopped"
  static func noAnswer(within limit: Duration) -> String {
    let milliseconds = Int64(limit / .milliseconds(1))
    return "no answer within "
      + (milliseconds % 1000 == 0 ? "\(milliseconds / 1000)s" : "\(milliseconds)ms")
  }
  static func openFailed(uri: String?, reason: String) -> String {
    "cannot connect to \(uri ?? "libvirt's default URI"): \(reason)"
  }
  static func shortUpload(sent: Int64, expected: Int64) -> String {
    "the file ended after \(sent) of \(expected) bytes"
  }
}
