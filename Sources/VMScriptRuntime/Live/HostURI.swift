import Foundation
import VMScriptPlan

/// The URI of the host that a connection is made to.
public enum HostURI {
  /// The URI that counts: the given one, else `LIBVIRT_DEFAULT_URI`; nil leaves it to libvirt, which
  /// has a default of its own. An empty text is as good as none.
  ///
  /// - Parameters:
  ///   - given: the URI of an option or of a call.
  ///   - environment: where the variable is looked up.
  public static func resolve(
    _ given: String?, environment: [String: String] = ProcessInfo.processInfo.environment
  ) -> String? {
    [given, environment["LIBVIRT_DEFAULT_URI"]].compactMap(\.self).first { !$0.isEmpty }
  }
}
