#pragma once

#include <stdint.h>
#include <sys/types.h>

// The start of a child process in bounds, which Swift cannot do: between fork and exec only what is safe
// after a fork may run.

/// A program to start, and what it gets.
typedef struct {
  /// The absolute path.
  const char *program;
  /// Terminated by NULL; the first one is the program's name.
  char *const *arguments;
  /// Terminated by NULL.
  char *const *environment;
  /// The files that become 0, 1 and 2.
  int input, output, errors;
  /// The file that becomes 3; -1 for none. The child has no other file.
  int extra;
  /// Address space in bytes; 0 for no limit.
  uint64_t memory;
  /// Size of every file that it writes, in bytes; 0 for no limit. Writing beyond it fails with EFBIG.
  uint64_t file_size;
} vms_child;

/// Starts a program in a process group of its own, with no signal ignored or held back.
///
/// The kernel ends it when the calling thread ends, so the thread has to wait for it.
/// Returns the process, or -1 with the reason in `errno`.
pid_t vms_child_start(const vms_child *child);

/// Makes a pipe that no other child inherits; returns 0, or -1 with the reason in `errno`.
int vms_child_pipe(int ends[2]);
