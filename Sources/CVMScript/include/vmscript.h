/*
 * vmscript.h: VMScript as a configuration language, for programs in C and whatever speaks to C.
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
 * NULL. The macros VMS_TEXT and VMS_STRING write both arguments. What the library is given it copies
 * before the call returns. What it gives has a NUL at its end too, belongs to the handle that it was
 * asked of, and is good until that handle is freed.
 *
 * ERRORS. Functions that can fail return a status, and take `message`: NULL, or room for
 * VMS_MESSAGE_SIZE bytes, where they write why they return VMS_INVALID, else an empty text. What is
 * wrong with a script is VMS_SCRIPT_ERROR, and the program or the result holds its diagnostics. A
 * handle that is returned through a pointer is set to NULL where the status is VMS_INVALID. No input
 * ends the process: NULL, wrong sizes, malformed UTF-8 and malformed JSON are all VMS_INVALID. Not so,
 * as ever in C: pointers to what is not there, and handles that were freed already. Out of memory,
 * the process ends; the limits of a script are there to prevent it.
 *
 * STRUCTS of options begin with their size, which the caller sets to `sizeof`. Later versions of the
 * library append members, for which zero means what it meant before.
 *
 * THREADS. The library has no global state. Every function may be called with the same handle from
 * many threads at once, except those that free the handle: they come last. Compiling and evaluating
 * block the caller, and do their work, callbacks included, on a thread of the library's; callbacks
 * of one evaluation come one at a time, those of several evaluations at once.
 *
 * Names that begin with `vms_` or `VMS_` are the library's.
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

/* A literal, or a text that ends with a NUL, as the two arguments that a text is. */
#define VMS_TEXT(literal) (literal), (sizeof(literal) - 1)
#define VMS_STRING(text) (text), strlen(text)

/* What a function came to. */
typedef int32_t vms_status;
#define VMS_OK 0           /* Done; there may be warnings. */
#define VMS_SCRIPT_ERROR 1 /* The script is at fault; the diagnostics say where. */
#define VMS_INVALID 2      /* The caller is at fault; `message` says why. */

/* Bytes of the room for a message, its NUL included; a longer message is cut. */
#define VMS_MESSAGE_SIZE 256

/* What scripts may use, reach and take. A program keeps what the engine was when it was compiled. */
typedef struct vms_engine vms_engine;
/* A compiled script with all that it imports, or what is wrong with it. It never changes. */
typedef struct vms_program vms_program;
/* What an evaluation came to. It never changes. */
typedef struct vms_result vms_result;
/* Ends evaluations from any thread. */
typedef struct vms_cancellation vms_cancellation;
/* Where a callback puts its answer; good during the callback only. */
typedef struct vms_reply vms_reply;

/* The version of the library, to be compared with VMS_VERSION. */
VMS_API uint32_t vms_version(void);

/* ---- Limits --------------------------------------------------------------------------------- */

/* Bounds that hold whatever a script does; zero is the standard. */
typedef struct vms_limits {
  size_t size;           /* sizeof(vms_limits) */
  uint64_t steps;        /* Statements, calls and rounds of loops; else 1,000,000,000. */
  uint64_t depth;        /* Calls within calls; else 1,000. */
  uint64_t memory;       /* Bytes of values that are made; else 1 GiB. */
  uint64_t output;       /* Bytes that `print` writes; else 256 MiB. */
  uint64_t milliseconds; /* Time of an evaluation, callbacks not counted; else as long as it takes. */
} vms_limits;

/* ---- Callbacks ------------------------------------------------------------------------------ */

/*
 * Answers, copied at once. The last of a callback counts; each returns VMS_INVALID, and leaves the
 * callback without an answer, where the text is not what it must be.
 */

/* A value as JSON: what a function or `glob` gives. */
VMS_API vms_status vms_reply_json(vms_reply *reply, const char *json, size_t length);
/* A text as it is: a script that is imported, a file's bytes, a variable's value. */
VMS_API vms_status vms_reply_text(vms_reply *reply, const char *text, size_t length);
/*
 * A script that is imported, and its name: what diagnostics call it, and what `from` is when it
 * imports something itself. A script of one name is evaluated once, whatever paths lead to it.
 */
VMS_API vms_status vms_reply_script(
    vms_reply *reply, const char *name, size_t name_length, const char *text, size_t text_length);
/* Why there is no answer, in a few words; the script ends with a diagnostic that shows them. */
VMS_API vms_status vms_reply_error(vms_reply *reply, const char *reason, size_t length);

/*
 * A function of the host: `arguments` is a JSON array. Sizes, durations and addresses are strings,
 * secrets are masked. To answer nothing is to answer `none`.
 */
typedef void (*vms_function_callback)(
    void *context, const char *arguments, size_t length, vms_reply *reply);
/* Finds the script that `import "PATH"` means in the script named `from`. */
typedef void (*vms_import_callback)(
    void *context, const char *path, size_t path_length, const char *from, size_t from_length,
    vms_reply *reply);
