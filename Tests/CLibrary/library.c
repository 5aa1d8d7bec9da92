/* Every function of vmscript.h with good and bad input. Exit code 0: all checks hold. */
#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <vmscript.h>

static atomic_int failures;

#define CHECK(condition)                                                       \
  do {                                                                         \
    if (!(condition)) {                                                        \
      fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition);          \
      failures++;                                                              \
    }                                                                          \
  } while (0)

/* VMS_INVALID with this in its message. */
#define REFUSED(call, words)                                                   \
  do {                                                                         \
    memset(message, '#', sizeof message);                                      \
    CHECK((call) == VMS_INVALID);                                              \
    CHECK(memchr(message, 0, sizeof message) != NULL);                         \
    if (strstr(message, words) == NULL) {                                      \
      fprintf(stderr, "%s:%d: not `%s`: %.200s\n", __FILE__, __LINE__, words, message); \
      failures++;                                                              \
    }                                                                          \
  } while (0)

/* A text member with its length. */
#define TEXT(member, literal) .member = literal, .member##_length = sizeof(literal) - 1

static char message[VMS_MESSAGE_SIZE];
static atomic_int destroyed;

static bool equal(const char *a, const char *b) {
  bool same = a != NULL && strcmp(a, b) == 0;
  if (!same) fprintf(stderr, "not `%s`: %s\n", b, a ? a : "NULL");
  return same;
}

static bool holds(const char *text, const char *part) {
  bool found = text != NULL && strstr(text, part) != NULL;
  if (!found) fprintf(stderr, "no `%s` in: %s\n", part, text ? text : "NULL");
  return found;
}

/* What was given up is destroyed soon, by whichever thread had it last. */
static bool is_destroyed(int count) {
  for (int i = 0; i < 2000 && destroyed < count; i++) usleep(5000);
  return destroyed == count;
}

static vms_engine *engine_new(void) {
  vms_engine *engine = NULL;
  CHECK(vms_engine_new(NULL, &engine, message) == VMS_OK);
  CHECK(engine != NULL && message[0] == 0);
  return engine;
}

static vms_program *compiled(vms_engine *engine, const char *source, vms_status expected) {
  vms_program *program = NULL;
  CHECK(vms_compile(engine, VMS_TEXT("test"), VMS_STRING(source), &program, message) == expected);
  CHECK(program != NULL);
  return program;
}

static vms_result *evaluated(
    const vms_program *program, const vms_evaluation *options, vms_status expected) {
  vms_result *result = NULL;
  vms_status status = vms_evaluate(program, options, &result, message);
  CHECK(result != NULL);
  CHECK(vms_result_status(result) == status);
  if (status != expected) {
    fprintf(stderr, "%s\n", vms_result_diagnostics(result, VMS_RENDERED, NULL));
  }
  CHECK(status == expected);
  return result;
}

/* Compiles and evaluates in one. */
static vms_result *run(vms_engine *engine, const char *source, vms_status expected) {
  vms_program *program = compiled(engine, source, VMS_OK);
  vms_result *result = evaluated(program, NULL, expected);
  vms_program_free(program);
  return result;
}

static void destroy(void *context) {
  (void)context;
  destroyed++;
}

/* ---- Versions, handles and options ---------------------------------------------------------- */

static void versions(void) {
  CHECK(vms_version() == VMS_VERSION);
}

