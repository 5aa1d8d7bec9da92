import CEditLine
import Glibc

/// What a key asks for, of those keys that the shell handles itself.
enum EditCommand: UInt32 {
  case enter, newLine
  case up, down, left, right, end, nextWord, previousWord, firstLine, lastLine
  case deleteBefore, deleteAfter, killLine
  case tab, paste, endOfInput, interrupt, search, clear, undo, redo
  case closeBrace, closeBracket, closeParenthesis
  case viEnter, viUp, viDown, viOpenBelow, viOpenAbove
}

/// What libedit shall do after a command.
enum EditStep: UInt32 {
  case goOn, accept
}

/// Gives libedit its characters and carries out the shell's own keys.
protocol EditHandler: AnyObject {
  /// The next character; nil to end the line.
  func nextCharacter() -> Unicode.Scalar?
  func run(_ command: EditCommand) -> EditStep
}

/// libedit: one line and what keys do to it, by Emacs's or vi's habits and the user's own.
///
/// It draws nothing. Lives on one thread.
final class LineEditor {
  /// Keys that no keyboard has, for what libedit itself can do.
  enum PrivateKey {
    /// The Escape key, where it is not the beginning of what another key sends.
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

  /// An editor on standard input; nil where libedit has no memory.
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

  /// Whether keys are vi's.
  var usesVi: Bool { vms_editor_uses_vi(editor) != 0 }

  /// Whether what a key sends means anything.
  func isBound(_ sequence: [Unicode.Scalar]) -> Bool {
    // SAFETY: the text is read before the call returns, and terminated.
    Self.terminated(sequence).withUnsafeBufferPointer {
      vms_editor_is_bound(editor, $0.baseAddress) != 0
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

  /// Inserts text without line ends at the cursor.
  func insert(_ text: some Sequence<Unicode.Scalar>) {
    // SAFETY: the text is copied before the call returns, and terminated.
    Self.terminated(text).withUnsafeBufferPointer { vms_editor_insert(editor, $0.baseAddress) }
  }

  /// Deletes characters before the cursor.
  func delete(before count: Int) { vms_editor_delete_before(editor, count) }

  /// Moves the cursor, which stays within the line.
  func move(_ count: Int) { vms_editor_move(editor, Int32(clamping: count)) }

  /// Moves the cursor to where so many characters stand before it.
  func move(to place: Int) { move(place - cursor) }

  /// Puts another line in the place of this one, the cursor at its end.
  func replace(with text: some Sequence<Unicode.Scalar>) {
    let (line, cursor) = state
    move(line.count - cursor)
    delete(before: line.count)
    insert(text)
  }

  private static func terminated(_ text: some Sequence<Unicode.Scalar>) -> [UInt32] {
    text.map(\.value).filter { $0 != 0 } + [0]
  }

  /// What libedit calls back into.
  private final class Callbacks {
    weak var handler: (any EditHandler)?
  }
}

/// The terminal while no entry is edited: what is typed then waits for the next one.
struct TerminalMode {
  private let usual: termios
  private let quiet: termios

  /// The terminal of standard input as it is; nil where that is none.
  init?() {
    var mode = termios()
    // SAFETY: the call fills in `mode` and keeps no address.
    guard tcgetattr(STDIN_FILENO, &mode) == 0 else { return nil }
    usual = mode
    // Not shown, not held back until a line ends, and no key but Ctrl-C means anything.
    mode.c_lflag &= ~tcflag_t(ECHO | ICANON | IEXTEN)
    quiet = mode
  }

  /// Shows nothing of what is typed.
  func beQuiet() { set(quiet) }

  /// Shows what is typed, line by line.
  func beUsual() { set(usual) }

  private func set(_ mode: termios) {
    var mode = mode
    // SAFETY: the call reads `mode` and keeps no address.
    _ = tcsetattr(STDIN_FILENO, TCSADRAIN, &mode)
  }
}
