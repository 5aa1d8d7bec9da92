import CLibvirt

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
