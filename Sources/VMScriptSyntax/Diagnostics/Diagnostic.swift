/// The severity of a diagnostic.
public enum Severity: String, Sendable { case error, warning, note }

/// An error or a warning with the places it refers to. It is a value that is thrown, collected and
/// rendered; the code that reports an error never renders it.
public struct Diagnostic: Error, Sendable {
  /// A span with a few words beside it.
  public struct Label: Sendable {
    /// The marked bytes.
    public var span: Span
    /// The words beside them; may be empty.
    public var text: String
    /// A span with its words.
    public init(_ span: Span, _ text: String = "") {
      self.span = span
      self.text = text
    }
  }

  /// An instruction; `replacement` is the text to put in place of `span`.
  public struct Help: Sendable {
    /// The instruction, in words.
    public var text: String
    /// The place of the edit; `nil` for advice alone.
    public var span: Span?
    /// The replacement text.
    public var replacement: String?
    /// Advice, with an edit where one is known.
    public init(_ text: String, span: Span? = nil, replacement: String? = nil) {
      self.text = text
      self.span = span
      self.replacement = replacement
    }
  }

  /// The severity; a diagnostic of severity `error` fails the run.
  public var severity: Severity
  /// The code, which `vmscript explain` explains.
  public var code: DiagnosticCode
  /// The message: one line, without a full stop.
  public var message: String
  /// The place of the error; `nil` if it is not in a script (a connection, an option).
  public var primary: Label?
  /// Related places, such as the block around it.
  public var secondary: [Label]
  /// Background that helps to understand it, including libvirt's own message.
  public var notes: [String]
  /// Ways to fix it.
  public var helps: [Help]

  /// A diagnostic.
  public init(
    _ severity: Severity = .error, code: DiagnosticCode, _ message: String,
    at primary: Label? = nil,
    secondary: [Label] = [], notes: [String] = [], helps: [Help] = []
  ) {
    self.severity = severity
    self.code = code
    self.message = message
    self.primary = primary
    self.secondary = secondary
    self.notes = notes
    self.helps = helps
  }
}

/// A number such as VM0210 with its explanation for `vmscript explain`: one row of a
/// `DiagnosticTable`, which the messages cite.
///
/// The hundreds of the number name its topic, see ``areas``. Codes are equal if their numbers are.
public struct DiagnosticCode: Hashable, Sendable, CustomStringConvertible {
  /// The topics of the codes, by their hundreds.
  public static let areas: [(hundred: Int, title: String)] = [
    (1, "Syntax"), (2, "Names and schema"), (3, "Evaluation"),
    (4, "Modules, parameters and limits"), (5, "Plan and ownership"),
    (6, "Images, volumes and seeds"), (7, "libvirt"), (8, "Command line and shell"),
  ]

  /// The side that has to change something.
  public enum Origin: Sendable {
    /// The script or its parameters: the error occurs on every host.
    case script
    /// The host, or its connection.
    case host
    /// The program that the user runs, such as the command line.
    case tool
  }

  /// The number alone, such as 210.
  public let number: Int
  /// A few words, such as `unknown property`.
  public let title: String
  /// Plain text of one or more paragraphs: what happened, why it is refused, how to fix it.
  public let explanation: String
  /// The side that has to change something.
  public let origin: Origin

  /// Creates a code; a program that embeds the language may define its own codes.
  public init(
    _ number: Int, _ title: String = "", _ explanation: String = "", origin: Origin = .script
  ) {
    self.number = number
    self.title = title
    self.explanation = explanation
    self.origin = origin
  }

  /// Creates a row for an error or warning of the script itself, the same on every host.
  package static func ofScript(
    _ number: Int, _ title: String, _ explanation: String
  ) -> DiagnosticCode {
    DiagnosticCode(number, title, explanation, origin: .script)
  }

  /// Creates a row for an error that depends on a host.
  package static func ofHost(
    _ number: Int, _ title: String, _ explanation: String
  ) -> DiagnosticCode {
    DiagnosticCode(number, title, explanation, origin: .host)
  }

  /// Creates a row for an error in the use of the command line or the shell.
  package static func ofTool(
    _ number: Int, _ title: String, _ explanation: String
  ) -> DiagnosticCode {
    DiagnosticCode(number, title, explanation, origin: .tool)
  }

  /// The code as users see it: `VM0210`.
  public var description: String {
    let digits = String(number)
    return "VM" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
  }

  /// Returns whether two codes have the same number.
  public static func == (one: DiagnosticCode, other: DiagnosticCode) -> Bool {
    one.number == other.number
  }

  /// Hashes the number.
  public func hash(into hasher: inout Hasher) { hasher.combine(number) }
}

/// The codes of one part of the program: each stored property of type ``DiagnosticCode`` is a row.
public protocol DiagnosticTable: Sendable {
  init()
}

extension DiagnosticTable {
  /// The rows, in the order of the table.
  public static var codes: [DiagnosticCode] {
    Mirror(reflecting: Self()).children.compactMap { $0.value as? DiagnosticCode }
  }
}
