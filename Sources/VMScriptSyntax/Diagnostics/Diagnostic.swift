/// How bad it is.
public enum Severity: String, Sendable { case error, warning, note }

/// An error or a warning with the places it speaks of: a value that is thrown, collected and
/// rendered, never a text made where the error occurs.
public struct Diagnostic: Error, Sendable {
  /// A span with a few words beside it.
  public struct Label: Sendable {
    /// The bytes that are meant.
    public var span: Span
    /// The words beside them; may be empty.
    public var text: String
    /// A span with its words.
    public init(_ span: Span, _ text: String = "") {
      self.span = span
      self.text = text
    }
  }

  /// What to do about it; `replacement` is the text that would stand in `span` instead.
  public struct Help: Sendable {
    /// What to do, in words.
    public var text: String
    /// Where the edit would be made; `nil` for advice alone.
    public var span: Span?
    /// The text that would stand there instead.
    public var replacement: String?
    /// Advice, with an edit where one is known.
    public init(_ text: String, span: Span? = nil, replacement: String? = nil) {
      self.text = text
      self.span = span
      self.replacement = replacement
    }
  }

  /// How bad it is: one of severity `error` fails the run.
  public var severity: Severity
  /// What `vmscript explain` knows it by.
  public var code: DiagnosticCode
  /// What is wrong, on one line, without a full stop.
  public var message: String
  /// Where it is wrong; `nil` if no script is to blame (a connection, an option).
  public var primary: Label?
  /// Other places that belong to it, such as the block around it.
  public var secondary: [Label]
  /// What helps to understand it, among it libvirt's own words.
  public var notes: [String]
  /// What to do about it.
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

/// A number such as VM0210, with what `vmscript explain` says about it: one row of a
/// `DiagnosticTable`, which the messages cite.
///
/// Its hundreds say what it has to do with, see ``areas``. Codes are equal if their numbers are.
public struct DiagnosticCode: Hashable, Sendable, CustomStringConvertible {
  /// The topics of the codes, by their hundreds.
  public static let areas: [(hundred: Int, title: String)] = [
    (1, "Syntax"), (2, "Names and schema"), (3, "Evaluation"),
    (4, "Modules, parameters and limits"), (5, "Plan and ownership"),
    (6, "Images, volumes and seeds"), (7, "libvirt"), (8, "Command line and shell"),
  ]

  /// The side that has to change something.
  public enum Origin: Sendable {
    /// The script, or what it is given: the error occurs on every host.
    case script
    /// The host, or its connection.
    case host
    /// The program that a person uses, such as the command line.
    case tool
  }

  /// The number alone, such as 210.
  public let number: Int
  /// A few words, such as `unknown property`.
  public let title: String
  /// Plain text of one or more paragraphs: what happened, why it is refused, what to do.
  public let explanation: String
  /// The side that has to change something.
  public let origin: Origin

  /// A code; a program that hosts scripts may have codes of its own.
  public init(
    _ number: Int, _ title: String = "", _ explanation: String = "", origin: Origin = .script
  ) {
    self.number = number
    self.title = title
    self.explanation = explanation
    self.origin = origin
  }

  /// A row of an error or warning that a script has on every host.
  package static func ofScript(
    _ number: Int, _ title: String, _ explanation: String
  ) -> DiagnosticCode {
    DiagnosticCode(number, title, explanation, origin: .script)
  }

  /// A row of what depends on a host.
  package static func ofHost(
    _ number: Int, _ title: String, _ explanation: String
  ) -> DiagnosticCode {
    DiagnosticCode(number, title, explanation, origin: .host)
  }

  /// A row of what the command line or the shell is used for.
  package static func ofTool(
    _ number: Int, _ title: String, _ explanation: String
  ) -> DiagnosticCode {
    DiagnosticCode(number, title, explanation, origin: .tool)
  }

  /// The code as users meet it: `VM0210`.
  public var description: String {
    let digits = String(number)
    return "VM" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
  }

  /// Whether two codes have one number.
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
