/*
 * Runs scripts through the library: cases on standard input, what each gives on standard output.
 *
 * A case is a sequence of fields `KEY LENGTH\nBYTES\n` that ends with `run 0\n\n`; what it gives is one
 * too, and ends with `end 0\n\n`. Scripts import and read below the folder of their case.
 */
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <vmscript.h>

struct text {
  char *bytes;
  size_t length;
};

struct text_case {
  struct text name, source, folder, settings, fallbacks, stack, access, check;
  vms_limits limits;
};

/* The path of `path` as the file `from` means it, in the shortest form. */
static void resolve(const char *path, const char *from, char *result, size_t room) {
  char joined[2048];
  const char *slash = strrchr(from, '/');
  snprintf(joined, sizeof joined, "%.*s%s", slash ? (int)(slash - from + 1) : 0, from, path);
  result[0] = 0;
  for (char *state, *part = strtok_r(joined, "/", &state); part; part = strtok_r(NULL, "/", &state)) {
    char *last = strrchr(result, '/');
    if (!strcmp(part, ".")) continue;
    if (!strcmp(part, "..") && result[0]) {
      *(last ? last : result) = 0;
      continue;
    }
    size_t length = strlen(result);
    snprintf(result + length, room - length, "%s%s", length ? "/" : "", part);
  }
}

/* A file's bytes; false where there is no such file. */
static bool read_file(const char *path, struct text *text) {
  FILE *file = fopen(path, "rb");
  if (!file) return false;
  *text = (struct text){malloc(1 << 20), 0};
  text->length = fread(text->bytes, 1, 1 << 20, file);
  bool is_read = !ferror(file);
  fclose(file);
  if (!is_read) free(text->bytes);
  return is_read;
}

static void refuse(vms_reply *reply, const char *path) {
  char reason[2048];
  snprintf(reason, sizeof reason, "there is no file %s", path);
  vms_reply_error(reply, VMS_STRING(reason));
}

static void load(
    void *context, const char *path, size_t path_length, const char *from, size_t from_length,
    vms_reply *reply) {
  (void)context, (void)path_length, (void)from_length;
  char name[2048];
  struct text text;
  resolve(path, from, name, sizeof name);
  if (!read_file(name, &text)) {
    refuse(reply, path);
    return;
  }
  vms_reply_script(reply, VMS_STRING(name), text.bytes, text.length);
  free(text.bytes);
}

static void read_text(
    void *context, const char *path, size_t path_length, const char *from, size_t from_length,
    vms_reply *reply) {
  (void)context, (void)path_length, (void)from, (void)from_length;
  struct text text;
  if (!read_file(path, &text)) {
    refuse(reply, path);
    return;
  }
  vms_reply_text(reply, text.bytes, text.length);
  free(text.bytes);
}

static void find(
    void *context, const char *pattern, size_t pattern_length, const char *from,
    size_t from_length, vms_reply *reply) {
  (void)context, (void)pattern_length, (void)from, (void)from_length;
  char json[1 << 16] = "[";
  glob_t found;
  if (glob(pattern, 0, NULL, &found) == 0) {
    for (size_t i = 0; i < found.gl_pathc; i++) {
      size_t length = strlen(json);
      snprintf(json + length, sizeof json - length, "%s\"%s\"", i ? "," : "", found.gl_pathv[i]);
    }
    globfree(&found);
  }
  strcat(json, "]");
  vms_reply_json(reply, VMS_STRING(json));
}

static void variable(
    void *context, const char *name, size_t name_length, const char *from, size_t from_length,
    vms_reply *reply) {
  (void)name_length, (void)from, (void)from_length;
  const struct text *value = context;
  if (!strcmp(name, "SPEC")) vms_reply_text(reply, value->bytes, value->length);
}

static void field(const char *key, const char *text, size_t length) {
  printf("%s %zu\n", key, length);
  fwrite(text, 1, length, stdout);
  putchar('\n');
}

static void fail(const char *message) {
  fprintf(stderr, "%s\n", message);
  exit(1);
}

static void run(struct text_case *given) {
  char message[VMS_MESSAGE_SIZE];
  vms_engine *engine;
  vms_program *program;
  vms_result *result;
  size_t length;
  if (chdir(given->folder.bytes) != 0) fail("there is no such folder");
  if (vms_engine_new(NULL, &engine, message) != VMS_OK) fail(message);
  vms_importer importer = {sizeof importer, load, NULL, NULL};
  vms_engine_set_importer(engine, &importer, message);
  vms_access access = {sizeof access, read_text, find, variable, &given->access, NULL};
  if (given->access.bytes) vms_engine_set_access(engine, &access, message);
  vms_status compiled = vms_compile(
      engine, given->name.bytes, given->name.length, given->source.bytes, given->source.length,
      &program, message);
  if (compiled == VMS_INVALID) fail(message);
  vms_evaluation options = {
      .size = sizeof options,
      .settings = given->settings.bytes,
      .settings_length = given->settings.length,
      .fallbacks = given->fallbacks.bytes,
      .fallbacks_length = given->fallbacks.length,
      .stack = given->stack.bytes,
      .stack_length = given->stack.length,
      .limits = &given->limits,
  };
  vms_status status = (given->check.bytes ? vms_check : vms_evaluate)(
      program, &options, &result, message);
  if (status == VMS_INVALID) fail(message);
  const char *compiling = vms_program_diagnostics(program, VMS_RENDERED, &length);
  /* What cannot be evaluated says the same once more. */
  field("compiling", compiling, compiled == VMS_OK ? length : 0);
  const char *text = vms_result_diagnostics(result, VMS_RENDERED, &length);
  field("err", text, length);
  text = vms_result_printed(result, &length);
  field("out", text, length);
  text = vms_result_outputs(result, &length);
  field("outputs", text, length);
  text = vms_result_resources(result, &length);
  field("resources", text, length);
  field("end", "", 0);
  vms_result_free(result);
  vms_program_free(program);
  vms_engine_free(engine);
}

int main(void) {
  struct text_case given = {.limits = {.size = sizeof(vms_limits)}};
  char key[32];
  size_t length;
  while (scanf("%31s %zu", key, &length) == 2) {
    getchar();
    struct text text = {calloc(length + 1, 1), length};
    if (fread(text.bytes, 1, length, stdin) != length) return 1;
    getchar();
    struct {
      const char *key;
      struct text *place;
    } texts[] = {
        {"name", &given.name},         {"source", &given.source},
        {"folder", &given.folder},     {"settings", &given.settings},
        {"fallbacks", &given.fallbacks}, {"stack", &given.stack},
        {"access", &given.access},     {"check", &given.check},
    };
    struct {
      const char *key;
      uint64_t *place;
    } numbers[] = {
        {"steps", &given.limits.steps},   {"depth", &given.limits.depth},
        {"memory", &given.limits.memory}, {"output", &given.limits.output},
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
      if (!strcmp(key, texts[i].key)) *texts[i].place = text;
    }
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
      if (!strcmp(key, numbers[i].key)) *numbers[i].place = strtoull(text.bytes, NULL, 10);
    }
    if (!strcmp(key, "run")) {
      run(&given);
      given = (struct text_case){.limits = {.size = sizeof(vms_limits)}};
    }
  }
  return 0;
}