static void nulls(void) {
  vms_engine *engine = engine_new();
  vms_program *program = (vms_program *)message;
  vms_result *result = (vms_result *)message;
  size_t length = 7;

  vms_engine_free(NULL);
  vms_program_free(NULL);
  vms_result_free(NULL);
  vms_cancellation_free(NULL);
  vms_cancel(NULL);
  CHECK(!vms_is_cancelled(NULL));
  REFUSED(vms_engine_new(NULL, NULL, message), "engine is NULL");
  CHECK(vms_engine_new(NULL, NULL, NULL) == VMS_INVALID);
  REFUSED(vms_engine_define(NULL, VMS_TEXT("a"), VMS_TEXT("1"), NULL, 0, message), "engine");
  REFUSED(vms_engine_define(engine, NULL, 3, VMS_TEXT("1"), NULL, 0, message), "name is NULL");
  REFUSED(vms_engine_define(engine, NULL, 0, VMS_TEXT("1"), NULL, 0, message), "is not a name");
  REFUSED(vms_engine_define(engine, VMS_TEXT("a"), NULL, 1, NULL, 0, message), "json is NULL");
  REFUSED(vms_engine_define(engine, VMS_TEXT("a"), NULL, 0, NULL, 0, message), "JSON");
  REFUSED(vms_engine_define_function(engine, NULL, message), "function is NULL");
  REFUSED(vms_engine_define_function(NULL, NULL, message), "engine is NULL");
  REFUSED(vms_engine_import_folder(NULL, VMS_TEXT("."), message), "engine is NULL");
  REFUSED(vms_engine_set_importer(NULL, NULL, message), "engine is NULL");
  REFUSED(vms_engine_set_access(NULL, NULL, message), "engine is NULL");
  CHECK(vms_engine_set_importer(engine, NULL, message) == VMS_OK);
  CHECK(vms_engine_set_access(engine, NULL, message) == VMS_OK);
  REFUSED(vms_compile(NULL, VMS_TEXT("a"), VMS_TEXT(""), &program, message), "engine is NULL");
  CHECK(program == NULL);
  REFUSED(vms_compile(engine, VMS_TEXT("a"), VMS_TEXT(""), NULL, message), "program is NULL");
  REFUSED(vms_compile(engine, VMS_TEXT("a"), NULL, 5, &program, message), "source is NULL");
  REFUSED(vms_compile(engine, VMS_TEXT("a"), "x", SIZE_MAX, &program, message), "length");
  REFUSED(vms_evaluate(NULL, NULL, &result, message), "program is NULL");
  CHECK(result == NULL);
  REFUSED(vms_check(NULL, NULL, &result, message), "program is NULL");
  program = compiled(engine, "", VMS_OK);
  REFUSED(vms_evaluate(program, NULL, NULL, message), "result is NULL");
  CHECK(vms_program_diagnostics(NULL, VMS_JSON, &length) == NULL);
  CHECK(vms_program_diagnostics(program, 3, &length) == NULL);
  CHECK(vms_program_diagnostics(program, -1, NULL) == NULL);
  CHECK(vms_result_status(NULL) == VMS_INVALID);
  CHECK(vms_result_outputs(NULL, &length) == NULL);
  CHECK(vms_result_output(NULL, VMS_TEXT("a"), &length) == NULL);
  CHECK(vms_result_resources(NULL, &length) == NULL);
  CHECK(vms_result_printed(NULL, &length) == NULL);
  CHECK(vms_result_diagnostics(NULL, VMS_JSON, &length) == NULL);
  CHECK(vms_reply_json(NULL, VMS_TEXT("1")) == VMS_INVALID);
  CHECK(vms_reply_text(NULL, VMS_TEXT("1")) == VMS_INVALID);
  CHECK(vms_reply_script(NULL, VMS_TEXT("1"), VMS_TEXT("1")) == VMS_INVALID);
  CHECK(vms_reply_error(NULL, VMS_TEXT("1")) == VMS_INVALID);
  vms_program_free(program);
  vms_engine_free(engine);
}

static void sizes(void) {
  struct {
    vms_limits known;
    uint64_t unknown;
  } larger = {{sizeof larger, 100, 0, 0, 0, 0}, 0};
  vms_limits limits = {0};
  vms_engine *engine = NULL;
  REFUSED(vms_engine_new(&limits, &engine, message), "sizeof(vms_limits)");
  limits.size = SIZE_MAX;
  REFUSED(vms_engine_new(&limits, &engine, message), "not the size");
  limits.size = 7;
  REFUSED(vms_engine_new(&limits, &engine, message), "not the size");
  larger.unknown = 1;
  REFUSED(vms_engine_new(&larger.known, &engine, message), "does not know");
  CHECK(engine == NULL);
  larger.unknown = 0;
  CHECK(vms_engine_new(&larger.known, &engine, message) == VMS_OK);
  const char *loop = "for i in 1...1000000000 { let a = i }";
  vms_program *program = compiled(engine, loop, VMS_OK);
  vms_result *result = evaluated(program, NULL, VMS_SCRIPT_ERROR);
  CHECK(holds(vms_result_diagnostics(result, VMS_RENDERED, NULL), "100"));
  vms_result_free(result);
  vms_program_free(program);
  vms_engine_free(engine);

  /* A caller of an older version knows fewer members; the others are zero. */
  limits = (vms_limits){.size = offsetof(vms_limits, depth), .steps = UINT64_MAX, .depth = 1};
  CHECK(vms_engine_new(&limits, &engine, message) == VMS_OK);
  result = run(engine, "func f(n) = n == 0 ? 0 : f(n - 1)\noutput a = f(100)", VMS_OK);
  vms_result_free(result);
  vms_engine_free(engine);

  limits = (vms_limits){sizeof limits, UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX};
  CHECK(vms_engine_new(&limits, &engine, message) == VMS_OK);
  result = run(engine, "func f(n) = f(n + 1)\noutput a = f(0)", VMS_SCRIPT_ERROR);
  vms_result_free(result);
  vms_engine_free(engine);

  /* No message is longer than its room, and none ends within a character. */
  char name[600];
  for (size_t i = 0; i < sizeof name; i += 2) memcpy(name + i, "\xC3\xA4", 2);
  engine = engine_new();
  REFUSED(vms_engine_define(engine, name, sizeof name, VMS_TEXT("1"), NULL, 0, message), "\xC3\xA4");
  CHECK(strlen(message) >= VMS_MESSAGE_SIZE - 4);
  CHECK((unsigned char)message[strlen(message) - 1] == 0xA4);
  vms_engine_free(engine);
}

/* ---- What the host gives -------------------------------------------------------------------- */

