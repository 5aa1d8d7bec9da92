/// What the user can have otherwise, by `:set` or by the command of its name.
struct Settings {
  /// Whether entries only say what they would change.
  var isPreview = false
  /// Whether events of the host are told.
  var showsEvents = true
  /// Whether each entry is followed by how long it took.
  var showsTime = false
  /// Whether what is longer than the screen is shown a screen at a time.
  var isPaged = true
}

/// A setting as the user names it; each is on or off.
struct Setting: Sendable {
  let name: String
  let doc: String
  let get: @Sendable (Settings) -> Bool
  let set: @Sendable (inout Settings, Bool) -> Void

  /// In the order in which they are listed.
  static let all: [Setting] = [
    Setting(
      name: "plan", doc: "Say what entries would change, and change nothing until :apply",
      get: { $0.isPreview }, set: { $0.isPreview = $1 }),
    Setting(
      name: "events", doc: "Tell what happens on the host, above the line",
      get: { $0.showsEvents }, set: { $0.showsEvents = $1 }),
    Setting(
      name: "time", doc: "Tell after each entry how long it took",
      get: { $0.showsTime }, set: { $0.showsTime = $1 }),
    Setting(
      name: "pager", doc: "Show what is longer than the screen a screen at a time",
      get: { $0.isPaged }, set: { $0.isPaged = $1 }),
  ]

  static let words = ["on", "off"]

  /// The setting with its state, as it is listed.
  func row(_ settings: Settings) -> [String?] { [name, get(settings) ? "on" : "off", doc] }
}

extension Command {
  /// The command of a setting: sets it, or turns it over.
  init(_ setting: Setting) {
    self.init(
      setting.name, .optional("on|off", .words(Setting.words)), setting.doc,
      example: ":\(setting.name) on"
    ) { shell, word in
      setting.set(&shell.settings, word.isEmpty ? !setting.get(shell.settings) : word == "on")
      shell.say(["\(setting.name) is \(setting.get(shell.settings) ? "on" : "off")"])
    }
  }
}
