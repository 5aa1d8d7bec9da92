/*
 * Reads a configuration in VMScript: `lab FILE [PARAMETERS-AS-JSON]`.
 *
 *     cc lab.c -o lab $(pkg-config --cflags --libs vmscript)
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <vmscript.h>

/* The schema of `queue`. */
static const char queue[] =
    "{\"name\": \"queue\", \"doc\": \"A queue of jobs\", \"properties\": ["
    "{\"name\": \"depth\", \"type\": {\"int\": [1, 1000]}, \"required\": true},"
    "{\"name\": \"retention\", \"type\": \"duration\"}]}";

struct ledger {
  int cores;
};

/* quota(team, machines): the remaining cores, as JSON. */
static void quota(void *context, const char *arguments, size_t length, vms_reply *reply) {
  (void)length;
  const struct ledger *ledger = context;
  int machines;
  char answer[16];
  if (sscanf(arguments, "[\"web\", %d]", &machines) != 1 || machines < 1) {
    vms_reply_error(reply, VMS_TEXT("there is a quota for the team web and some machines only"));
    return;
  }
  snprintf(answer, sizeof answer, "%d", ledger->cores / machines);
  vms_reply_json(reply, VMS_STRING(answer));
}

/* import "sizes" */
static void load(
    void *context, const char *path, size_t path_length, const char *from, size_t from_length,
    vms_reply *reply) {
  (void)context, (void)path_length, (void)from, (void)from_length;
  if (strcmp(path, "sizes") == 0) {
    vms_reply_text(reply, VMS_TEXT("let small = 512MiB"));
  } else {
    vms_reply_error(reply, VMS_TEXT("only `sizes` is there"));
  }
}

static char *read_file(const char *path, size_t *length) {
  FILE *file = fopen(path, "rb");
  char *text = malloc(1 << 20);
  if (!file || !text) return NULL;
  *length = fread(text, 1, 1 << 20, file);
  fclose(file);
  return text;
}

int main(int count, char **arguments) {
  char message[VMS_MESSAGE_SIZE] = "";
  struct ledger ledger = {16};
  vms_engine *engine = NULL;
  vms_program *program = NULL;
  vms_result *result = NULL;
  size_t length = 0;
  char *source = count > 1 ? read_file(arguments[1], &length) : NULL;
  if (!source) {
    fprintf(stderr, "usage: lab FILE [PARAMETERS]\n");
    return 64;
  }

  vms_limits limits = {.size = sizeof limits, .steps = 1000000, .milliseconds = 1000};
  vms_function function = {
      .size = sizeof function, .name = "quota", .name_length = 5, .minimum = 2, .maximum = 2,
      .call = quota, .context = &ledger};
  vms_importer importer = {.size = sizeof importer, .load = load};
  vms_evaluation options = {.size = sizeof options};
  if (count > 2) {
    options.parameters = arguments[2];
    options.parameters_length = strlen(arguments[2]);
  }
  vms_status status = vms_engine_new(&limits, &engine, message);
  if (status == VMS_OK) {
    status = vms_engine_define(
        engine, VMS_TEXT("region"), VMS_TEXT("\"eu-1\""), VMS_TEXT("Where it all is"), message);
  }
  if (status == VMS_OK) status = vms_engine_define_function(engine, &function, message);
  if (status == VMS_OK) status = vms_engine_define_kind(engine, VMS_TEXT(queue), message);
  if (status == VMS_OK) status = vms_engine_set_importer(engine, &importer, message);
  if (status == VMS_OK) {
    status = vms_compile(engine, VMS_STRING(arguments[1]), source, length, &program, message);
  }
  /* The result of a program with errors has the same errors. */
  if (program) status = vms_evaluate(program, &options, &result, message);
  if (status == VMS_OK) {
    puts(vms_result_outputs(result, NULL));
    puts(vms_result_resources(result, NULL));
  } else if (status == VMS_SCRIPT_ERROR) {
    fputs(vms_result_diagnostics(result, VMS_RENDERED, NULL), stderr);
  } else {
    fprintf(stderr, "lab: %s\n", message);
  }
  vms_result_free(result);
  vms_program_free(program);
  vms_engine_free(engine);
  free(source);
  return status;
}
