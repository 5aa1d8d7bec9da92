/*
 * vmscript.h: VMScript as a configuration language, for programs in C and languages that call C.
 *
 *     vms_engine *engine;
 *     vms_program *program;
 *     vms_result *result;
 *     char message[VMS_MESSAGE_SIZE];
 *
 *     vms_engine_new(NULL, &engine, message);
 *     vms_engine_define(engine, VMS_TEXT("region"), VMS_TEXT("\"eu-1\""), VMS_TEXT(""), message);
 *     vms_compile(engine, VMS_TEXT("lab"), VMS_TEXT("output place = region"), &program, message);
 *     vms_evaluate(program, NULL, &result, message);
 *     puts(vms_result_outputs(result, NULL));                            // {"place": "eu-1"}
 *     vms_result_free(result);
 *     vms_program_free(program);
 *     vms_engine_free(engine);
 *
 * TEXT is UTF-8 with a length in bytes; no NUL is needed at its end. A text of length zero may be
 * NULL. The macros VMS_TEXT and VMS_STRING expand to both arguments. The library copies its
 * arguments before the call returns. Texts that it returns end with a NUL, belong to the handle of
 * the call, and are valid until that handle is freed.
 *
 * ERRORS. Functions that can fail return a status, and take `message`: NULL, or a buffer of
 * VMS_MESSAGE_SIZE bytes. They write the reason for VMS_INVALID to it, or an empty text. For an
 * error in a script they return VMS_SCRIPT_ERROR, and the program or the result has the
 * diagnostics. A handle that is returned through a pointer is NULL if the status is VMS_INVALID. No
 * input ends the process: NULL, wrong sizes, malformed UTF-8 and malformed JSON are all
 * VMS_INVALID. Invalid pointers and freed handles are undefined behaviour, as always in C. The
 * process ends when it runs out of memory; limit scripts to prevent that.
 *
 * STRUCTS of options begin with their size, which the caller sets to `sizeof`. Later versions of
 * the library append members, for which zero keeps the previous behaviour.
 *
 * THREADS. The library has no global state. Many threads can call functions with the same handle at
 * once, except the function that frees the handle, which must be the last call. Compiling and
 * evaluating block the caller, and run on a thread of the library, including callbacks. Callbacks
 * of one evaluation run one at a time; those of several evaluations run concurrently.
 *
 * Names that begin with `vms_` or `VMS_` are reserved for the library.
 */
#ifndef VMSCRIPT_H
#define VMSCRIPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The version of this header: within one major version, later libraries run older programs. */
#define VMS_VERSION_MAJOR 0
#define VMS_VERSION_MINOR 1
#define VMS_VERSION_PATCH 0
#define VMS_VERSION (VMS_VERSION_MAJOR * 1000000 + VMS_VERSION_MINOR * 1000 + VMS_VERSION_PATCH)

#if defined(__GNUC__)
#define VMS_API __attribute__((visibility("default")))
#else
#define VMS_API
#endif

/* The two arguments of a text, for a literal or a NUL-terminated text. */
#define VMS_TEXT(literal) (literal), (sizeof(literal) - 1)
#define VMS_STRING(text) (text), strlen(text)

/* The status of a function. */
typedef int32_t vms_status;
#define VMS_OK 0           /* Success; there may be warnings. */
#define VMS_SCRIPT_ERROR 1 /* The script has errors; see the diagnostics. */
#define VMS_INVALID 2      /* The arguments are invalid; `message` has the reason. */

/* The size of a message in bytes, including its NUL; a longer message is truncated. */
#define VMS_MESSAGE_SIZE 256

/* Definitions, access and limits for scripts. A program keeps the engine's state at compilation. */
typedef struct vms_engine vms_engine;
/* A compiled script with its imports, or its diagnostics. It never changes. */
typedef struct vms_program vms_program;
/* The result of an evaluation. It never changes. */
typedef struct vms_result vms_result;
/* Cancels evaluations from any thread. */
typedef struct vms_cancellation vms_cancellation;
/* The answer of a callback; valid only during the callback. */
typedef struct vms_reply vms_reply;

