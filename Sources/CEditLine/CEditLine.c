#define _GNU_SOURCE
#include "CEditLine.h"
#include "Keys.h"

#include <histedit.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <wchar.h>

_Static_assert(sizeof(wchar_t) == sizeof(uint32_t), "text is UTF-32");

struct vms_editor {
  EditLine *line;
  /// The stream for libedit's output and errors.
  FILE *sink;
  /// The number of bytes written to it.
  size_t written;
  vms_callbacks callbacks;
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

unsigned char vms_run(EditLine *line, vms_command command) {
  vms_editor *editor = editor_of(line);
  switch (editor->callbacks.command(editor->callbacks.context, command)) {
  case VMS_NEXT_GO_ON: return CC_REFRESH;
  case VMS_NEXT_ACCEPT: return CC_NEWLINE;
  }
  return CC_ERROR;
}

static ssize_t count_written(void *cookie, const char *bytes, size_t count) {
  (void)bytes;
  ((vms_editor *)cookie)->written += count;
  return (ssize_t)count;
}

static wchar_t *no_prompt(EditLine *line) {
  (void)line;
  static wchar_t prompt[] = L"";
  return prompt;
}

vms_editor *vms_editor_new(vms_callbacks callbacks) {
  vms_editor *editor = calloc(1, sizeof *editor);
  if (!editor) return NULL;
  editor->callbacks = callbacks;
  // In the locale "C" only ASCII letters are letters.
  setlocale(LC_CTYPE, "");
  if (MB_CUR_MAX == 1) setlocale(LC_CTYPE, "C.UTF-8");
  editor->sink = fopencookie(editor, "w", (cookie_io_functions_t){.write = count_written});
  if (editor->sink) {
    editor->line = el_init_fd("vmscript", stdin, editor->sink, editor->sink, STDIN_FILENO,
                              STDOUT_FILENO, STDERR_FILENO);
  }
  if (!editor->line) {
    vms_editor_free(editor);
    return NULL;
  }
  el_wset(editor->line, EL_CLIENTDATA, editor);
  el_wset(editor->line, EL_SIGNAL, 0);
  // Ctrl-C in pasted text is text; the terminal would discard it and the text before it.
  el_wset(editor->line, EL_SETTY, L"-d", L"-isig", NULL);
  // CR LF in pasted text would become two newlines.
  el_wset(editor->line, EL_SETTY, L"-d", L"-icrnl", L"-inlcr", NULL);
  // Input between two entries is neither echoed nor buffered: it belongs to the next entry.
  el_wset(editor->line, EL_SETTY, L"-x", L"-echo", L"-icanon", L"-iexten", NULL);
  el_wset(editor->line, EL_PROMPT, no_prompt);
  el_wset(editor->line, EL_GETCFN, read_character);
  vms_bind_keys(editor->line);
  return editor;
}

void vms_editor_free(vms_editor *editor) {
  if (editor->line) el_end(editor->line);
  if (editor->sink) fclose(editor->sink);
  free(editor);
}

void vms_editor_read(vms_editor *editor) {
  int count = 0;
  el_wgets(editor->line, &count);
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

int vms_editor_uses_vi(vms_editor *editor) {
  const wchar_t *keys = NULL;
  el_wget(editor->line, EL_EDITOR, &keys);
  return keys && keys[0] == L'v';
}

int vms_editor_is_bound(vms_editor *editor, const uint32_t *keys) {
  // libedit prints the binding of a sequence to its output, and an error for an unbound one to its
  // error stream. Only output counts.
  FILE *complaints = fopencookie(NULL, "w", (cookie_io_functions_t){0});
  if (!complaints) return 0;
  fflush(editor->sink);
  size_t before = editor->written;
  el_wset(editor->line, EL_SETFP, 2, complaints);
  el_wset(editor->line, EL_BIND, (const wchar_t *)keys, NULL);
  el_wset(editor->line, EL_SETFP, 2, editor->sink);
  fclose(complaints);
  fflush(editor->sink);
  return editor->written > before;
}
