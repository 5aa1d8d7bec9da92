#define _GNU_SOURCE
#include "Keys.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

// libedit does not pass the command to its function, so each command has its own.
#define COMMAND(name, command)                                     \
  static unsigned char name(EditLine *line, wint_t key) {          \
    (void)key;                                                     \
    return vms_run(line, command);                                 \
  }

COMMAND(enter, VMS_COMMAND_ENTER)
COMMAND(new_line, VMS_COMMAND_NEW_LINE)
COMMAND(up, VMS_COMMAND_UP)
COMMAND(down, VMS_COMMAND_DOWN)
COMMAND(left, VMS_COMMAND_LEFT)
COMMAND(right, VMS_COMMAND_RIGHT)
COMMAND(end, VMS_COMMAND_END)
COMMAND(next_word, VMS_COMMAND_NEXT_WORD)
COMMAND(previous_word, VMS_COMMAND_PREVIOUS_WORD)
COMMAND(first_line, VMS_COMMAND_FIRST_LINE)
COMMAND(last_line, VMS_COMMAND_LAST_LINE)
COMMAND(delete_before, VMS_COMMAND_DELETE_BEFORE)
COMMAND(delete_after, VMS_COMMAND_DELETE_AFTER)
COMMAND(kill_line, VMS_COMMAND_KILL_LINE)
COMMAND(tab, VMS_COMMAND_TAB)
COMMAND(paste, VMS_COMMAND_PASTE)
COMMAND(end_of_input, VMS_COMMAND_END_OF_INPUT)
COMMAND(interrupt, VMS_COMMAND_INTERRUPT)
COMMAND(search, VMS_COMMAND_SEARCH)
COMMAND(clear, VMS_COMMAND_CLEAR)
COMMAND(undo, VMS_COMMAND_UNDO)
COMMAND(redo, VMS_COMMAND_REDO)
COMMAND(close_brace, VMS_COMMAND_CLOSE_BRACE)
COMMAND(close_bracket, VMS_COMMAND_CLOSE_BRACKET)
COMMAND(close_parenthesis, VMS_COMMAND_CLOSE_PARENTHESIS)
COMMAND(vi_enter, VMS_COMMAND_VI_ENTER)
COMMAND(vi_up, VMS_COMMAND_VI_UP)
COMMAND(vi_down, VMS_COMMAND_VI_DOWN)
COMMAND(vi_open_below, VMS_COMMAND_VI_OPEN_BELOW)
COMMAND(vi_open_above, VMS_COMMAND_VI_OPEN_ABOVE)

static const struct {
  const wchar_t *name;
  const wchar_t *help;
  unsigned char (*function)(EditLine *, wint_t);
  /// libedit's commands that it replaces in a user's bindings.
  const char *replaces[4];
} commands[] = {
  {L"vms-enter", L"Run the entry, or open a line where it is not complete", enter,
   {"ed-newline"}},
  {L"vms-new-line", L"Open a line", new_line, {0}},
  {L"vms-up", L"Line above, or earlier entry", up,
   {"ed-prev-history", "ed-search-prev-history", "ed-prev-line"}},
  {L"vms-down", L"Line below, or later entry", down,
   {"ed-next-history", "ed-search-next-history", "ed-next-line"}},
  {L"vms-left", L"Character to the left", left, {"ed-prev-char"}},
  {L"vms-right", L"Character to the right, or take the suggestion", right, {"ed-next-char"}},
  {L"vms-end", L"End of the line, or take the suggestion", end, {"ed-move-to-end"}},
  {L"vms-next-word", L"Word to the right, or take one of the suggestion", next_word,
   {"em-next-word"}},
  {L"vms-previous-word", L"Word to the left", previous_word, {"ed-prev-word"}},
  {L"vms-first-line", L"Start of the entry", first_line, {0}},
  {L"vms-last-line", L"End of the entry", last_line, {0}},
  {L"vms-delete-before", L"Delete the character before the cursor", delete_before,
   {"em-delete-prev-char", "ed-delete-prev-char", "vi-delete-prev-char"}},
  {L"vms-delete-after", L"Delete the character under the cursor", delete_after,
   {"ed-delete-next-char"}},
  {L"vms-kill-line", L"Cut to the end of the line", kill_line, {"ed-kill-line"}},
  {L"vms-tab", L"Complete", tab, {"rl_complete", "rl-complete"}},
  {L"vms-paste", L"Take what is pasted as text", paste, {0}},
  {L"vms-end-of-input", L"Delete a character, or leave", end_of_input,
   {"em-delete-or-list", "vi-list-or-eof", "ed-end-of-file"}},
  {L"vms-interrupt", L"Give up the entry", interrupt, {"ed-tty-sigint"}},
  {L"vms-search", L"Search earlier entries", search, {"em-inc-search-prev", "vi-search-prev"}},
  {L"vms-clear", L"Clear the screen", clear, {"ed-clear-screen", "ed-redisplay"}},
  {L"vms-undo", L"Undo", undo, {"vi-undo", "vi-undo-line"}},
  {L"vms-redo", L"Undo the undoing", redo, {0}},
  {L"vms-close-brace", L"Close a block", close_brace, {0}},
  {L"vms-close-bracket", L"Close a list", close_bracket, {0}},
  {L"vms-close-parenthesis", L"Close a call", close_parenthesis, {0}},
  {L"vms-vi-enter", L"Run the entry, or open a line and insert", vi_enter, {0}},
  {L"vms-vi-up", L"Line above, or earlier entry", vi_up, {0}},
  {L"vms-vi-down", L"Line below, or later entry", vi_down, {0}},
  {L"vms-vi-open-below", L"Open a line below and insert", vi_open_below, {0}},
  {L"vms-vi-open-above", L"Open a line above and insert", vi_open_above, {0}},
};