/* Returns the version of the library, to compare with VMS_VERSION. */
VMS_API uint32_t vms_version(void);

/* ---- Limits --------------------------------------------------------------------------------- */

/* Limits for every script; zero selects the default. */
typedef struct vms_limits {
  size_t size;           /* sizeof(vms_limits) */
  uint64_t steps;        /* Statements, calls and loop iterations; default 1,000,000,000. */
  uint64_t depth;        /* Nested calls; default 1,000. */
  uint64_t memory;       /* Bytes of created values; default 1 GiB. */
  uint64_t output;       /* Bytes written by `print`; default 256 MiB. */
  uint64_t milliseconds; /* Time of an evaluation without callbacks; default unlimited. */
} vms_limits;

/* ---- Callbacks ------------------------------------------------------------------------------ */

/*
 * Functions that answer a callback. They copy their arguments, and the last answer counts. If the
 * text is invalid, they return VMS_INVALID and the callback has no answer.
 */

/* Answers with a JSON value: the result of a function or of `glob`. */
VMS_API vms_status vms_reply_json(vms_reply *reply, const char *json, size_t length);
/* Answers with text: an imported script, the bytes of a file, the value of a variable. */
VMS_API vms_status vms_reply_text(vms_reply *reply, const char *text, size_t length);
/*
 * Answers with an imported script and its name, which diagnostics show, and which is `from` for its
 * own imports. A script of one name is evaluated once, whatever paths lead to it.
 */
VMS_API vms_status vms_reply_script(
    vms_reply *reply, const char *name, size_t name_length, const char *text, size_t text_length);
/* Answers with the reason of a failure; the script ends with a diagnostic that shows it. */
VMS_API vms_status vms_reply_error(vms_reply *reply, const char *reason, size_t length);

/*
 * A function of the host: `arguments` is a JSON array. Sizes, durations and addresses are strings,
 * secrets are masked. Without an answer the result is `none`.
 */
typedef void (*vms_function_callback)(
    void *context, const char *arguments, size_t length, vms_reply *reply);
/* Finds the script that `import "PATH"` means in the script named `from`. */
typedef void (*vms_import_callback)(
    void *context, const char *path, size_t path_length, const char *from, size_t from_length,
    vms_reply *reply);
/* Answers `read`, `glob` or `env` of the script named `from`; `from` is empty for `env`. */
typedef void (*vms_access_callback)(
    void *context, const char *name, size_t name_length, const char *from, size_t from_length,
    vms_reply *reply);
/* Receives a line of `print`, without its newline. */
typedef void (*vms_print_callback)(void *context, const char *line, size_t length);
/*
 * Called once, on any thread, when nothing can call the callbacks with this context any more: the
 * engine no longer has them, and the programs with them are freed. It is not called if the function
 * that received the callbacks returned VMS_INVALID.
 */
typedef void (*vms_destroy_callback)(void *context);

/* ---- Engines -------------------------------------------------------------------------------- */

/* Creates an engine without access. `limits` may be NULL. Free it with vms_engine_free. */
VMS_API vms_status vms_engine_new(const vms_limits *limits, vms_engine **engine, char *message);
/* Frees the engine; its compiled programs stay valid. Ignores NULL. */
VMS_API void vms_engine_free(vms_engine *engine);

/* Defines a constant for every script: `json` is the value, `doc` a line of documentation. */
VMS_API vms_status vms_engine_define(
    vms_engine *engine, const char *name, size_t name_length, const char *json, size_t json_length,
    const char *doc, size_t doc_length, char *message);

/* A function that scripts may call. */
typedef struct vms_function {
  size_t size;      /* sizeof(vms_function) */
  const char *name; /* Letters, digits and `_`, not starting with a digit. */
  size_t name_length;
  const char *doc; /* A line of documentation; may be NULL. */
  size_t doc_length;
  size_t minimum; /* The minimum number of arguments. */
  size_t maximum; /* The maximum, or VMS_ANY. */
  vms_function_callback call;
  void *context;                /* Passed to `call` and `destroy`. */
  vms_destroy_callback destroy; /* May be NULL. */
  /* The arguments' names as a JSON array, for calls such as `quota("web", kind: "gpu")`. Omitted
   * arguments before a named one are null. NULL: arguments have no names. */
  const char *parameters;
  size_t parameters_length;
} vms_function;
/* Any number of arguments. */
#define VMS_ANY SIZE_MAX

