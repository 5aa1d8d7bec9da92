#pragma once

#include <stddef.h>
#include <stdint.h>

// A typed interface of libedit, whose functions with variable arguments Swift cannot call.
//
// It reads keys, applies the user's ~/.editrc, and edits a line. Its drawing is discarded, because
// the shell draws entries itself. Text is UTF-32: wchar_t has 32 bits on the supported systems.

/// A command of the shell that a key is bound to.
typedef enum {
  VMS_COMMAND_ENTER,
  VMS_COMMAND_NEW_LINE,
  VMS_COMMAND_UP,
  VMS_COMMAND_DOWN,
  VMS_COMMAND_LEFT,
  VMS_COMMAND_RIGHT,
  VMS_COMMAND_END,
  VMS_COMMAND_NEXT_WORD,
  VMS_COMMAND_PREVIOUS_WORD,
  VMS_COMMAND_FIRST_LINE,
  VMS_COMMAND_LAST_LINE,
  VMS_COMMAND_DELETE_BEFORE,
  VMS_COMMAND_DELETE_AFTER,
  VMS_COMMAND_KILL_LINE,
  VMS_COMMAND_TAB,
  VMS_COMMAND_PASTE,
  VMS_COMMAND_END_OF_INPUT,
  VMS_COMMAND_INTERRUPT,
  VMS_COMMAND_SEARCH,
  VMS_COMMAND_CLEAR,
  VMS_COMMAND_UNDO,
  VMS_COMMAND_REDO,
  VMS_COMMAND_CLOSE_BRACE,
  VMS_COMMAND_CLOSE_BRACKET,
  VMS_COMMAND_CLOSE_PARENTHESIS,
  // Commands of vi's command mode.
  VMS_COMMAND_VI_ENTER,
  VMS_COMMAND_VI_UP,
  VMS_COMMAND_VI_DOWN,
  VMS_COMMAND_VI_OPEN_BELOW,
  VMS_COMMAND_VI_OPEN_ABOVE,
} vms_command;

/// libedit's next step after a command.
typedef enum {
  VMS_NEXT_GO_ON,
  VMS_NEXT_ACCEPT,
} vms_next;

/// Keys that no keyboard sends, bound to commands of libedit that the shell uses.
typedef enum {
  /// The Escape key itself, not the start of another key's sequence.
  VMS_KEY_ESCAPE = 0x80,
  VMS_KEY_NEXT_WORD = 0x81,
  VMS_KEY_PREVIOUS_WORD = 0x82,
  VMS_KEY_KILL_LINE = 0x83,
} vms_key;

typedef struct {
  void *context;
  /// Reads the next character; returns 1, or -1 to end the line.
  int (*read)(void *context, uint32_t *character);
  /// Runs a command.
  vms_next (*command)(void *context, vms_command command);
} vms_callbacks;

typedef struct vms_editor vms_editor;

/// Creates an editor on standard input and output; returns null without memory.
vms_editor *vms_editor_new(vms_callbacks callbacks);
void vms_editor_free(vms_editor *editor);

/// Lets the user edit a line, which is empty at first, until a command accepts it.
void vms_editor_read(vms_editor *editor);

/// The current line, not NUL-terminated, and the position of the cursor.
const uint32_t *vms_editor_line(vms_editor *editor, size_t *length, size_t *cursor);

/// Inserts NUL-terminated text at the cursor.
void vms_editor_insert(vms_editor *editor, const uint32_t *text);
/// Deletes characters before the cursor.
void vms_editor_delete_before(vms_editor *editor, size_t count);
/// Moves the cursor by a number of characters within the line.
void vms_editor_move(vms_editor *editor, int count);

/// Whether vi's key bindings are active.
int vms_editor_uses_vi(vms_editor *editor);
/// Whether a NUL-terminated sequence of several keys is bound.
int vms_editor_is_bound(vms_editor *editor, const uint32_t *keys);

/// Makes SIGINT and SIGWINCH write their number as a byte into a pipe, instead of their default
/// action.
///
/// Both ends are non-blocking and close-on-exec. Returns 0, or -1 with errno.
int vms_signals_open(int descriptors[2]);