/// The mode of a binding: insert mode, vi's command mode, or both.
typedef enum { INSERT = 1, COMMAND_MODE = 2, BOTH = 3 } keymap;

static const struct {
  const wchar_t *keys;
  const wchar_t *command;
  keymap map;
} keys[] = {
  {L"^M", L"vms-enter", INSERT}, {L"^J", L"vms-enter", INSERT},
  {L"^M", L"vms-vi-enter", COMMAND_MODE}, {L"^J", L"vms-vi-enter", COMMAND_MODE},
  {L"\\e^M", L"vms-new-line", BOTH}, {L"\\e^J", L"vms-new-line", BOTH},
  {L"\\e[A", L"vms-up", BOTH}, {L"\\eOA", L"vms-up", BOTH}, {L"^P", L"vms-up", BOTH},
  {L"\\e[B", L"vms-down", BOTH}, {L"\\eOB", L"vms-down", BOTH}, {L"^N", L"vms-down", BOTH},
  {L"\\e[D", L"vms-left", BOTH}, {L"\\eOD", L"vms-left", BOTH}, {L"^B", L"vms-left", INSERT},
  {L"\\e[C", L"vms-right", BOTH}, {L"\\eOC", L"vms-right", BOTH}, {L"^F", L"vms-right", INSERT},
  {L"\\e[H", L"ed-move-to-beg", BOTH}, {L"\\eOH", L"ed-move-to-beg", BOTH},
  {L"\\e[1~", L"ed-move-to-beg", BOTH}, {L"^A", L"ed-move-to-beg", BOTH},
  {L"\\e[F", L"vms-end", BOTH}, {L"\\eOF", L"vms-end", BOTH},
  {L"\\e[4~", L"vms-end", BOTH}, {L"^E", L"vms-end", BOTH},
  {L"\\e[1;5C", L"vms-next-word", BOTH}, {L"\\e[1;3C", L"vms-next-word", BOTH},
  {L"\\ef", L"vms-next-word", INSERT},
  {L"\\e[1;5D", L"vms-previous-word", BOTH}, {L"\\e[1;3D", L"vms-previous-word", BOTH},
  {L"\\eb", L"vms-previous-word", INSERT},
  {L"\\e<", L"vms-first-line", INSERT}, {L"\\e[1;5H", L"vms-first-line", BOTH},
  {L"\\e>", L"vms-last-line", INSERT}, {L"\\e[1;5F", L"vms-last-line", BOTH},
  {L"^?", L"vms-delete-before", INSERT}, {L"^H", L"vms-delete-before", INSERT},
  {L"\\e[3~", L"vms-delete-after", BOTH},
  {L"\\e^?", L"ed-delete-prev-word", INSERT}, {L"^W", L"ed-delete-prev-word", INSERT},
  {L"^U", L"vi-kill-line-prev", INSERT}, {L"^K", L"vms-kill-line", INSERT},
  {L"^Y", L"em-yank", INSERT},
  {L"^_", L"vms-undo", BOTH}, {L"\\e_", L"vms-redo", INSERT}, {L"\\e/", L"vms-redo", INSERT},
  {L"^I", L"vms-tab", BOTH}, {L"\\e[200~", L"vms-paste", BOTH},
  {L"^D", L"vms-end-of-input", BOTH}, {L"^C", L"vms-interrupt", BOTH},
  {L"^R", L"vms-search", BOTH}, {L"^L", L"vms-clear", BOTH},
  {L"}", L"vms-close-brace", INSERT}, {L"]", L"vms-close-bracket", INSERT},
  {L")", L"vms-close-parenthesis", INSERT},
  {L"k", L"vms-vi-up", COMMAND_MODE}, {L"j", L"vms-vi-down", COMMAND_MODE},
  {L"-", L"vms-vi-up", COMMAND_MODE}, {L"+", L"vms-vi-down", COMMAND_MODE},
  {L"o", L"vms-vi-open-below", COMMAND_MODE}, {L"O", L"vms-vi-open-above", COMMAND_MODE},
  {L"G", L"vms-last-line", COMMAND_MODE}, {L"/", L"vms-search", COMMAND_MODE},
  {L"u", L"vms-undo", COMMAND_MODE}, {L"U", L"vms-undo", COMMAND_MODE},
  // libedit treats the terminal's disabled keys as this one.
  {L"^@", L"em-set-mark", INSERT}, {L"^@", L"ed-unassigned", COMMAND_MODE},
  // Commands that read another line, start another program, or use libedit's own history.
  {L"^Z", L"ed-unassigned", BOTH}, {L"\\ex", L"ed-unassigned", INSERT}, {L":", L"ed-unassigned", COMMAND_MODE},
  {L"v", L"ed-unassigned", COMMAND_MODE}, {L"?", L"ed-unassigned", COMMAND_MODE},
  {L"n", L"ed-unassigned", COMMAND_MODE}, {L"N", L"ed-unassigned", COMMAND_MODE},
  {L"#", L"ed-unassigned", COMMAND_MODE},
  {L"K", L"ed-unassigned", COMMAND_MODE}, {L"J", L"ed-unassigned", COMMAND_MODE},
};