/* Defines a function for every script, and replaces one of the same name. Several threads can call
 * it at once. It should have no effect besides its answer. */
VMS_API vms_status vms_engine_define_function(
    vms_engine *engine, const vms_function *function, char *message);

/*
 * Defines a kind of resource for every script: `queue jobs { depth = 10 }` is checked against its
 * schema, and `queue("jobs")` refers to one by name. vms_result_resources returns the declared
 * resources. A kind of the same name is replaced. The schema is a JSON object:
 *
 *     {
 *       "name": "queue", "doc": "A queue of jobs",
 *       "properties": [
 *         {"name": "depth", "type": {"int": [1, 1000]}, "doc": "Jobs that may wait",
 *          "required": true},
 *         {"name": "retention", "type": "duration", "default": "1h"}
 *       ],
 *       "blocks": [
 *         {"name": "worker", "doc": "Who takes jobs", "label": "optional", "repeats": true,
 *          "properties": [{"name": "cores", "type": "int"}]}
 *       ]
 *     }
 *
 * Only names, and types of properties, are required. A type is one of "bool", "int", "float",
 * "string", "secret", "path", "size", "duration", "ip", "ipv6", "ip_range", "cidr", "cidr6", "mac",
 * "uuid", "any"; or {"int": [LEAST, GREATEST]}, null for no bound; {"word": [WORDS]}; {"list": TYPE};
 * {"map": TYPE}, for its values; {"resource": [KINDS]}; {"either": [TYPES]}. A label is "none",
 * "optional", "required" or "text"; blocks may hold "blocks". "default" is documentation only:
 * properties without a declared value are not in the result. "shorthand" of a block is the property
 * that `NAME = VALUE` in place of the block sets. "impact" of a property documents when a change
 * takes effect: "none", "live", "next-start", "restart" or "data-loss".
 */
VMS_API vms_status vms_engine_define_kind(
    vms_engine *engine, const char *schema, size_t length, char *message);

/* Allows scripts to import the files of a folder, and nothing outside of it. */
VMS_API vms_status vms_engine_import_folder(
    vms_engine *engine, const char *path, size_t length, char *message);

/* An importer of scripts. */
typedef struct vms_importer {
  size_t size; /* sizeof(vms_importer) */
  vms_import_callback load;
  void *context;
  vms_destroy_callback destroy; /* May be NULL. */
} vms_importer;

/* Allows scripts to import what the callback finds. NULL disallows imports again. */
VMS_API vms_status vms_engine_set_importer(
    vms_engine *engine, const vms_importer *importer, char *message);

/* Read access for scripts; a callback that is NULL grants nothing. */
typedef struct vms_access {
  size_t size;              /* sizeof(vms_access) */
  vms_access_callback read; /* Answers with vms_reply_text. */
  vms_access_callback glob; /* Answers with a JSON array of paths. */
  /* Answers with vms_reply_text; without an answer, or with an error, the variable is not set. */
  vms_access_callback environment;
  void *context;
  vms_destroy_callback destroy; /* May be NULL. */
} vms_access;

/* Allows scripts to read through the callbacks. NULL disallows all access again. */
VMS_API vms_status vms_engine_set_access(
    vms_engine *engine, const vms_access *access, char *message);

/* ---- Programs ------------------------------------------------------------------------------- */

/*
 * Compiles a script with its imports; `name` is its name in diagnostics. Invalid UTF-8 in the
 * source is an error of the script.
 *
 * `*program` is set for VMS_OK and for VMS_SCRIPT_ERROR; free it with vms_program_free.
 */
VMS_API vms_status vms_compile(
    const vms_engine *engine, const char *name, size_t name_length, const char *source,
    size_t source_length, vms_program **program, char *message);
/* Frees the program. Ignores NULL. */
VMS_API void vms_program_free(vms_program *program);

