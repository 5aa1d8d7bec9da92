#define _GNU_SOURCE
#include "CEditLine.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

static int signal_pipe = -1;

static void write_signal(int number) {
  int saved = errno;
  unsigned char byte = (unsigned char)number;
  // A full pipe wakes the reader anyway.
  (void)!write(signal_pipe, &byte, 1);
  errno = saved;
}

int vms_signals_open(int descriptors[2]) {
  if (pipe2(descriptors, O_NONBLOCK | O_CLOEXEC) != 0) return -1;
  signal_pipe = descriptors[1];
  struct sigaction action;
  memset(&action, 0, sizeof action);
  action.sa_handler = write_signal;
  action.sa_flags = SA_RESTART;
  sigemptyset(&action.sa_mask);
  if (sigaction(SIGINT, &action, NULL) != 0) return -1;
  return sigaction(SIGWINCH, &action, NULL);
}
