/// How bad it is.
public enum Severity: String, Sendable { case error, warning, note }

/// A number such as VM0210, under which `vmscript explain` says more.
/// Its hundreds say what it has to do with, see ``areas``.
public struct DiagnosticCode: Hashable, Sendable, CustomStringConvertible {
  /// What the codes have to do with, by their hundreds.
  public static let areas: [(hundred: Int, title: String)] = [
    (1, "Syntax"), (2, "Names and schema"), (3, "Evaluation"),
    (4, "Modules, parameters and limits"), (5, "Plan and ownership"),
    (6, "Images, volumes and seeds"), (7, "libvirt"), (8, "Command line and shell"),
  ]

  /// The number alone, such as 210.
  public let number: Int
  /// The code of a number.
  public init(_ number: Int) { self.number = number }
  /// As users meet it: `VM0210`.
  public var description: String {
    let digits = String(number)
    return "VM" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
  }
}

/// What a code means at length, for `vmscript explain`.
public struct DiagnosticExplanation: Sendable {
  /// The code that is explained.
  public let code: DiagnosticCode
  /// A few words, such as `unknown property`.
  public let title: String
  /// Plain text of one or more paragraphs: what happened, why it is refused, what to do.
  public let text: String
  /// An explanation of the code `VM` and `number`.
  public init(_ number: Int, _ title: String, _ text: String) {
    self.code = DiagnosticCode(number)
    self.title = title
    self.text = text
  }
}

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

  /// A diagnostic; `code` is the number of a ``DiagnosticCode``.
  public init(
    _ severity: Severity = .error, code: Int, _ message: String, at primary: Label? = nil,
    secondary: [Label] = [], notes: [String] = [], helps: [Help] = []
  ) {
    self.severity = severity
    self.code = DiagnosticCode(code)
    self.message = message
    self.primary = primary
    self.secondary = secondary
    self.notes = notes
    self.helps = helps
  }
}
