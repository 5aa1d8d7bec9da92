import VMScript

extension CloudConfig {
  /// What a `cloud_init` block declares. Passwords are revealed here, as the guest needs them; they
  /// stand in no description and no diagnostic.
  public init(declared block: DeclaredBlock) {
    self.init()
    hostname = block["hostname"].flatMap(Self.text)
    packages = Self.texts(block["packages"])
    run = Self.texts(block["run"])
    users = block.blocks("user").compactMap { user in
      user.label.map { Self.user($0, user) }
    }
  }

  private static func user(_ name: String, _ block: DeclaredBlock) -> User {
    var user = User(name: name)
    user.keys = texts(block["keys"]).map { $0.last?.isNewline == true ? String($0.dropLast()) : $0 }
    if case .bool(let sudo)? = block["sudo"] { user.sudo = sudo }
    user.password = block["password"].flatMap(text)
    if let shell = block["shell"].flatMap(text) { user.shell = shell }
    return user
  }

  private static func texts(_ value: Value?) -> [String] {
    guard case .list(let values)? = value else { return value.flatMap(text).map { [$0] } ?? [] }
    return values.compactMap(text)
  }

  private static func text(_ value: Value) -> String? {
    switch value {
    case .string(let text): text
    case .secret(let secret): secret.revealed
    default: nil
    }
  }
}