static void values(void) {
  vms_engine *engine = engine_new();
  REFUSED(vms_engine_define(engine, VMS_TEXT("1a"), VMS_TEXT("1"), NULL, 0, message), "is not a name");
  REFUSED(vms_engine_define(engine, VMS_TEXT("a\xFF"), VMS_TEXT("1"), NULL, 0, message), "UTF-8");
  REFUSED(vms_engine_define(engine, VMS_TEXT("a"), VMS_TEXT("[1,"), NULL, 0, message), "JSON");
  REFUSED(vms_engine_define(engine, VMS_TEXT("a"), VMS_TEXT("\"\xC0\""), NULL, 0, message), "UTF-8");
  char deep[2000];
  memset(deep, '[', sizeof deep);
  REFUSED(vms_engine_define(engine, VMS_TEXT("a"), deep, sizeof deep, NULL, 0, message), "deep");
  CHECK(vms_engine_define(
            engine, VMS_TEXT("lab"), VMS_TEXT("{\"b\": [1, 2.5, null], \"a\": \"\xC3\xA4\\u0000\"}"),
            VMS_TEXT("All of it"), NULL) == VMS_OK);
  vms_result *result = run(engine, "output lab = lab", VMS_OK);
  size_t length = 0;
  const char *outputs = vms_result_outputs(result, &length);
  CHECK(equal(outputs, "{\"lab\": {\"b\": [1, 2.5, null], \"a\": \"\xC3\xA4\\u0000\"}}"));
  CHECK(length == strlen(outputs));
  CHECK(outputs == vms_result_outputs(result, NULL));
  vms_result_free(result);
  vms_engine_free(engine);
}

static void echo(void *context, const char *arguments, size_t length, vms_reply *reply) {
  CHECK(context == message);
  CHECK(length == strlen(arguments));
  CHECK(vms_reply_json(reply, arguments, length) == VMS_OK);
}

static void failing(void *context, const char *arguments, size_t length, vms_reply *reply) {
  (void)context;
  if (strstr(arguments, "silent")) return;
  if (strstr(arguments, "json")) CHECK(vms_reply_json(reply, VMS_TEXT("{")) == VMS_INVALID);
  if (strstr(arguments, "utf8")) CHECK(vms_reply_error(reply, VMS_TEXT("\xFF")) == VMS_INVALID);
  if (strstr(arguments, "null")) CHECK(vms_reply_json(reply, NULL, 9) == VMS_INVALID);
  if (strstr(arguments, "text")) CHECK(vms_reply_text(reply, arguments, length) == VMS_OK);
  if (strstr(arguments, "error")) CHECK(vms_reply_error(reply, VMS_TEXT("it is late")) == VMS_OK);
  if (strstr(arguments, "twice")) {
    vms_reply_error(reply, VMS_TEXT("no"));
    vms_reply_json(reply, VMS_TEXT("1"));
  }
}

