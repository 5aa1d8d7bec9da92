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