static void bind_private(EditLine *line, vms_key key, const wchar_t *command, int is_vi) {
  const wchar_t keys[] = {(wchar_t)key, 0};
  el_wset(line, EL_BIND, keys, command, NULL);
  if (is_vi) el_wset(line, EL_BIND, L"-a", keys, command, NULL);
}

/// Binds the shell's own keys, and replaces libedit's bindings.
static void bind_own(EditLine *line) {
  const wchar_t *editor = NULL;
  el_wget(line, EL_EDITOR, &editor);
  int is_vi = editor && editor[0] == L'v';
  // The two maps share sequences of several keys, so vi's second map binds only their first key.
  for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
    if (keys[i].map & INSERT) el_wset(line, EL_BIND, keys[i].keys, keys[i].command, NULL);
    if (is_vi && keys[i].map & COMMAND_MODE)
      el_wset(line, EL_BIND, L"-a", keys[i].keys, keys[i].command, NULL);
  }
  bind_private(line, VMS_KEY_NEXT_WORD, L"em-next-word", is_vi);
  bind_private(line, VMS_KEY_PREVIOUS_WORD, L"ed-prev-word", is_vi);
  bind_private(line, VMS_KEY_KILL_LINE, L"ed-kill-line", is_vi);
  bind_private(line, VMS_KEY_ESCAPE, is_vi ? L"vi-command-mode" : L"ed-unassigned", 0);
  if (is_vi) {
    const wchar_t escape[] = {VMS_KEY_ESCAPE, 0};
    el_wset(line, EL_BIND, L"-a", escape, L"ed-unassigned", NULL);
  }
}

/// The shell's replacement of a libedit command, or the unchanged name.
static const char *own_name(const char *name) {
  static char buffer[64];
  for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
    for (size_t k = 0; k < 4 && commands[i].replaces[k]; k++)
      if (strcmp(commands[i].replaces[k], name) == 0) {
        snprintf(buffer, sizeof buffer, "%ls", commands[i].name);
        return buffer;
      }
  return name;
}

/// Runs a line of ~/.editrc; lines such as `bind -v`, which reset all keys, run before the shell's
/// bindings.
static void carry_out(EditLine *line, int count, const char **words) {
  const char *colon = strrchr(words[0], ':');
  const char *verb = colon ? colon + 1 : words[0];
  // The shell does not work without editing.
  if (strcmp(verb, "edit") == 0) return;
  if (strcmp(verb, "bind") != 0 || count < 2) {
    el_parse(line, count, words);
    return;
  }
  words[count - 1] = own_name(words[count - 1]);
  el_parse(line, count, words);
  for (int i = 1; i < count; i++)
    if (strcmp(words[i], "-v") == 0 || strcmp(words[i], "-e") == 0) bind_own(line);
}

/// Reads ~/.editrc, or the file that EDITRC names.
static void read_user_keys(EditLine *line) {
  char path[4096];
  const char *named = secure_getenv("EDITRC");
  const char *home = secure_getenv("HOME");
  if (!named && !home) return;
  if (named) snprintf(path, sizeof path, "%s", named);
  else snprintf(path, sizeof path, "%s/.editrc", home);
  FILE *file = fopen(path, "re");
  if (!file) return;
  char *text = NULL;
  size_t size = 0;
  Tokenizer *tokenizer = tok_init(NULL);
  while (getline(&text, &size, file) > 0) {
    text[strcspn(text, "\n")] = 0;
    char *start = text + strspn(text, " \t");
    if (*start == '#' || *start == 0) continue;
    int count = 0;
    const char **words = NULL;
    tok_reset(tokenizer);
    if (tok_str(tokenizer, start, &count, &words) == 0 && count > 0)
      carry_out(line, count, words);
  }
  tok_end(tokenizer);
  free(text);
  fclose(file);
}

void vms_bind_keys(EditLine *line) {
  for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
    el_wset(line, EL_ADDFN, commands[i].name, commands[i].help, commands[i].function);
  el_wset(line, EL_EDITOR, L"emacs");
  bind_own(line);
  read_user_keys(line);
}