static void functions(void) {
  vms_engine *engine = engine_new();
  vms_function function = {
      .size = sizeof function, .name = "echo", .name_length = 4, .minimum = 1, .maximum = 3,
      .call = echo, .context = message, .destroy = destroy};
  vms_function bad = function;
  bad.call = NULL;
  REFUSED(vms_engine_define_function(engine, &bad, message), "call is NULL");
  bad = function;
  bad.minimum = 4;
  REFUSED(vms_engine_define_function(engine, &bad, message), "4 to 3");
  bad = function;
  bad.name_length = 0;
  REFUSED(vms_engine_define_function(engine, &bad, message), "is not a name");
  bad = function;
  bad.doc_length = 4;
  REFUSED(vms_engine_define_function(engine, &bad, message), "doc is NULL");
  const char *unfit[] = {"[", "{}", "[1]", "[\"a b\"]", "\"a\""};
  for (size_t i = 0; i < sizeof unfit / sizeof *unfit; i++) {
    bad = function;
    bad.parameters = unfit[i];
    bad.parameters_length = strlen(unfit[i]);
    CHECK(vms_engine_define_function(engine, &bad, message) == VMS_INVALID);
  }
  bad = function;
  bad.parameters_length = 2;
  REFUSED(vms_engine_define_function(engine, &bad, message), "parameters is NULL");
  CHECK(destroyed == 0);

  CHECK(vms_engine_define_function(engine, &function, message) == VMS_OK);
  vms_result *result = run(engine, "output a = echo(value: 1)", VMS_SCRIPT_ERROR);
  CHECK(holds(vms_result_diagnostics(result, VMS_JSON, NULL), "by position"));
  vms_result_free(result);
  vms_function named = function;
  named.name = "quota";
  named.name_length = 5;
  named.context = message;
  named.destroy = NULL;
  named.parameters = "[\"team\", \"kind\", \"zone\"]";
  named.parameters_length = strlen(named.parameters);
  CHECK(vms_engine_define_function(engine, &named, message) == VMS_OK);
  result = run(
      engine,
      "output a = [quota(kind: \"gpu\", team: \"web\"), quota(\"db\", zone: 2), quota(team: 3)]", VMS_OK);
  CHECK(equal(
      vms_result_output(result, VMS_TEXT("a"), NULL),
      "[[\"web\", \"gpu\"], [\"db\", null, 2], [3]]"));
  vms_result_free(result);
  vms_result_free(run(engine, "output a = quota(kind: 1)", VMS_SCRIPT_ERROR));
  vms_result_free(run(engine, "output a = quota(1, team: 2)", VMS_SCRIPT_ERROR));
  vms_result_free(run(engine, "output a = quota(1, zones: 2)", VMS_SCRIPT_ERROR));

  result = run(engine, "output a = echo(1, 2GiB, {b: [true]})", VMS_OK);
  CHECK(equal(vms_result_output(result, VMS_TEXT("a"), NULL), "[1, \"2GiB\", {\"b\": [true]}]"));
  vms_result_free(result);
  vms_result_free(run(engine, "output a = echo()", VMS_SCRIPT_ERROR));
  vms_result_free(run(engine, "output a = echo(1, 2, 3, 4)", VMS_SCRIPT_ERROR));

  vms_program *program = compiled(engine, "output a = echo(7)", VMS_OK);
  function.call = failing;
  function.maximum = VMS_ANY;
  CHECK(vms_engine_define_function(engine, &function, message) == VMS_OK);
  CHECK(destroyed == 0); /* The program still has the first. */
  result = evaluated(program, NULL, VMS_OK);
  CHECK(equal(vms_result_output(result, VMS_TEXT("a"), NULL), "[7]"));
  vms_result_free(result);
  vms_program_free(program);
  CHECK(is_destroyed(1));

  struct {
    const char *source, *words;
  } wrong[] = {
      {"output a = echo(\"json\")", "not valid JSON"}, {"output a = echo(\"utf8\")", "not valid UTF-8"},
      {"output a = echo(\"null\")", "NULL"},           {"output a = echo(\"text\")", "JSON"},
      {"output a = echo(\"error\")", "it is late"},
  };
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
    result = run(engine, wrong[i].source, VMS_SCRIPT_ERROR);
    const char *rendered = vms_result_diagnostics(result, VMS_RENDERED, NULL);
    CHECK(holds(rendered, wrong[i].words));
    CHECK(holds(rendered, "test:1:"));
    vms_result_free(result);
  }
  result = run(engine, "output a = echo(\"silent\")\noutput b = echo(\"twice\")", VMS_OK);
  CHECK(equal(vms_result_outputs(result, NULL), "{\"a\": null, \"b\": 1}"));
  vms_result_free(result);
  vms_engine_free(engine);
  CHECK(is_destroyed(2));
}

/* A script may be evaluated within a function that another one calls, and handles freed there. */
static void nested(void *context, const char *arguments, size_t length, vms_reply *reply) {
  (void)arguments, (void)length;
  vms_engine *engine = context;
  CHECK(vms_engine_define(engine, VMS_TEXT("inner"), VMS_TEXT("5"), NULL, 0, NULL) == VMS_OK);
  vms_program *program = NULL;
  CHECK(vms_compile(engine, NULL, 0, VMS_TEXT("output a = inner"), &program, NULL) == VMS_OK);
  vms_result *result = NULL;
  CHECK(vms_evaluate(program, NULL, &result, NULL) == VMS_OK);
  vms_program_free(program);
  const char *text = vms_result_output(result, VMS_TEXT("a"), &length);
  vms_reply_json(reply, text, length);
  vms_result_free(result);
}

static void reentry(void) {
  vms_engine *engine = engine_new();
  vms_function function = {
      .size = sizeof function, .name = "nested", .name_length = 6, .call = nested,
      .context = engine};
  CHECK(vms_engine_define_function(engine, &function, message) == VMS_OK);
  vms_result *result = run(engine, "output a = nested()", VMS_OK);
  CHECK(equal(vms_result_outputs(result, NULL), "{\"a\": 5}"));
  vms_result_free(result);
  vms_engine_free(engine);
}

static void import(
    void *context, const char *path, size_t path_length, const char *from, size_t from_length,
    vms_reply *reply) {
  CHECK(context == message);
  CHECK(strlen(path) == path_length && strlen(from) == from_length);
  if (!strcmp(path, "a")) {
    CHECK(!strcmp(from, "test"));
    vms_reply_script(reply, VMS_TEXT("lib/a"), VMS_TEXT("import \"b\" as b\nlet x = b.y + 1"));
  } else if (!strcmp(path, "b")) {
    CHECK(!strcmp(from, "lib/a"));
    vms_reply_text(reply, VMS_TEXT("let y = 1"));
  } else if (!strcmp(path, "bytes")) {
    vms_reply_text(reply, VMS_TEXT("let y = \"\xFF\""));
  } else if (!strcmp(path, "json")) {
    vms_reply_json(reply, VMS_TEXT("1"));
  } else if (!strcmp(path, "broken")) {
    vms_reply_error(reply, VMS_TEXT("the shelf is empty"));
  }
}

