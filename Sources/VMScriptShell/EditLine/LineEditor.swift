import CEditLine

/// What a key asks for, of those keys that the shell handles itself.
enum EditCommand: UInt32 {
  case enter, newLine, up, down, right, end, tab, paste, endOfInput, search, clear
  case closeBrace, closeBracket, closeParenthesis
}

/// What libedit shall do after a command.
enum EditStep: UInt32 {
  case nothing, refresh, moveCursor, redisplay, beep, accept, endOfInput
}

/// Gives libedit its characters and carries out the shell's own keys.
protocol EditHandler: AnyObject {
  /// The next character; nil at the end of input or to give up the line.
  func nextCharacter() -> Unicode.Scalar?
  func run(_ command: EditCommand) -> EditStep
}

/// libedit: one line, which may hold line ends, edited at the terminal. Lives on one thread.
final class LineEditor {
  private let editor: OpaquePointer
  private let callbacks: Callbacks

  /// An editor on standard input and output; nil where libedit has no memory or no terminal.
  init?() {
    let callbacks = Callbacks()
    let table = vms_callbacks(
      // SAFETY: the editor, which alone uses the address, is freed before `callbacks` is released.
      context: Unmanaged.passUnretained(callbacks).toOpaque(),
      read: { context, character in
        // SAFETY: libedit passes back the context of above and the address of a character.
        guard let context, let character else { return -1 }
        let callbacks = Unmanaged<Callbacks>.fromOpaque(context).takeUnretainedValue()
        guard let next = callbacks.handler?.nextCharacter() else { return -1 }
        character.pointee = next.value
        return 1
      },
      command: { context, command in
        // SAFETY: as above.
        guard let context, let command = EditCommand(rawValue: command.rawValue) else {
          return vms_next(EditStep.nothing.rawValue)
        }
        let callbacks = Unmanaged<Callbacks>.fromOpaque(context).takeUnretainedValue()
        return vms_next((callbacks.handler?.run(command) ?? .nothing).rawValue)
      })
    guard let editor = vms_editor_new(table) else { return nil }
    self.editor = editor
    self.callbacks = callbacks
  }

  deinit { vms_editor_free(editor) }

  /// Lets the user edit a line; nil where input ended or the line was given up.
  func read(prompt: String, _ handler: any EditHandler) -> [Unicode.Scalar]? {
    setPrompt(prompt)
    callbacks.handler = handler
    defer { callbacks.handler = nil }
    return vms_editor_read(editor) >= 0 ? line : nil
  }

  /// Sets the prompt; the first 127 characters count.
  func setPrompt(_ prompt: String) {
    // SAFETY: the text is copied before the call returns, and terminated.
    Self.terminated(prompt.unicodeScalars).withUnsafeBufferPointer {
      vms_editor_set_prompt(editor, $0.baseAddress)
    }
  }

  /// The line as it is.
  var line: [Unicode.Scalar] { state.line }

  /// How many characters of the line stand before the cursor.
  var cursor: Int { state.cursor }

  private var state: (line: [Unicode.Scalar], cursor: Int) {
    var (length, cursor) = (0, 0)
    // SAFETY: the address holds `length` characters until the line changes; they are copied here.
    guard let text = vms_editor_line(editor, &length, &cursor) else { return ([], 0) }
    let line = UnsafeBufferPointer(start: text, count: length).map {
      Unicode.Scalar($0) ?? "\u{FFFD}"
    }
    return (line, cursor)
  }

  /// Inserts text at the cursor.
  func insert(_ text: some Sequence<Unicode.Scalar>) {
    // SAFETY: the text is copied before the call returns, and terminated.
    Self.terminated(text).withUnsafeBufferPointer { vms_editor_insert(editor, $0.baseAddress) }
  }

  /// Deletes characters before the cursor.
  func delete(before count: Int) { vms_editor_delete_before(editor, count) }

  /// Moves the cursor, which stays within the line.
  func move(_ count: Int) { vms_editor_move(editor, Int32(clamping: count)) }

  /// Puts another line in the place of this one, the cursor at its end.
  func replace(with text: some Sequence<Unicode.Scalar>) {
    let (line, cursor) = state
    move(line.count - cursor)
    delete(before: line.count)
    insert(text)
  }

  /// Draws prompt and line anew from where the terminal's cursor is, at the start of a row.
  func redraw() { vms_editor_redraw(editor) }

  /// Takes in that the terminal's size has changed.
  func resize() { vms_editor_resize(editor) }

  private static func terminated(_ text: some Sequence<Unicode.Scalar>) -> [UInt32] {
    text.map(\.value).filter { $0 != 0 } + [0]
  }

  /// What libedit calls back into.
  private final class Callbacks {
    weak var handler: (any EditHandler)?
  }
}
