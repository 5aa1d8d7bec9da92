import CLibvirt

/// Talking to the agent inside a guest.
extension Domain {
  /// Whether the agent inside the guest answers; false as well where the domain has none or is off.
  public func isAgentConnected() throws(LibvirtError) -> Bool {
    var seconds: Int64 = 0
    var nanoseconds: UInt32 = 0
    if virDomainGetTime(pointer, &seconds, &nanoseconds, 0) == 0 { return true }
    let error = LibvirtError.last()
    switch error.code {
    case .agentUnresponsive, .argumentUnsupported, .operationInvalid, .configurationUnsupported:
      return false
    default: throw error
    }
  }

  /// Gives the agent a command of its protocol, such as `{"execute": "guest-ping"}`, and returns its
  /// answer, both JSON (`virDomainQemuAgentCommand`).
  ///
  /// - Parameter timeout: seconds until the agent counts as not answering.
  /// - Throws: code `agentUnresponsive` where it does not answer; where it refuses, its own words.
  public func agentCommand(_ command: String, timeout: Int32 = 5) throws(LibvirtError) -> String {
    try call.ownedString(virDomainQemuAgentCommand(pointer, command, timeout, 0))
  }
}