static void importers(void) {
  vms_engine *engine = engine_new();
  vms_program_free(compiled(engine, "import \"a\"", VMS_SCRIPT_ERROR));
  destroyed = 0;
  vms_importer importer = {sizeof importer, NULL, message, destroy};
  REFUSED(vms_engine_set_importer(engine, &importer, message), "load is NULL");
  importer.load = import;
  CHECK(vms_engine_set_importer(engine, &importer, message) == VMS_OK);
  vms_result *result = run(engine, "import \"a\" as a\noutput x = a.x", VMS_OK);
  CHECK(equal(vms_result_outputs(result, NULL), "{\"x\": 2}"));
  vms_result_free(result);
  const char *wrong[] = {"import \"broken\"", "import \"nothing\"", "import \"json\"",
                         "import \"bytes\""};
  for (size_t i = 0; i < 4; i++) {
    vms_program *program = compiled(engine, wrong[i], VMS_SCRIPT_ERROR);
    const char *rendered = vms_program_diagnostics(program, VMS_RENDERED, NULL);
    if (i == 0) CHECK(holds(rendered, "the shelf is empty"));
    CHECK(holds(rendered, "error[VM"));
    vms_program_free(program);
  }
  CHECK(destroyed == 0);
  CHECK(vms_engine_import_folder(engine, VMS_TEXT("/nowhere"), message) == VMS_OK);
  CHECK(is_destroyed(1));
  REFUSED(vms_engine_import_folder(engine, VMS_TEXT("\xFF"), message), "UTF-8");
  vms_program_free(compiled(engine, "import \"../etc/passwd\"", VMS_SCRIPT_ERROR));
  vms_engine_free(engine);
}

static void access_to(
    void *context, const char *name, size_t name_length, const char *from, size_t from_length,
    vms_reply *reply) {
  (void)context, (void)from_length;
  if (!strcmp(name, "good")) vms_reply_text(reply, from, from_length);
  if (!strcmp(name, "*")) vms_reply_json(reply, VMS_TEXT("[\"b\", \"a\"]"));
  if (!strcmp(name, "bad")) vms_reply_json(reply, VMS_TEXT("[1]"));
  if (!strcmp(name, "fail")) vms_reply_error(reply, name, name_length);
}

static void outside(void) {
  vms_engine *engine = engine_new();
  vms_result_free(run(engine, "output a = read(\"good\")", VMS_SCRIPT_ERROR));
  vms_access access = {sizeof access, access_to, access_to, access_to, NULL, destroy};
  destroyed = 0;
  CHECK(vms_engine_set_access(engine, &access, message) == VMS_OK);
  vms_result *result = run(
      engine, "output a = [read(\"good\"), glob(\"*\"), env(\"x\"), env(\"fail\"), env(\"good\")]",
      VMS_OK);
  CHECK(equal(
      vms_result_outputs(result, NULL),
      "{\"a\": [\"test\", [\"a\", \"b\"], null, null, \"\"]}"));
  vms_result_free(result);
  vms_result_free(run(engine, "output a = read(\"fail\")", VMS_SCRIPT_ERROR));
  vms_result_free(run(engine, "output a = read(\"\")", VMS_SCRIPT_ERROR));
  vms_result_free(run(engine, "output a = read(\"bad\")", VMS_SCRIPT_ERROR));
  vms_result_free(run(engine, "output a = glob(\"bad\")", VMS_SCRIPT_ERROR));
  vms_result_free(run(engine, "output a = glob(\"good\")", VMS_SCRIPT_ERROR));
  vms_engine_free(engine);
  CHECK(is_destroyed(1));
}

/* ---- Programs and evaluations --------------------------------------------------------------- */

static void diagnostics(void) {
  vms_engine *engine = engine_new();
  vms_program *program = compiled(engine, "output a = b\noutput c = d", VMS_SCRIPT_ERROR);
  size_t length = 0;
  const char *json = vms_program_diagnostics(program, VMS_JSON, &length);
  CHECK(length == strlen(json) && json[0] == '[' && json[length - 1] == ']');
  CHECK(holds(json, "\"line\": 2"));
  CHECK(holds(vms_program_diagnostics(program, VMS_RENDERED, NULL), "error[VM"));
  CHECK(holds(vms_program_diagnostics(program, VMS_COLORED, NULL), "\x1B["));
  vms_result *result = evaluated(program, NULL, VMS_SCRIPT_ERROR);
  CHECK(equal(vms_result_diagnostics(result, VMS_JSON, NULL), json));
  CHECK(equal(vms_result_outputs(result, NULL), "{}"));
  vms_result_free(result);
  vms_program_free(program);

  vms_program_free(compiled(engine, "let a = \"\xFF\xFE\"", VMS_SCRIPT_ERROR));
  CHECK(vms_compile(engine, VMS_TEXT("a"), "\0\0\0", 3, &program, message) == VMS_SCRIPT_ERROR);
  vms_program_free(program);
  CHECK(vms_compile(engine, NULL, 0, NULL, 0, &program, message) == VMS_OK);
  CHECK(equal(vms_program_diagnostics(program, VMS_JSON, NULL), "[]"));
  CHECK(equal(vms_program_diagnostics(program, VMS_RENDERED, NULL), ""));
  vms_program_free(program);
  REFUSED(vms_compile(engine, VMS_TEXT("\xFF"), NULL, 0, &program, message), "UTF-8");
  vms_engine_free(engine);
}

