#define _GNU_SOURCE
#include "CEditLine.h"

#include <errno.h>
#include <fcntl.h>
#include <histedit.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <wchar.h>

_Static_assert(sizeof(wchar_t) == sizeof(uint32_t), "text is UTF-32");

#define PROMPT_LENGTH 128

struct vms_editor {
  EditLine *line;
  vms_callbacks callbacks;
  wchar_t prompt[PROMPT_LENGTH];
};

static vms_editor *editor_of(EditLine *line) {
  void *data = NULL;
  el_wget(line, EL_CLIENTDATA, &data);
  return data;
}

static int read_character(EditLine *line, wchar_t *character) {
  vms_editor *editor = editor_of(line);
  uint32_t scalar = 0;
  int result = editor->callbacks.read(editor->callbacks.context, &scalar);
  *character = (wchar_t)scalar;
  return result;
}

static wchar_t *prompt_of(EditLine *line) { return editor_of(line)->prompt; }

static unsigned char run(EditLine *line, vms_command command) {
  vms_editor *editor = editor_of(line);
  switch (editor->callbacks.command(editor->callbacks.context, command)) {
  case VMS_NEXT_NOTHING: return CC_NORM;
  case VMS_NEXT_REFRESH: return CC_REFRESH;
  case VMS_NEXT_MOVE_CURSOR: return CC_CURSOR;
  case VMS_NEXT_REDISPLAY: return CC_REDISPLAY;
  case VMS_NEXT_BEEP: return CC_REFRESH_BEEP;
  case VMS_NEXT_ACCEPT: return CC_NEWLINE;
  case VMS_NEXT_END_OF_INPUT: return CC_EOF;
  }
  return CC_ERROR;
}

// A function of libedit is not told which command it is for: each command has its own.
#define COMMAND(name, command)                                     \
  static unsigned char name(EditLine *line, wint_t key) {          \
    (void)key;                                                     \
    return run(line, command);                                     \
  }

COMMAND(enter, VMS_COMMAND_ENTER)
COMMAND(new_line, VMS_COMMAND_NEW_LINE)
COMMAND(up, VMS_COMMAND_UP)
COMMAND(down, VMS_COMMAND_DOWN)
COMMAND(right, VMS_COMMAND_RIGHT)
COMMAND(end, VMS_COMMAND_END)
COMMAND(tab, VMS_COMMAND_TAB)
COMMAND(paste, VMS_COMMAND_PASTE)
COMMAND(end_of_input, VMS_COMMAND_END_OF_INPUT)
COMMAND(search, VMS_COMMAND_SEARCH)
COMMAND(clear, VMS_COMMAND_CLEAR)
COMMAND(close_brace, VMS_COMMAND_CLOSE_BRACE)
COMMAND(close_bracket, VMS_COMMAND_CLOSE_BRACKET)
COMMAND(close_parenthesis, VMS_COMMAND_CLOSE_PARENTHESIS)

static const struct {
  const wchar_t *name;
  const wchar_t *help;
  unsigned char (*function)(EditLine *, wint_t);
  const wchar_t *keys[4];
} commands[] = {
  {L"vms-enter", L"Run the entry, or open a line where it is not complete", enter, {L"^M", L"^J"}},
  {L"vms-new-line", L"Open a line", new_line, {L"\\e^M", L"\\e^J"}},
  {L"vms-up", L"Line above, or earlier entry", up, {L"\\e[A", L"\\eOA", L"^P"}},
  {L"vms-down", L"Line below, or later entry", down, {L"\\e[B", L"\\eOB", L"^N"}},
  {L"vms-right", L"Character to the right, or take the suggestion", right,
   {L"\\e[C", L"\\eOC", L"^F"}},
  {L"vms-end", L"End of the line, or take the suggestion", end, {L"\\e[F", L"\\eOF", L"^E"}},
  {L"vms-tab", L"Complete", tab, {L"^I"}},
  {L"vms-paste", L"Take what is pasted as text", paste, {L"\\e[200~"}},
  {L"vms-end-of-input", L"Delete a character, or leave", end_of_input, {L"^D"}},
  {L"vms-search", L"Search earlier entries", search, {L"^R"}},
  {L"vms-clear", L"Clear the screen", clear, {L"^L"}},
  {L"vms-close-brace", L"Close a block", close_brace, {L"}"}},
  {L"vms-close-bracket", L"Close a list", close_bracket, {L"]"}},
  {L"vms-close-parenthesis", L"Close a call", close_parenthesis, {L")"}},
};

