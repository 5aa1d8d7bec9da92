// Faults at the calls of libvirt's client library, for a program that this is preloaded into.
//
// `calls.h`, which the tests write, has a line `CALL(virDomainCreate, -1, CHANGE)` for each function
// of libvirt that the program uses and that reaches the host. Each is wrapped by a function that
// counts the calls of the chosen kind; at the chosen one a fault happens. The environment says which:
//
//   FAULT_KIND   change or read: the calls that are counted
//   FAULT_AT     the number of the call, from 1; 0 or none only counts
//   FAULT_MODE   kill-before, kill-after   SIGKILL before the call is sent, or after its answer
//                fail-before, fail-after   the caller is given an error, the call not made or made
//                cut, lose                 the connection breaks before the call, or before its answer
//                interrupt                 SIGINT before the call
//                delay                     the call takes a quarter of a second longer
//                hang                      the call never returns
//   FAULT_LOG    a file that gets a line for each counted call
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

// The fields of libvirt's public `struct _virError` (libvirt/virterror.h). The header itself would
// declare the functions that this file defines with other parameters.
struct error {
  int code, domain;
  char *message;
  int level;
  void *connection, *domain_object;
  char *texts[3];
  int numbers[2];
  void *network;
};
enum { SYSTEM_ERROR = 38, FROM_RPC = 7, FROM_STORAGE = 18, LEVEL_ERROR = 2 };

enum kind { CHANGE, READ };

// No function that is wrapped has more than six parameters, all of them integers or pointers.
typedef long function(long, long, long, long, long, long);

static atomic_int calls;

static void note(int number, const char *name, const char *mark) {
  const char *path = getenv("FAULT_LOG");
  if (!path) return;
  char line[160];
  int length = snprintf(line, sizeof line, "%d %s%s\n", number, name, mark);
  int file = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (file < 0) return;
  if (write(file, line, (size_t)length) < 0) abort();
  close(file);
}

static void report(int domain, char *message) {
  int (*set)(struct error *) = (int (*)(struct error *))dlsym(RTLD_NEXT, "virSetError");
  struct error error = {
    .code = SYSTEM_ERROR, .domain = domain, .message = message, .level = LEVEL_ERROR};
  if (set) set(&error);
}

// Breaks every connection of this process to a libvirtd.
static void cut(void) {
  for (int file = 3; file < 1024; file++) {
    struct sockaddr_un peer;
    socklen_t length = sizeof peer;
    if (getpeername(file, (struct sockaddr *)&peer, &length) || peer.sun_family != AF_UNIX) continue;
    if (strstr(peer.sun_path, "libvirt-sock")) shutdown(file, SHUT_RDWR);
  }
}

static int is(const char *mode) {
  const char *chosen = getenv("FAULT_MODE");
  return chosen && !strcmp(chosen, mode);
}

static long call(
    const char *name, _Atomic(function *) *real, long failure, enum kind kind, long a, long b,
    long c, long d, long e, long f) {
  function *next = *real;
  if (!next) *real = next = (function *)dlsym(RTLD_NEXT, name);
  const char *counted = getenv("FAULT_KIND");
  if (!counted || (kind == CHANGE) != !strcmp(counted, "change")) return next(a, b, c, d, e, f);
  int number = ++calls;
  const char *at = getenv("FAULT_AT");
  if (!at || atoi(at) != number) {
    note(number, name, "");
    return next(a, b, c, d, e, f);
  }
  note(number, name, " <--");
  if (is("kill-before")) kill(getpid(), SIGKILL);
  if (is("interrupt")) kill(getpid(), SIGINT);
  if (is("delay")) usleep(250 * 1000);
  while (is("hang")) pause();
  if (is("cut")) cut();
  if (is("fail-before")) {
    report(FROM_STORAGE, "cannot open file: Too many open files (injected)");
    return failure;
  }
  long result = next(a, b, c, d, e, f);
  if (is("kill-after")) kill(getpid(), SIGKILL);
  if (is("fail-after")) {
    report(FROM_STORAGE, "Input/output error (injected)");
    return failure;
  }
  if (is("lose")) {
    cut();
    report(FROM_RPC, "Cannot recv data: Connection reset by peer (injected)");
    return failure;
  }
  return result;
}

#define CALL(name, failure, kind)                                                  \
  long name(long a, long b, long c, long d, long e, long f) {                      \
    static _Atomic(function *) real;                                               \
    return call(#name, &real, failure, kind, a, b, c, d, e, f);                    \
  }
#include "calls.h"
