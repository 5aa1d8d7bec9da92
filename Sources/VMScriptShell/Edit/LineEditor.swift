import CEditLine
import Glibc

/// A command of a key that the shell handles itself.
enum EditCommand: UInt32 {
  case enter, newLine
  case up, down, left, right, end, nextWord, previousWord, firstLine, lastLine
  case deleteBefore, deleteAfter, killLine
  case tab, paste, endOfInput, interrupt, search, clear, undo, redo
  case closeBrace, closeBracket, closeParenthesis
  case viEnter, viUp, viDown, viOpenBelow, viOpenAbove
}

/// libedit's next step after a command.
enum EditStep: UInt32 {
  case goOn, accept
}

/// Supplies libedit with characters and runs the shell's commands.
protocol EditHandler: AnyObject {
  /// The next character; nil to end the line.
  func nextCharacter() -> Unicode.Scalar?
  func run(_ command: EditCommand) -> EditStep
}

/// A wrapper of libedit: edits one line with Emacs, vi or custom key bindings.
///
/// It draws nothing, and belongs to one thread.
final class LineEditor {
  /// Keys that no keyboard sends, bound to commands of libedit.
  enum PrivateKey {
    /// The Escape key itself, not the start of another key's sequence.
    static let escape = scalar(VMS_KEY_ESCAPE)
    static let nextWord = scalar(VMS_KEY_NEXT_WORD)
    static let previousWord = scalar(VMS_KEY_PREVIOUS_WORD)
    static let killLine = scalar(VMS_KEY_KILL_LINE)

    private static func scalar(_ key: vms_key) -> Unicode.Scalar {
      Unicode.Scalar(UInt8(truncatingIfNeeded: key.rawValue))
    }
  }

  private let editor: OpaquePointer
  private let callbacks: Callbacks

  /// Creates an editor on standard input; nil if libedit has no memory.
  init?() {
    let callbacks = Callbacks()
    let table = vms_callbacks(
      // SAFETY: only the editor uses the address, and it is freed before `callbacks` is released.
      context: Unmanaged.passUnretained(callbacks).toOpaque(),
      read: { context, character in
        // SAFETY: libedit passes the context above and the address of a character.
        guard let context, let character else { return -1 }
        let callbacks = Unmanaged<Callbacks>.fromOpaque(context).takeUnretainedValue()
        guard let next = callbacks.handler?.nextCharacter() else { return -1 }
        character.pointee = next.value
        return 1
      },
      command: { context, command in
        // SAFETY: as above.
        guard let context, let command = EditCommand(rawValue: command.rawValue) else {
          return vms_next(EditStep.goOn.rawValue)
        }
        let callbacks = Unmanaged<Callbacks>.fromOpaque(context).takeUnretainedValue()
        return vms_next((callbacks.handler?.run(command) ?? .goOn).rawValue)
      })
    guard let editor = vms_editor_new(table) else { return nil }
    self.editor = editor
    self.callbacks = callbacks
  }

  deinit { vms_editor_free(editor) }

  /// Lets the user edit a line, empty at first, until a command accepts it.
  func read(_ handler: any EditHandler) {
    callbacks.handler = handler
    vms_editor_read(editor)
    callbacks.handler = nil
  }

  /// Whether vi's key bindings are active.
  var usesVi: Bool { vms_editor_uses_vi(editor) != 0 }

  /// Whether a key sequence is bound.
  func isBound(_ sequence: [Unicode.Scalar]) -> Bool {
    // SAFETY: the text is read before the call returns, and terminated.
    Self.terminated(sequence).withUnsafeBufferPointer {
      vms_editor_is_bound(editor, $0.baseAddress) != 0
    }
  }

  /// The current line.
  var line: [Unicode.Scalar] { state.line }

  /// The number of characters before the cursor.
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

  /// Inserts text without newlines at the cursor.
  func insert(_ text: some Sequence<Unicode.Scalar>) {
    // SAFETY: the text is copied before the call returns, and terminated.
    Self.terminated(text).withUnsafeBufferPointer { vms_editor_insert(editor, $0.baseAddress) }
  }

  /// Deletes characters before the cursor.
  func delete(before count: Int) { vms_editor_delete_before(editor, count) }

  /// Moves the cursor within the line.
  func move(_ count: Int) { vms_editor_move(editor, Int32(clamping: count)) }

  /// Moves the cursor to a position.
  func move(to place: Int) { move(place - cursor) }

  /// Replaces the line, with the cursor at its end.
  func replace(with text: some Sequence<Unicode.Scalar>) {
    let (line, cursor) = state
    move(line.count - cursor)
    delete(before: line.count)
    insert(text)
  }

  private static func terminated(_ text: some Sequence<Unicode.Scalar>) -> [UInt32] {
    text.map(\.value).filter { $0 != 0 } + [0]
  }

  /// The context of libedit's callbacks.
  private final class Callbacks {
    weak var handler: (any EditHandler)?
  }
}

/// The mode of the terminal between entries, when input waits for the next entry.
struct TerminalMode {
  private let original: termios
  private let hidden: termios

  /// Reads the mode of the terminal on standard input; nil if it is not a terminal.
  init?() {
    var mode = termios()
    // SAFETY: the call fills in `mode` and keeps no address.
    guard tcgetattr(STDIN_FILENO, &mode) == 0 else { return nil }
    original = mode
    // No echo, no line buffering, and no special keys except Ctrl-C.
    mode.c_lflag &= ~tcflag_t(ECHO | ICANON | IEXTEN)
    hidden = mode
  }

  /// Turns off the echo of input.
  func hideInput() { set(hidden) }

  /// Restores the original mode, with echo and line editing.
  func restore() { set(original) }

  private func set(_ mode: termios) {
    var mode = mode
    // SAFETY: the call reads `mode` and keeps no address.
    _ = tcsetattr(STDIN_FILENO, TCSADRAIN, &mode)
  }
}