/* Answers `read`, `glob` or `env` in the script named `from`; `from` is empty for `env`. */
typedef void (*vms_access_callback)(
    void *context, const char *name, size_t name_length, const char *from, size_t from_length,
    vms_reply *reply);
/* Takes a line of `print`, without its newline. */
typedef void (*vms_print_callback)(void *context, const char *line, size_t length);
/*
 * Called once, on any thread, when nothing can call the callbacks with this context any more: the
 * engine no longer has them and the programs that had them are freed. It is not called where the
 * function that was given the callbacks returned VMS_INVALID.
 */
typedef void (*vms_destroy_callback)(void *context);

/* ---- Engines -------------------------------------------------------------------------------- */

/* Makes an engine whose scripts reach nothing. `limits` may be NULL. Free it with vms_engine_free. */
VMS_API vms_status vms_engine_new(const vms_limits *limits, vms_engine **engine, char *message);
/* Gives up the engine; programs that it compiled live on. NULL is fine. */
VMS_API void vms_engine_free(vms_engine *engine);

/* Gives a value a name in every script: `json` is the value, `doc` a line for its readers. */
VMS_API vms_status vms_engine_define(
    vms_engine *engine, const char *name, size_t name_length, const char *json, size_t json_length,
    const char *doc, size_t doc_length, char *message);

/* A function that scripts may call. */
typedef struct vms_function {
  size_t size;      /* sizeof(vms_function) */
  const char *name; /* Letters, digits and `_`, no digit first. */
  size_t name_length;
  const char *doc; /* A line for its readers; may be NULL. */
  size_t doc_length;
  size_t minimum; /* The least number of arguments. */
  size_t maximum; /* The greatest, or VMS_ANY. */
  vms_function_callback call;
  void *context;                /* Handed to `call` and `destroy`. */
  vms_destroy_callback destroy; /* May be NULL. */
  /* The arguments' names as a JSON array: with them a call can say `quota("web", kind: "gpu")`. What
   * it leaves out before an argument that it names is null. NULL: arguments have no names. */
  const char *parameters;
  size_t parameters_length;
} vms_function;
/* Any number of arguments. */
#define VMS_ANY SIZE_MAX

/* Gives every script a function; one of the same name is replaced. It may be called at once from the
 * threads of several evaluations, and should have no effect but its answer. */
VMS_API vms_status vms_engine_define_function(
    vms_engine *engine, const vms_function *function, char *message);

/*
 * Gives every script a kind of resources: `queue jobs { depth = 10 }` is then checked by its schema,
 * and `queue("jobs")` finds one by its name. What was declared is in vms_result_resources. A kind of
 * the same name is replaced. The schema is a JSON object:
 *
 *     {
 *       "name": "queue", "doc": "A queue of jobs",
 *       "properties": [
 *         {"name": "depth", "type": {"int": [1, 1000]}, "doc": "Jobs that may wait",
 *          "required": true},
 *         {"name": "retention", "type": "duration", "standard": "1h"}
 *       ],
 *       "blocks": [
 *         {"name": "worker", "doc": "Who takes jobs", "label": "optional", "repeats": true,
 *          "properties": [{"name": "cores", "type": "int"}]}
 *       ]
 *     }
 *
 * Only names are required, and types of properties. A type is one of "bool", "int", "float",
 * "string", "secret", "path", "size", "duration", "ip", "ipv6", "ip_range", "cidr", "cidr6", "mac",
 * "uuid"; or {"int": [LEAST, GREATEST]}, null for no bound; {"word": [WORDS]}; {"list": TYPE};
 * {"map": TYPE}, of its values; {"resource": [KINDS]}; {"either": [TYPES]}. A label is "none",
 * "optional", "required" or "text"; blocks may hold "blocks". "standard" is for the reader only: what
 * is not declared is not in the result. "shorthand" of a block is the property that `NAME = VALUE` in
 * the block's place stands for; "impact" of a property says to the reader when a change takes effect:
 * "none", "live", "next-start", "restart" or "data-loss".
 */
VMS_API vms_status vms_engine_define_kind(
    vms_engine *engine, const char *schema, size_t length, char *message);

/* Lets scripts import the files of a folder, and nothing outside of it. */
VMS_API vms_status vms_engine_import_folder(
    vms_engine *engine, const char *path, size_t length, char *message);

/* What finds the scripts that others import. */
typedef struct vms_importer {
  size_t size; /* sizeof(vms_importer) */
  vms_import_callback load;
  void *context;
  vms_destroy_callback destroy; /* May be NULL. */
} vms_importer;

/* Lets scripts import what the callback finds. NULL takes imports away again. */
VMS_API vms_status vms_engine_set_importer(
    vms_engine *engine, const vms_importer *importer, char *message);

/* What scripts may read; each callback may be NULL, which grants nothing. */
typedef struct vms_access {
  size_t size;              /* sizeof(vms_access) */
  vms_access_callback read; /* Answers by vms_reply_text. */
  vms_access_callback glob; /* Answers with a JSON array of paths. */
  /* Answers by vms_reply_text; to answer nothing, or an error, is to say that there is none. */
  vms_access_callback environment;
  void *context;
  vms_destroy_callback destroy; /* May be NULL. */
} vms_access;

