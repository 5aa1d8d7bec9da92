#define _GNU_SOURCE
#include "CChildProcess.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { files = 4, above = 16 };

static int limit(int resource, uint64_t bytes) {
  if (bytes == 0) return 0;
  struct rlimit limit = {.rlim_cur = bytes, .rlim_max = bytes};
  return setrlimit(resource, &limit);
}

static int take_files(const vms_child *child, int *report) {
  int taken[files] = {child->input, child->output, child->errors, child->extra};
  // Moved out of the way first, because one may occupy the number of another.
  if ((*report = fcntl(*report, F_DUPFD_CLOEXEC, above)) == -1) return -1;
  for (int index = 0; index < files; index++) {
    if (taken[index] == -1) continue;
    if ((taken[index] = fcntl(taken[index], F_DUPFD_CLOEXEC, above)) == -1) return -1;
  }
  for (int index = 0; index < files; index++) {
    if (taken[index] == -1) close(index);
    else if (dup2(taken[index], index) == -1) return -1;
  }
#ifdef SYS_close_range
  // If the kernel lacks the call, exec closes the files that are marked close-on-exec.
  syscall(SYS_close_range, (unsigned)files, (unsigned)*report - 1, 0u);
  syscall(SYS_close_range, (unsigned)*report + 1, ~0u, 0u);
#endif
  return 0;
}

static void reset_signals(void) {
  struct sigaction action;
  memset(&action, 0, sizeof action);
  sigemptyset(&action.sa_mask);
  action.sa_handler = SIG_DFL;
  for (int number = 1; number < NSIG; number++) sigaction(number, &action, NULL);
  action.sa_handler = SIG_IGN;
  sigaction(SIGXFSZ, &action, NULL);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
}

static _Noreturn void execute(const vms_child *child, pid_t parent, int report) {
  int number = 0;
  if (prctl(PR_SET_PDEATHSIG, SIGKILL) == -1) number = errno;
  // The parent may have exited before the call.
  if (getppid() != parent) _exit(127);
  setpgid(0, 0);
  if (number == 0 && take_files(child, &report) == -1) number = errno;
  if (number == 0 && limit(RLIMIT_AS, child->memory) == -1) number = errno;
  if (number == 0 && limit(RLIMIT_FSIZE, child->file_size) == -1) number = errno;
  if (number == 0) {
    reset_signals();
    execve(child->program, child->arguments, child->environment);
    number = errno;
  }
  (void)!write(report, &number, sizeof number);
  _exit(127);
}

int vms_child_pipe(int ends[2]) { return pipe2(ends, O_CLOEXEC); }

pid_t vms_child_start(const vms_child *child) {
  int report[2];
  if (pipe2(report, O_CLOEXEC) == -1) return -1;
  pid_t parent = getpid();
  sigset_t all, before;
  sigfillset(&all);
  // No handler of this process runs in the child.
  pthread_sigmask(SIG_SETMASK, &all, &before);
  pid_t process = fork();
  if (process == 0) execute(child, parent, report[1]);
  int number = errno;
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  close(report[1]);
  if (process != -1) {
    ssize_t count;
    do count = read(report[0], &number, sizeof number);
    while (count == -1 && errno == EINTR);
    if (count != 0) {
      // The child reports why exec failed, and exits.
      while (waitpid(process, NULL, 0) == -1 && errno == EINTR) {}
      process = -1;
    }
  }
  close(report[0]);
  errno = number;
  return process;
}