static void add_commands(EditLine *line) {
  for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
    el_wset(line, EL_ADDFN, commands[i].name, commands[i].help, commands[i].function);
    for (size_t k = 0; k < 4 && commands[i].keys[k]; k++)
      el_wset(line, EL_BIND, commands[i].keys[k], commands[i].name, NULL);
  }
  // In vi's command mode too, but for keys that type something.
  for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
    for (size_t k = 0; k < 4 && commands[i].keys[k]; k++)
      if (commands[i].keys[k][0] == L'^' || commands[i].keys[k][1] == L'e')
        el_wset(line, EL_BIND, L"-a", commands[i].keys[k], commands[i].name, NULL);
  el_wset(line, EL_BIND, L"\\e[H", L"ed-move-to-beg", NULL);
  el_wset(line, EL_BIND, L"\\eOH", L"ed-move-to-beg", NULL);
  el_wset(line, EL_BIND, L"\\e[3~", L"ed-delete-next-char", NULL);
}

vms_editor *vms_editor_new(vms_callbacks callbacks) {
  vms_editor *editor = calloc(1, sizeof *editor);
  if (!editor) return NULL;
  editor->callbacks = callbacks;
  // In the locale "C" libedit shows every letter beyond ASCII as an escape.
  setlocale(LC_CTYPE, "");
  if (MB_CUR_MAX == 1) setlocale(LC_CTYPE, "C.UTF-8");
  editor->line = el_init("vmscript", stdin, stdout, stderr);
  if (!editor->line) {
    free(editor);
    return NULL;
  }
  el_wset(editor->line, EL_CLIENTDATA, editor);
  el_wset(editor->line, EL_SIGNAL, 0);
  // What is typed between two entries is neither shown nor held back: it belongs to the next one.
  el_wset(editor->line, EL_SETTY, L"-x", L"-echo", L"-icanon", L"-iexten", NULL);
  el_wset(editor->line, EL_EDITOR, L"emacs");
  el_wset(editor->line, EL_PROMPT, prompt_of);
  el_wset(editor->line, EL_GETCFN, read_character);
  // The user's keys first: to choose vi's would undo the commands.
  el_source(editor->line, NULL);
  add_commands(editor->line);
  return editor;
}

void vms_editor_free(vms_editor *editor) {
  el_end(editor->line);
  free(editor);
}

void vms_editor_set_prompt(vms_editor *editor, const uint32_t *prompt) {
  wcsncpy(editor->prompt, (const wchar_t *)prompt, PROMPT_LENGTH - 1);
}

int vms_editor_read(vms_editor *editor) {
  int count = 0;
  const wchar_t *line = el_wgets(editor->line, &count);
  return line ? count : -1;
}

const uint32_t *vms_editor_line(vms_editor *editor, size_t *length, size_t *cursor) {
  const LineInfoW *info = el_wline(editor->line);
  *length = (size_t)(info->lastchar - info->buffer);
  *cursor = (size_t)(info->cursor - info->buffer);
  return (const uint32_t *)info->buffer;
}

void vms_editor_insert(vms_editor *editor, const uint32_t *text) {
  el_winsertstr(editor->line, (const wchar_t *)text);
}

void vms_editor_delete_before(vms_editor *editor, size_t count) {
  el_wdeletestr(editor->line, (int)count);
}

void vms_editor_move(vms_editor *editor, int count) { el_cursor(editor->line, count); }

int vms_columns(uint32_t character) { return wcwidth((wchar_t)character); }

void vms_editor_redraw(vms_editor *editor) { el_wset(editor->line, EL_REFRESH); }

void vms_editor_resize(vms_editor *editor) { el_resize(editor->line); }

static int signal_pipe = -1;

static void tell(int number) {
  int saved = errno;
  unsigned char byte = (unsigned char)number;
  // A full pipe has enough to tell already.
  (void)!write(signal_pipe, &byte, 1);
  errno = saved;
}

int vms_signals_open(int descriptors[2]) {
  if (pipe2(descriptors, O_NONBLOCK | O_CLOEXEC) != 0) return -1;
  signal_pipe = descriptors[1];
  struct sigaction action;
  memset(&action, 0, sizeof action);
  action.sa_handler = tell;
  action.sa_flags = SA_RESTART;
  sigemptyset(&action.sa_mask);
  if (sigaction(SIGINT, &action, NULL) != 0) return -1;
  return sigaction(SIGWINCH, &action, NULL);
}