/* Lets scripts read what the callbacks give. NULL takes all access away again. */
VMS_API vms_status vms_engine_set_access(
    vms_engine *engine, const vms_access *access, char *message);

/* ---- Programs ------------------------------------------------------------------------------- */

/*
 * Compiles a script with all that it imports; `name` is what diagnostics call it. The source need
 * not be valid UTF-8: where it is not, that is an error of the script.
 *
 * `*program` is set for VMS_OK and for VMS_SCRIPT_ERROR; free it with vms_program_free.
 */
VMS_API vms_status vms_compile(
    const vms_engine *engine, const char *name, size_t name_length, const char *source,
    size_t source_length, vms_program **program, char *message);
/* Gives up the program. NULL is fine. */
VMS_API void vms_program_free(vms_program *program);

/* How texts show diagnostics. */
typedef int32_t vms_form;
#define VMS_JSON 0     /* An array of objects with `severity`, `code`, `message`, `file`, `line`, … */
#define VMS_RENDERED 1 /* As the command line shows them: what is wrong, the line, what to do. */
#define VMS_COLORED 2  /* The same with the colours of a terminal. */

/*
 * What compiling found, warnings included. `length` may be NULL. Returns NULL where the program is
 * NULL or the form unknown.
 */
VMS_API const char *vms_program_diagnostics(
    const vms_program *program, vms_form form, size_t *length);

/* ---- Evaluations ---------------------------------------------------------------------------- */

/* What one evaluation is given; all zero but the size gives it nothing. */
typedef struct vms_evaluation {
  size_t size;            /* sizeof(vms_evaluation) */
  const char *parameters; /* A JSON object: values of the script's parameters. */
  size_t parameters_length;
  const char *settings; /* A JSON object of strings, read as the command line reads `--set`. */
  size_t settings_length;
  const char *fallbacks; /* The same, used only where the script has the parameter. */
  size_t fallbacks_length;
  const char *stack; /* The stack's name, instead of what the script says; NULL for none. */
  size_t stack_length;
  const vms_limits *limits;       /* NULL: the engine's. */
  vms_cancellation *cancellation; /* May be NULL. */
  vms_print_callback print;       /* NULL: the lines are kept, see vms_result_printed. */
  void *context;                  /* Handed to `print`. */
} vms_evaluation;

/*
 * Evaluates a program, as often as you like, from as many threads as you like. `options` may be NULL.
 * A program that has errors gives them again.
 *
 * `*result` is set for VMS_OK and for VMS_SCRIPT_ERROR; free it with vms_result_free.
 */
VMS_API vms_status vms_evaluate(
    const vms_program *program, const vms_evaluation *options, vms_result **result, char *message);
/*
 * Evaluates to find errors only: parameters need no values, and what depends on one that has none is
 * not judged. The result has diagnostics and nothing else; what the script prints is dropped.
 */
VMS_API vms_status vms_check(
    const vms_program *program, const vms_evaluation *options, vms_result **result, char *message);
/* Gives up the result. NULL is fine. */
VMS_API void vms_result_free(vms_result *result);

/* VMS_OK or VMS_SCRIPT_ERROR, as the evaluation returned; VMS_INVALID for NULL. */
VMS_API vms_status vms_result_status(const vms_result *result);
/*
 * The texts of a result, as far as the evaluation came; NULL for NULL. `length` may be NULL.
 * JSON is on one line, keys in the order of the script; sizes, durations and addresses are strings,
 * secrets and what is known only on a host the words that stand for them.
 */

/* The outputs: an object. */
VMS_API const char *vms_result_outputs(const vms_result *result, size_t *length);
/* One output; NULL where there is none of this name. */
VMS_API const char *vms_result_output(
    const vms_result *result, const char *name, size_t name_length, size_t *length);
/* The resources that were declared: an array of objects with `kind`, `name` and `properties`. */
VMS_API const char *vms_result_resources(const vms_result *result, size_t *length);
/* What `print` wrote, where no callback took it: each line with its newline. */
VMS_API const char *vms_result_printed(const vms_result *result, size_t *length);
/* The diagnostics; NULL also for an unknown form. */
VMS_API const char *vms_result_diagnostics(
    const vms_result *result, vms_form form, size_t *length);

/* Makes what ends evaluations; NULL never. Free it with vms_cancellation_free. */
VMS_API vms_cancellation *vms_cancellation_new(void);
/*
 * Ends every evaluation that was given this, soon and with a diagnostic; those that begin later end
 * at once. There is no way back. From any thread, callbacks included; not from signal handlers.
 */
VMS_API void vms_cancel(vms_cancellation *cancellation);
/* Whether vms_cancel was called; false for NULL. */
VMS_API bool vms_is_cancelled(const vms_cancellation *cancellation);
/* Gives it up; evaluations that run with it go on. NULL is fine. */
VMS_API void vms_cancellation_free(vms_cancellation *cancellation);

#ifdef __cplusplus
}
#endif

#endif
