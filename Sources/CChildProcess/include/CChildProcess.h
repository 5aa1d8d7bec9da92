#pragma once

#include <stdint.h>
#include <sys/types.h>

// Starts a child process with limits. Swift cannot do this, because only async-signal-safe code may
// run between fork and exec.

/// A program to start, with its arguments, files and limits.
typedef struct {
  /// The absolute path.
  const char *program;
  /// Terminated by NULL; the first one is the program's name.
  char *const *arguments;
  /// Terminated by NULL.
  char *const *environment;
  /// The files that become 0, 1 and 2.
  int input, output, errors;
  /// The file that becomes 3; -1 for none. The child has no other open file.
  int extra;
  /// Address space in bytes; 0 for no limit.
  uint64_t memory;
  /// Maximum size of a written file in bytes; 0 for no limit. Larger writes fail with EFBIG.
  uint64_t file_size;
} vms_child;

/// Starts a program in its own process group, with no signal ignored or blocked.
///
/// The kernel kills it when the calling thread exits, so the thread must wait for it. Returns the
/// process, or -1 with the reason in `errno`.
pid_t vms_child_start(const vms_child *child);

/// Makes a pipe that no other child inherits; returns 0, or -1 with the reason in `errno`.
int vms_child_pipe(int ends[2]);