static void take_line(void *context, const char *line, size_t length) {
  CHECK(strlen(line) == length);
  strcat(context, line);
}

static void evaluations(void) {
  vms_engine *engine = engine_new();
  vms_program *program = compiled(
      engine,
      "param n: int\nparam size: size = 1GiB\nprint \"n\", n\noutput n = n * 2\noutput size = size\n"
      "net lan { subnet = 10.0.0.0/24 }",
      VMS_OK);
  vms_result *result = evaluated(program, NULL, VMS_SCRIPT_ERROR);
  CHECK(holds(vms_result_diagnostics(result, VMS_RENDERED, NULL), "n"));
  vms_result_free(result);
  CHECK(vms_check(program, NULL, &result, message) == VMS_OK);
  CHECK(equal(vms_result_printed(result, NULL), ""));
  vms_result_free(result);

  vms_evaluation options = {
      .size = sizeof options, TEXT(parameters, "{\"n\": 21, \"size\": \"3MiB\"}")};
  result = evaluated(program, &options, VMS_OK);
  CHECK(equal(vms_result_outputs(result, NULL), "{\"n\": 42, \"size\": \"3MiB\"}"));
  CHECK(vms_result_output(result, VMS_TEXT("m"), NULL) == NULL);
  CHECK(vms_result_output(result, VMS_TEXT("\xFF"), NULL) == NULL);
  CHECK(equal(vms_result_printed(result, NULL), "n 21\n"));
  CHECK(equal(vms_result_diagnostics(result, VMS_JSON, NULL), "[]"));
  CHECK(holds(vms_result_resources(result, NULL), "\"kind\": \"net\", \"name\": \"lan\""));
  vms_result_free(result);

  char lines[64] = "";
  options = (vms_evaluation){
      .size = sizeof options, TEXT(settings, "{\"n\": \"4\"}"),
      TEXT(fallbacks, "{\"size\": \"2GiB\", \"other\": \"1\"}"), TEXT(stack, "blue"), .print = take_line, .context = lines};
  result = evaluated(program, &options, VMS_OK);
  CHECK(equal(vms_result_outputs(result, NULL), "{\"n\": 8, \"size\": \"2GiB\"}"));
  CHECK(equal(lines, "n 4"));
  CHECK(equal(vms_result_printed(result, NULL), ""));
  vms_result_free(result);

  options = (vms_evaluation){.size = sizeof options, TEXT(parameters, "[1]")};
  REFUSED(vms_evaluate(program, &options, &result, message), "not a JSON object");
  options.parameters_length = 2;
  REFUSED(vms_evaluate(program, &options, &result, message), "not valid JSON");
  options.parameters = NULL;
  REFUSED(vms_evaluate(program, &options, &result, message), "parameters is NULL");
  options = (vms_evaluation){.size = sizeof options, TEXT(settings, "{\"n\": 1}")};
  REFUSED(vms_evaluate(program, &options, &result, message), "not a JSON string");
  options = (vms_evaluation){.size = sizeof options, TEXT(stack, "a b")};
  REFUSED(vms_evaluate(program, &options, &result, message), "stack");
  vms_limits limits = {.size = 1};
  options = (vms_evaluation){.size = sizeof options, .limits = &limits};
  REFUSED(vms_evaluate(program, &options, &result, message), "vms_limits");
  options.size = 3;
  REFUSED(vms_evaluate(program, &options, &result, message), "vms_evaluation");
  CHECK(result == NULL);
  options = (vms_evaluation){
      .size = sizeof options, TEXT(parameters, "{\"n\": \"x\"}")};
  result = evaluated(program, &options, VMS_SCRIPT_ERROR);
  vms_result_free(result);
  vms_program_free(program);
  vms_engine_free(engine);
}

