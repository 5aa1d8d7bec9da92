/// Variables of the environment that give parameters their values.
public enum ParameterVariable {
  private static let prefix = "VMSCRIPT_"

  /// Which hypervisor `auto` means; it means nothing to a script.
  public static let hypervisor = "VMSCRIPT_HYPERVISOR"

  /// Variables that the program reads itself: no parameter takes its value from them.
  public static let reserved: Set<String> = [hypervisor]

  /// The variable of a parameter; nil where none can give it a value.
  public static func name(of parameter: String) -> String? {
    let name = prefix + parameter.uppercased()
    return reserved.contains(name) ? nil : name
  }

  /// Values of parameters from an environment: `VMSCRIPT_REPLICAS` is for a parameter named
  /// `REPLICAS` or `replicas`.
  public static func parameters(in environment: [String: String]) -> [String: String] {
    var result: [String: String] = [:]
    for (key, value) in environment where key.hasPrefix(prefix) && !reserved.contains(key) {
      let name = String(key.dropFirst(prefix.count))
      result[name] = value
      result[name.lowercased()] = value
    }
    return result
  }
}