/* The form of diagnostics. */
typedef int32_t vms_form;
#define VMS_JSON 0     /* An array of objects with `severity`, `code`, `message`, `file`, `line`, … */
#define VMS_RENDERED 1 /* As on the command line: the message, the line, the help. */
#define VMS_COLORED 2  /* The same with terminal colours. */

/*
 * Returns the diagnostics of compilation, including warnings. `length` may be NULL. Returns NULL if
 * the program is NULL or the form is unknown.
 */
VMS_API const char *vms_program_diagnostics(
    const vms_program *program, vms_form form, size_t *length);

/* ---- Evaluations ---------------------------------------------------------------------------- */

/* The options of an evaluation; zero in every member but the size selects the defaults. */
typedef struct vms_evaluation {
  size_t size;            /* sizeof(vms_evaluation) */
  const char *parameters; /* A JSON object: values of the script's parameters. */
  size_t parameters_length;
  const char *settings; /* A JSON object of strings, parsed like `--set` on the command line. */
  size_t settings_length;
  const char *fallbacks; /* The same, but ignored for parameters that the script lacks. */
  size_t fallbacks_length;
  const char *stack; /* The stack's name, instead of the script's; NULL for none. */
  size_t stack_length;
  const vms_limits *limits;       /* NULL selects the engine's limits. */
  vms_cancellation *cancellation; /* May be NULL. */
  vms_print_callback print;       /* NULL keeps the lines, see vms_result_printed. */
  void *context;                  /* Passed to `print`. */
} vms_evaluation;

/*
 * Evaluates a program, any number of times and from any number of threads. `options` may be NULL.
 * For a program with errors, the result has the same errors.
 *
 * `*result` is set for VMS_OK and for VMS_SCRIPT_ERROR; free it with vms_result_free.
 */
VMS_API vms_status vms_evaluate(
    const vms_program *program, const vms_evaluation *options, vms_result **result, char *message);
/*
 * Evaluates only to find errors. Parameters need no values, and code that depends on one without a
 * value is not checked. The result has only diagnostics; printed lines are discarded.
 */
VMS_API vms_status vms_check(
    const vms_program *program, const vms_evaluation *options, vms_result **result, char *message);
/* Frees the result. Ignores NULL. */
VMS_API void vms_result_free(vms_result *result);

/* Returns the status of the evaluation, VMS_OK or VMS_SCRIPT_ERROR; VMS_INVALID for NULL. */
VMS_API vms_status vms_result_status(const vms_result *result);
/*
 * The texts of a result, up to the end of the evaluation; NULL for NULL. `length` may be NULL. JSON
 * is on one line, keys in the order of the script; sizes, durations and addresses are strings,
 * secrets and values known only on a host are placeholders.
 */

/* Returns the outputs: an object. */
VMS_API const char *vms_result_outputs(const vms_result *result, size_t *length);
/* Returns one output; NULL if there is none of this name. */
VMS_API const char *vms_result_output(
    const vms_result *result, const char *name, size_t name_length, size_t *length);
/* Returns the declared resources: an array of objects with `kind`, `name` and `properties`. */
VMS_API const char *vms_result_resources(const vms_result *result, size_t *length);
/* Returns the printed lines, unless a callback received them; each ends with a newline. */
VMS_API const char *vms_result_printed(const vms_result *result, size_t *length);
/* Returns the diagnostics; NULL also for an unknown form. */
VMS_API const char *vms_result_diagnostics(
    const vms_result *result, vms_form form, size_t *length);

/* Creates a cancellation; never returns NULL. Free it with vms_cancellation_free. */
VMS_API vms_cancellation *vms_cancellation_new(void);
/*
 * Cancels every evaluation with this cancellation, soon and with a diagnostic; later ones end at
 * once. It cannot be undone. Callable from any thread and from callbacks, but not from signal
 * handlers.
 */
VMS_API void vms_cancel(vms_cancellation *cancellation);
/* Returns whether vms_cancel was called; false for NULL. */
VMS_API bool vms_is_cancelled(const vms_cancellation *cancellation);
/* Frees the cancellation; evaluations with it continue. Ignores NULL. */
VMS_API void vms_cancellation_free(vms_cancellation *cancellation);

#ifdef __cplusplus
}
#endif

#endif
