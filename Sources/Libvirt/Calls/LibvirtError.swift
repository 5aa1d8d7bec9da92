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

extension LibvirtError.Code {
  /// A failure inside libvirt or the hypervisor.
  public static let internalError = Self(VIR_ERR_INTERNAL_ERROR)
  /// The driver has no such call.
  public static let noSupport = Self(VIR_ERR_NO_SUPPORT)
  /// There is no connection to the hypervisor.
  public static let noConnection = Self(VIR_ERR_NO_CONNECT)
  /// The connection is closed or not one.
  public static let invalidConnection = Self(VIR_ERR_INVALID_CONN)
  /// An argument or a flag that this call does not take.
  public static let invalidArgument = Self(VIR_ERR_INVALID_ARG)
  /// The hypervisor said no.
  public static let operationFailed = Self(VIR_ERR_OPERATION_FAILED)
  /// XML that is not well-formed or not as libvirt wants it.
  public static let xmlError = Self(VIR_ERR_XML_ERROR)
  /// XML that cannot be read, with the place.
  public static let xmlDetail = Self(VIR_ERR_XML_DETAIL)
  /// A domain of this name or UUID is there already.
  public static let domainExists = Self(VIR_ERR_DOM_EXIST)
  /// A network of this name or UUID is there already.
  public static let networkExists = Self(VIR_ERR_NETWORK_EXIST)
  /// A volume of this name is there already.
  public static let storageVolumeExists = Self(VIR_ERR_STORAGE_VOL_EXIST)
  /// The connection is read-only.
  public static let operationDenied = Self(VIR_ERR_OPERATION_DENIED)
  /// A call of the operating system failed.
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
  /// Signing in failed.
  public static let authenticationFailed = Self(VIR_ERR_AUTH_FAILED)
  /// The state of the object does not allow the call.
  public static let operationInvalid = Self(VIR_ERR_OPERATION_INVALID)
  /// The driver does not do this.
  public static let operationUnsupported = Self(VIR_ERR_OPERATION_UNSUPPORTED)
  /// The call was given up by its caller.
  public static let operationAborted = Self(VIR_ERR_OPERATION_ABORTED)
  /// It took too long, often a lock held by another call.
  public static let operationTimeout = Self(VIR_ERR_OPERATION_TIMEOUT)
  /// The hypervisor cannot run what the XML asks for.
  public static let configurationUnsupported = Self(VIR_ERR_CONFIG_UNSUPPORTED)
  /// The driver does not take this argument.
  public static let argumentUnsupported = Self(VIR_ERR_ARGUMENT_UNSUPPORTED)
  /// The guest agent does not answer.
  public static let agentUnresponsive = Self(VIR_ERR_AGENT_UNRESPONSIVE)
  /// Somebody else uses the object.
  public static let resourceBusy = Self(VIR_ERR_RESOURCE_BUSY)
  /// The caller may not do this.
  public static let accessDenied = Self(VIR_ERR_ACCESS_DENIED)
  /// There is no such device in the domain.
  public static let deviceMissing = Self(VIR_ERR_DEVICE_MISSING)
}

/// The words of this module's own failures; all others are libvirt's.
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