static void limited(void) {
  vms_engine *engine = engine_new();
  struct {
    vms_limits limits;
    const char *source;
  } cases[] = {
      {{.size = sizeof(vms_limits), .steps = 1000}, "for i in 1...1000000000000 { let a = i }"},
      {{.size = sizeof(vms_limits), .milliseconds = 20}, "for i in 1...1000000000000 { let a = i }"},
      {{.size = sizeof(vms_limits), .depth = 10}, "func f(n) = f(n + 1)\noutput a = f(1)"},
      {{.size = sizeof(vms_limits), .memory = 10000},
       "output a = [i for i in 1...1000000].length"},
      {{.size = sizeof(vms_limits), .output = 100}, "for i in 1...1000000 { print i }"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    vms_program *program = compiled(engine, cases[i].source, VMS_OK);
    vms_evaluation options = {.size = sizeof options, .limits = &cases[i].limits};
    vms_result *result = evaluated(program, &options, VMS_SCRIPT_ERROR);
    CHECK(holds(vms_result_diagnostics(result, VMS_JSON, NULL), "error"));
    vms_result_free(result);
    vms_program_free(program);
  }
  vms_engine_free(engine);
}

/* ---- Threads -------------------------------------------------------------------------------- */

/* The script has begun when it calls this. */
static void cancel_from_another(
    void *context, const char *arguments, size_t length, vms_reply *reply) {
  (void)arguments, (void)length;
  sem_post(context);
  vms_reply_json(reply, VMS_TEXT("1"));
}

struct cancelling {
  sem_t begun;
  vms_cancellation *cancellation;
};

static void *cancel_when_begun(void *argument) {
  struct cancelling *state = argument;
  sem_wait(&state->begun);
  vms_cancel(state->cancellation);
  return NULL;
}

static void *evaluate_endlessly(void *argument) {
  struct cancelling *state = argument;
  vms_engine *engine = engine_new();
  vms_function function = {
      .size = sizeof function, .name = "begin", .name_length = 5, .call = cancel_from_another,
      .context = &state->begun};
  CHECK(vms_engine_define_function(engine, &function, NULL) == VMS_OK);
  vms_program *program = NULL;
  CHECK(vms_compile(engine, NULL, 0, VMS_TEXT("let a = begin()\nfor i in 1...1000000000000 { let b = i }"), &program,
                    NULL) == VMS_OK);
  vms_limits limits = {.size = sizeof limits, .steps = UINT64_MAX};
  vms_evaluation options = {
      .size = sizeof options, .limits = &limits, .cancellation = state->cancellation};
  vms_result *result = NULL;
  CHECK(vms_evaluate(program, &options, &result, NULL) == VMS_SCRIPT_ERROR);
  CHECK(holds(vms_result_diagnostics(result, VMS_JSON, NULL), "VM0418"));
  vms_result_free(result);
  /* What begins later ends at once. */
  CHECK(vms_evaluate(program, &options, &result, NULL) == VMS_SCRIPT_ERROR);
  vms_result_free(result);
  vms_program_free(program);
  vms_engine_free(engine);
  return NULL;
}

static void cancelled(void) {
  struct cancelling state = {.cancellation = vms_cancellation_new()};
  sem_init(&state.begun, 0, 0);
  CHECK(!vms_is_cancelled(state.cancellation));
  pthread_t canceller, evaluator;
  pthread_create(&canceller, NULL, cancel_when_begun, &state);
  pthread_create(&evaluator, NULL, evaluate_endlessly, &state);
  pthread_join(canceller, NULL);
  pthread_join(evaluator, NULL);
  CHECK(vms_is_cancelled(state.cancellation));
  vms_cancellation_free(state.cancellation);
}

struct shared {
  vms_engine *engine;
  vms_program *program;
  vms_result *result;
  int number;
};

static void *use_shared(void *argument) {
  struct shared *mine = argument;
  for (int round = 0; round < 20; round++) {
    char parameters[32], expected[64];
    snprintf(parameters, sizeof parameters, "{\"n\": %d}", mine->number * 100 + round);
    snprintf(expected, sizeof expected, "{\"a\": [%d]}", mine->number * 100 + round);
    vms_evaluation options = {
        .size = sizeof options, .parameters = parameters, .parameters_length = strlen(parameters)};
    vms_result *result = NULL;
    CHECK(vms_evaluate(mine->program, &options, &result, NULL) == VMS_OK);
    CHECK(equal(vms_result_outputs(result, NULL), expected));
    vms_result_free(result);
    CHECK(equal(vms_result_outputs(mine->result, NULL), "{\"a\": [0]}"));
    CHECK(vms_engine_define(mine->engine, VMS_TEXT("x"), VMS_TEXT("1"), NULL, 0, NULL) == VMS_OK);
    vms_program *program = NULL;
    CHECK(vms_compile(mine->engine, NULL, 0, VMS_TEXT("output a = x"), &program, NULL) == VMS_OK);
    vms_program_free(program);
  }
  return NULL;
}

static void threads(void) {
  vms_engine *engine = engine_new();
  vms_function function = {
      .size = sizeof function, .name = "echo", .name_length = 4, .maximum = VMS_ANY, .call = echo,
      .context = message};
  CHECK(vms_engine_define_function(engine, &function, message) == VMS_OK);
  vms_program *program = compiled(engine, "param n: int = 0\noutput a = echo(n)", VMS_OK);
  vms_result *result = evaluated(program, NULL, VMS_OK);
  pthread_t ids[16];
  struct shared states[16];
  for (int i = 0; i < 16; i++) {
    states[i] = (struct shared){engine, program, result, i};
    pthread_create(&ids[i], NULL, use_shared, &states[i]);
  }
  for (int i = 0; i < 16; i++) pthread_join(ids[i], NULL);
  vms_result_free(result);
  vms_program_free(program);
  vms_engine_free(engine);
}

/* A kind of resources with all that a schema can say, and many that are none. */
static void kinds(void) {
  static const char queue[] =
      "{\"name\": \"queue\", \"doc\": \"Of jobs\", \"properties\": ["
      "{\"name\": \"depth\", \"type\": {\"int\": [1, 1000]}, \"required\": true},"
      "{\"name\": \"retention\", \"type\": \"duration\", \"default\": \"1h\", \"impact\": \"live\"},"
      "{\"name\": \"order\", \"type\": {\"word\": [\"fifo\", \"lifo\"]}},"
      "{\"name\": \"targets\", \"type\": {\"list\": \"ip\"}},"
      "{\"name\": \"feeds\", \"type\": {\"either\": [{\"resource\": [\"queue\"]}, \"bool\"]}}],"
      "\"blocks\": [{\"name\": \"worker\", \"label\": \"optional\", \"repeats\": true,"
      "\"shorthand\": \"cores\", \"properties\": [{\"name\": \"cores\", \"type\": \"int\"}]}]}";
  vms_engine *engine = engine_new();
  CHECK(vms_engine_define_kind(engine, VMS_TEXT(queue), message) == VMS_OK);
  vms_result *result = run(
      engine,
      "queue a { depth = 5, order = lifo, targets = [10.0.0.1], worker w { cores = 2 } }\n"
      "queue b { depth = 1, retention = 90s, feeds = a }",
      VMS_OK);
  CHECK(equal(
      vms_result_resources(result, NULL),
      "[{\"kind\": \"queue\", \"name\": \"a\", \"properties\": {\"depth\": 5, \"order\": \"lifo\", "
      "\"targets\": [\"10.0.0.1\"], \"worker\": [{\"name\": \"w\", \"cores\": 2}]}}, "
      "{\"kind\": \"queue\", \"name\": \"b\", \"properties\": {\"depth\": 1, \"retention\": \"90s\", "
      "\"feeds\": \"a\"}}]"));
  vms_result_free(result);
  vms_result_free(run(engine, "queue a { depth = 0 }", VMS_SCRIPT_ERROR));
  vms_result_free(run(engine, "queue a { }", VMS_SCRIPT_ERROR));

  struct {
    const char *schema, *words;
  } wrong[] = {
      {"", "expected a value at line 1"},
      {"[]", "expected an object"},
      {"{}", "the schema has no `name`"},
      {"{\"name\": 1}", "`name`: expected a string"},
      {"{\"name\": \"a b\"}", "`a b` is not a name"},
      {"{\"name\": \"let\"}", "`let` is not a name"},
      {"{\"name\": \"a\", \"propertys\": []}", "did you mean `properties`?"},
      {"{\"name\": \"a\", \"properties\": {}}", "`properties`: expected an array"},
      {"{\"name\": \"a\", \"properties\": [{\"name\": \"b\"}]}", "`properties[0]` has no `type`"},
      {"{\"name\": \"a\", \"properties\": [{\"name\": \"b\", \"type\": \"text\"}]}",
       "`properties[0].type`: expected one of bool"},
      {"{\"name\": \"a\", \"properties\": [{\"name\": \"b\", \"type\": {\"int\": [2, 1]}}]}",
       "`properties[0].type.int`: expected the least"},
      {"{\"name\": \"a\", \"properties\": [{\"name\": \"b\", \"type\": {}}]}", "with one member"},
      {"{\"name\": \"a\", \"properties\": [{\"name\": \"b\", \"type\": {\"word\": []}}]}", "non-empty array"},
      {"{\"name\": \"a\", \"properties\": [{\"name\": \"b\", \"type\": {\"list\": {\"map\": 1}}}]}",
       "`properties[0].type.list.map`"},
      {"{\"name\": \"a\", \"properties\": [{\"name\": \"b\", \"type\": \"size\", \"default\": 1}]}",
       "`properties[0].default`: expected a size"},
      {"{\"name\": \"a\", \"properties\": [{\"name\": \"b\", \"type\": \"int\", \"required\": 1}]}",
       "true or false"},
      {"{\"name\": \"a\", \"properties\": [{\"name\": \"b\", \"type\": \"int\"}],"
       "\"blocks\": [{\"name\": \"b\"}]}",
       "two properties or blocks are named `b`"},
      {"{\"name\": \"a\", \"blocks\": [{\"name\": \"b\", \"label\": \"some\"}]}",
       "`blocks[0].label`: expected one of none"},
      {"{\"name\": \"a\", \"shorthand\": \"b\"}", "`shorthand`: expected the name"},
  };
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
    REFUSED(vms_engine_define_kind(engine, VMS_STRING(wrong[i].schema), message), wrong[i].words);
  }
  REFUSED(vms_engine_define_kind(engine, NULL, 4, message), "schema is NULL");
  REFUSED(vms_engine_define_kind(engine, VMS_TEXT("\"\xFF\""), message), "UTF-8");
  REFUSED(vms_engine_define_kind(NULL, VMS_TEXT(queue), message), "engine is NULL");
  vms_engine_free(engine);
}

int main(void) {
  versions();
  nulls();
  sizes();
  values();
  functions();
  kinds();
  reentry();
  importers();
  outside();
  diagnostics();
  evaluations();
  limited();
  cancelled();
  threads();
  return failures == 0 ? 0 : 1;
}
