#pragma once

#include <stddef.h>
#include <stdint.h>

// libedit with types where it has variable arguments, which Swift cannot call.
//
// Text is UTF-32: on the systems that libedit's wide calls are used on, wchar_t has 32 bits.

/// What a key asks for that is bound to a command of the shell.
typedef enum {
  VMS_COMMAND_ENTER,
  VMS_COMMAND_NEW_LINE,
  VMS_COMMAND_UP,
  VMS_COMMAND_DOWN,
  VMS_COMMAND_RIGHT,
  VMS_COMMAND_END,
  VMS_COMMAND_TAB,
  VMS_COMMAND_PASTE,
  VMS_COMMAND_END_OF_INPUT,
  VMS_COMMAND_SEARCH,
  VMS_COMMAND_CLEAR,
  VMS_COMMAND_CLOSE_BRACE,
  VMS_COMMAND_CLOSE_BRACKET,
  VMS_COMMAND_CLOSE_PARENTHESIS,
} vms_command;

/// What libedit shall do after a command.
typedef enum {
  VMS_NEXT_NOTHING,
  VMS_NEXT_REFRESH,
  VMS_NEXT_MOVE_CURSOR,
  VMS_NEXT_REDISPLAY,
  VMS_NEXT_BEEP,
  VMS_NEXT_ACCEPT,
  VMS_NEXT_END_OF_INPUT,
} vms_next;

typedef struct {
  void *context;
  /// Gives the next character; 1 if there is one, 0 at the end of input, -1 to give up the line.
  int (*read)(void *context, uint32_t *character);
  /// Runs a command.
  vms_next (*command)(void *context, vms_command command);
} vms_callbacks;

typedef struct vms_editor vms_editor;

/// Makes an editor on standard input and output; null where there is no memory.
vms_editor *vms_editor_new(vms_callbacks callbacks);
void vms_editor_free(vms_editor *editor);

/// Sets the prompt; at most 127 characters of the NUL-terminated text count.
void vms_editor_set_prompt(vms_editor *editor, const uint32_t *prompt);

/// Lets the user edit a line; its length, or -1 where input ended or the line was given up.
///
/// The line is `vms_editor_line`, until the next call.
int vms_editor_read(vms_editor *editor);

/// The line as it is, not terminated, and where its cursor stands.
const uint32_t *vms_editor_line(vms_editor *editor, size_t *length, size_t *cursor);

/// Inserts NUL-terminated text at the cursor.
void vms_editor_insert(vms_editor *editor, const uint32_t *text);
/// Deletes characters before the cursor.
void vms_editor_delete_before(vms_editor *editor, size_t count);
/// Moves the cursor by a number of characters; it stays within the line.
void vms_editor_move(vms_editor *editor, int count);

/// The columns that a character takes up, as libedit counts them; -1 for one that is not shown.
int vms_columns(uint32_t character);

/// Draws prompt and line anew from the row and column that the terminal's cursor is at.
void vms_editor_redraw(vms_editor *editor);
/// Takes in that the terminal's size has changed.
void vms_editor_resize(vms_editor *editor);

/// Makes SIGINT and SIGWINCH write their number as a byte into a pipe, instead of what they do.
///
/// The two ends are not blocking and closed on exec. Returns 0, or -1 with errno.
int vms_signals_open(int descriptors[2]);
